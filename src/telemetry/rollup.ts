import type { Vantage } from '../domain/vantage.ts'
import { failure } from '../errors.ts'
import type { RegisteredModel, Registry } from '../model/registry.ts'
import { relationshipNames } from '../model/relationship-names.ts'
import { nearest } from '../util/nearest.ts'
import type { Reach, Reached } from './reach.ts'
import type { SeriesKey } from './reading.ts'
import { seriesKind } from './series-kind.ts'
import type { SeriesReads } from './series-reads.ts'
import type { Aggregate, Buckets, RollupBucket } from './telemetry-store.ts'

export type RollupGroup = 'ROOT' | 'MODEL' | 'TWIN'

export interface RollupRequest {
  readonly of: readonly string[]
  readonly over: readonly string[]
  readonly maxDepth: number
  /** DTMIs; undefined: every model. */
  readonly models: readonly string[] | undefined
  readonly series: string
  readonly buckets: Buckets
  readonly aggregate: Aggregate
  readonly groupBy: RollupGroup | undefined
  readonly vantage: Vantage
}

export interface RolledUp {
  readonly group: string | null
  readonly twins: number
  readonly unit: string | null
  readonly buckets: readonly RollupBucket[]
}

export interface RollupPorts {
  readonly reach: Reach
  readonly from: (vantage: Vantage) => Pick<SeriesReads, 'rollup'>
  readonly registry: () => Registry
}

const mostTwins = 100_000
const deepest = 100

/** One look at the graph, and one at the readings. Throws BAD_USER_INPUT, LIST_TOO_LONG. */
export async function rollup({ reach, from, registry }: RollupPorts, request: RollupRequest, signal: AbortSignal): Promise<readonly RolledUp[]> {
  const models = registry()
  checkNames(models, request)
  const reached = await reach.reach(request.of, request.over, request.maxDepth, { most: mostTwins, vantage: request.vantage, signal })
  const members = reached.flatMap((each) => {
    const model = models.get(each.model)
    return model && isWanted(model, request.models) ? member(each, model, request.series) : []
  })
  const unit = commonUnit(members, request.series)
  const groups = [...Map.groupBy(members, (each) => groupOf(each, request.groupBy))].map(([group, all]) => ({ group, series: [...new Map(all.map((each) => [each.twin, each.key])).values()] }))
  const rows = await from(request.vantage).rollup(groups.map(({ series }) => series), request.buckets, request.aggregate, { signal })
  return groups.map(({ group, series }, index) => ({ group, twins: series.length, unit: request.aggregate === 'COUNT' ? null : unit, buckets: rows[index] ?? [] }))
}

interface Member extends Reached {
  readonly key: SeriesKey
  readonly unit: string | null
}

function checkNames(models: Registry, { over, maxDepth, models: only = [] }: RollupRequest): void {
  if (maxDepth < 0 || maxDepth > deepest) throw failure('BAD_USER_INPUT', { message: `maxDepth is from 0 to ${deepest}, not ${maxDepth}.` })
  const names = relationshipNames(models)
  for (const name of over) if (!names.has(name)) throw failure('BAD_USER_INPUT', { message: `No model has a relationship ${JSON.stringify(name)}.${hint(name, names)}` })
  for (const id of only) if (!models.get(id)) throw failure('BAD_USER_INPUT', { message: `There is no model ${JSON.stringify(id)}.${hint(id, models.models.keys())}` })
}

function hint(name: string, candidates: Iterable<string>): string {
  const near = nearest(name, candidates)
  return near === undefined ? '' : ` Did you mean ${near}?`
}

const isWanted = (model: RegisteredModel, only: readonly string[] | undefined): boolean => only === undefined || only.some((id) => model.isA(id))

function member(reached: Reached, model: RegisteredModel, series: string): readonly Member[] {
  const content = model.contents.get(series)
  if (content?.kind !== 'Telemetry') return []
  const kind = seriesKind(content.schema)
  if (kind === 'text' || kind === 'json') throw failure('BAD_USER_INPUT', { message: `${series} of ${model.id} is no number, so it cannot be rolled up.` })
  return [{ ...reached, key: { twin: reached.twin, name: series, kind, source: 'MEASURED', run: null }, unit: content.unit ?? null }]
}

/** Values in several units do not add up. */
function commonUnit(members: readonly Member[], series: string): string | null {
  const units = [...new Set(members.map(({ unit }) => unit))]
  if (units.length > 1) throw failure('BAD_USER_INPUT', { message: `${series} is in several units (${units.map((unit) => unit ?? 'none').join(', ')}), so its values do not add up. Choose models of one unit by models.` })
  return units[0] ?? null
}

function groupOf({ root, model, twin }: Member, by: RollupGroup | undefined): string | null {
  switch (by) {
    case 'ROOT': return root
    case 'MODEL': return model
    case 'TWIN': return twin
    case undefined: return null
  }
}
