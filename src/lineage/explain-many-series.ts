import { type SeriesKey, seriesKeyText } from '../telemetry/reading.ts'
import { countBy } from './count-by.ts'
import type { SeriesWindow } from './explain-reading.ts'
import type { Ground } from './ground.ts'
import type { LineageVantage } from './lineage-ports.ts'
import type { Found, InputPage, InputsNode } from './lineage-node.ts'

/** A series as somebody read it. */
export interface ReadSeries {
  readonly key: SeriesKey
  readonly window: SeriesWindow
  readonly from: LineageVantage
  /** Only the last reading was looked at. */
  readonly isLastOnly: boolean
}

/** So many stand one by one; more are one node with pages. */
const mostEach = 20

/** Each series once, by twin and name. `id`: of the node that stands for them where they are many. */
export async function explainManySeries(ground: Ground, id: string, given: readonly ReadSeries[]): Promise<readonly Found[]> {
  const byText = new Map(given.map((each) => [seriesKeyText(each.key), each]))
  const all = [...byText].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, each]) => each)
  if (all.length <= mostEach) return await Promise.all(all.map((each) => explain(ground, each)))
  const node: InputsNode = { kind: 'LineageInputs', id, what: 'SERIES', count: all.length, parts: countBy(all.map(({ key }) => key.name)) }
  return [{
    node,
    async inputs({ first, after = -1, twin }): Promise<InputPage> {
      const wanted = [...all.entries()].filter(([place, { key }]) => place > after && (twin === undefined || isOf(key, twin)))
      return { items: await Promise.all(wanted.slice(0, first).map(async ([place, each]) => ({ place, of: await explain(ground, each) }))), hasMore: wanted.length > first }
    },
  }]
}

const isOf = (key: SeriesKey, twin: string): boolean => key.twin === twin || key.twin.startsWith(`${twin}#`)

async function explain(ground: Ground, { key, window, from, isLastOnly }: ReadSeries): Promise<Found> {
  const twin = await ground.twin(key.twin, from)
  const content = twin && ground.registry().get(twin.model)?.contents.get(key.name)
  const series = { key, from, unit: content?.kind === 'Telemetry' ? content.unit ?? null : null }
  const [last] = isLastOnly ? await ground.telemetry.from(from).latestBefore([key], window.to, { signal: ground.signal }) : []
  return last ? await ground.explain.reading(ground, series, last) : await ground.explain.series(ground, series, window)
}
