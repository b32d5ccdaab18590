import type { RunInputs } from '../run/run-inputs.ts'
import type { Run } from '../run/run.ts'
import { type Microseconds, type SeriesKey, seriesKeyText } from '../telemetry/reading.ts'
import { countBy } from './count-by.ts'
import type { SeriesWindow } from './explain-reading.ts'
import type { Ground } from './ground.ts'
import { type Found, type InputPage, type InputsNode, nodeId, type SeriesNode } from './lineage-node.ts'
import { vantageOfPin } from './pin-vantage.ts'

interface ReadSeries {
  readonly key: SeriesKey
  readonly window: SeriesWindow
}

/** So many stand one by one; more are one node with pages. */
const mostEach = 20

/** The telemetry that a run read, each series once, by twin and name. */
export async function explainReadSeries(ground: Ground, run: Run, inputs: RunInputs): Promise<readonly Found[]> {
  const all = readSeries(inputs)
  if (all.length <= mostEach) return await Promise.all(all.map((each) => explain(ground, run, each)))
  const node: InputsNode = { kind: 'LineageInputs', id: nodeId('inputs', run.id, 'SERIES'), what: 'SERIES', count: all.length, parts: countBy(all.map(({ key }) => key.name)) }
  return [{
    node,
    async inputs({ first, after = -1, twin }): Promise<InputPage> {
      const wanted = [...all.entries()].filter(([place, { key }]) => place > after && (twin === undefined || isOf(key, twin)))
      return { items: await Promise.all(wanted.slice(0, first).map(async ([place, each]) => ({ place, of: await explain(ground, run, each) }))), hasMore: wanted.length > first }
    },
  }]
}

const isOf = (key: SeriesKey, twin: string): boolean => key.twin === twin || key.twin.startsWith(`${twin}#`)

function readSeries({ series, task, window: { from, horizon } }: RunInputs): readonly ReadSeries[] {
  const to: Microseconds = from + horizon + 1
  const all = [
    ...series.map(({ key, withBefore }): ReadSeries => ({ key, window: { from: withBefore ? undefined : from, to } })),
    ...(task.kind === 'calibrate' ? task.targets.map(({ key }): ReadSeries => ({ key, window: { from, to } })) : []),
  ]
  return [...new Map(all.map((each) => [seriesKeyText(each.key), each])).entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, each]) => each)
}

async function explain(ground: Ground, run: Run, { key, window }: ReadSeries): Promise<Found<SeriesNode>> {
  const from = await vantageOfPin(ground, run)
  const twin = await ground.twin(key.twin, from)
  const content = twin && ground.registry().get(twin.model)?.contents.get(key.name)
  return await ground.explain.series(ground, { key, from, unit: content?.kind === 'Telemetry' ? content.unit ?? null : null }, window)
}
