import type { FoundOverride } from '../scenario/override-book.ts'
import { ownSeriesPrefix } from '../scenario/override.ts'
import type { SeenReading } from '../telemetry/series-reads.ts'
import { explainScenario } from './explain-scenario.ts'
import type { SeenSeries } from './explain-reading.ts'
import type { Ground } from './ground.ts'
import { type Cause, type Found, nodeId, type OverrideNode } from './lineage-node.ts'

/** What a scenario makes of a reading, and the one that it is made of; undefined where scenarios say nothing of its telemetry. */
export async function explainChange(ground: Ground, series: SeenSeries, { at, source }: SeenReading): Promise<readonly Cause[] | undefined> {
  const { key, from } = series
  if (from.chain.length === 0 || source === undefined || source === key.source) return undefined
  const override = (await ground.overrides.find(from.chain)).of(key)
  if (!override) return undefined
  const said: Cause = { role: 'CHANGED_BY', of: explainOverride(ground, override) }
  if (override.change.kind === 'SERIES') return [said]
  const below = { ...series, from: { ...from, chain: [], scenario: undefined } }
  const [[measured] = []] = await ground.telemetry.from(below.from).readings([key], { from: at, to: at + 1 }, { first: 1, signal: ground.signal })
  return measured ? [said, { role: 'MADE_FROM', of: await ground.explain.reading(ground, below, measured) }] : [said]
}

function explainOverride(ground: Ground, override: FoundOverride): Found<OverrideNode> {
  const { twin, name, change, run, setAt, setBy } = override
  return {
    node: {
      kind: 'LineageOverride', id: nodeId('override', twin, name, run), twin, series: name, change: change.kind, constant: change.kind === 'CONSTANT' ? change.value : null, factor: change.kind === 'FACTOR' ? change.factor : null,
      readings: change.kind === 'SERIES' ? change.readings : null, setAt: new Date(setAt).toISOString(), setBy,
    },
    async causes() {
      const id = await ground.scenarioNames.numbered(scenarioOf(override), ground.signal)
      const scenario = id === undefined ? undefined : await explainScenario(ground, id)
      return scenario ? [{ role: 'SAID_IN', of: scenario }] : []
    },
  }
}

/** Its own readings lie under the number of the scenario that says it. */
const scenarioOf = ({ own }: FoundOverride): number => Number(own.twin.slice(ownSeriesPrefix.length).split('\0', 1)[0])
