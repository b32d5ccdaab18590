import type { Override, OverrideChange } from '../../scenario/override.ts'
import type { OverrideEdits, OverridesStored, OverrideStore } from '../../scenario/override-store.ts'
import type { Scenario, ScenarioState } from '../../scenario/scenario.ts'
import type { SeriesKey, SeriesKind, SeriesValue } from '../../telemetry/reading.ts'
import { notOpen } from '../../twin/decide/scenarios.ts'
import { done, refused } from '../../util/result.ts'
import { identity, stateOf } from './branch-world.ts'
import type { Neo4jDatabase, Neo4jTransaction } from './database.ts'
import { lockHead } from './head.ts'

/** Overrides as `(:_In:_Override {_t, _s, _id: the twin, name, kind, …})`; `_Scenario.overrides` counts the writes. */
export function createNeo4jOverrideStore(database: Pick<Neo4jDatabase, 'read' | 'transaction'>, tenant: string): OverrideStore {
  return {
    async modelsOf({ base, chain }, ids, signal) {
      return toModels(await database.read(modelsStatement(tenant, { base, chain }, ids), { signal }))
    },
    write: (scenario, edits, { actor, most }) => database.transaction(async (tx) => {
      const head = await lockHead(tx, tenant)
      const { state, others } = await tx.run({ text: ground, parameters: { b: { t: tenant, s: BigInt(scenario.number), keys: [...edits.set, ...edits.remove].map(({ twin, name }) => [twin, name]) } } })
      if (state !== 'OPEN') return refused(notOpen(scenario, (state ?? undefined) as ScenarioState | undefined, 'Nothing can be written into it: create another scenario.'))
      const moved = await movedTwin(tx, tenant, scenario, edits.models)
      if (moved !== undefined) return refused({ kind: 'Conflict', code: 'SCENARIO_CHANGED', message: `The twin ${JSON.stringify(moved)} was deleted, or given another model, at this moment. Nothing is stored: look at it, and send it again.` })
      const actual = Number(others) + edits.set.length
      if (actual > most) return refused({ kind: 'LimitReached', code: 'TOO_LARGE', limit: most, actual, message: `A scenario holds at most ${most} overrides; these would make ${actual}. Remove some first.`, path: ['overrides'] })
      return done(await store(tx, tenant, { scenario, edits, actor, head }))
    }),
    async versions(scenarios) {
      const { versions } = await database.read({ text: 'UNWIND $b.scenarios AS s OPTIONAL MATCH (n:_Scenario {_t: $b.t, number: s}) RETURN collect(coalesce(n.overrides, 0)) AS versions', parameters: { b: { t: tenant, scenarios: scenarios.map(BigInt) } } })
      return versions as readonly number[]
    },
    async load(scenario) {
      const { found } = await database.read({ text: `MATCH (o:_Override) USING INDEX o:_Override(_t, _s, _id, name) WHERE o._t = $b.t AND o._s = $b.s AND o._id IS NOT NULL AND o.name IS NOT NULL RETURN collect(o {.*}) AS found`, parameters: { b: { t: tenant, s: BigInt(scenario) } } })
      return (found as readonly Row[]).map(toOverride)
    },
    async existing(runs) {
      const { found } = await database.read({ text: 'UNWIND $b.runs AS run MATCH (o:_Override {_t: $b.t, run: run}) USING INDEX SEEK o:_Override(_t, run) RETURN collect(run) AS found', parameters: { b: { t: tenant, runs } } })
      return new Set(found as readonly string[])
    },
  }
}

/** Whether it is open, and how many overrides it has beside those that are written. */
const ground = `OPTIONAL MATCH (n:_Scenario {_t: $b.t, number: $b.s})
RETURN n.state AS state, COUNT {
  MATCH (o:_Override) USING INDEX o:_Override(_t, _s, _id, name) WHERE o._t = $b.t AND o._s = $b.s AND o._id IS NOT NULL AND o.name IS NOT NULL AND NOT [o._id, o.name] IN $b.keys
} AS others`

const writing = `MATCH (h:_Head {_t: $b.t}) SET h.seq = $b.seq
WITH h MATCH (n:_Scenario {_t: $b.t, number: $b.s}) SET n.edited = $b.seq, n.overrides = coalesce(n.overrides, 0) + 1
WITH n
CALL () { UNWIND $b.set AS row MERGE (o:_Override {_t: $b.t, _s: $b.s, _id: row._id, name: row.name}) SET o = row, o:_In }
CALL () { UNWIND $b.remove AS row MATCH (o:_Override {_t: $b.t, _s: $b.s, _id: row._id, name: row.name}) DELETE o }
CALL () { UNWIND $b.journal AS row CREATE (j:_J) SET j = row }
RETURN n.overrides AS version`

type Sight = Pick<Scenario, 'base' | 'chain'>

function modelsStatement(tenant: string, { base, chain }: Sight, ids: readonly string[]): { readonly text: string; readonly parameters: Readonly<Record<string, unknown>> } {
  const kind = { isFixed: base !== undefined }
  const text = `UNWIND $b.ids AS id WITH {id: id} AS row
${identity(kind, 'n', 'row.id', { carried: 'row' })}
WITH row, ${stateOf(kind, 'n', 'twin')} AS st
RETURN collect([row.id, st._model]) AS found`
  return { text, parameters: { b: { t: tenant, ids, chain: chain.map(BigInt), base: BigInt(base ?? 0) } } }
}

const toModels = ({ found }: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> => new Map(found as readonly (readonly [string, string])[])

/** A twin that is not what it was when the edits were checked. */
async function movedTwin(tx: Neo4jTransaction, tenant: string, scenario: Sight, models: ReadonlyMap<string, string>): Promise<string | undefined> {
  const now = toModels(await tx.run(modelsStatement(tenant, scenario, [...models.keys()])))
  return [...models].find(([id, model]) => now.get(id) !== model)?.[0]
}

interface Writing {
  readonly scenario: Scenario
  readonly edits: OverrideEdits
  readonly actor: string
  readonly head: { readonly seq: number; readonly at: number }
}

/** Each twin has one entry in the journal: its properties stay as they are. */
async function store(tx: Neo4jTransaction, tenant: string, { scenario, edits, actor, head }: Writing): Promise<OverridesStored> {
  const [s, at] = [BigInt(scenario.number), BigInt(head.at)]
  const twins = [...new Set([...edits.set, ...edits.remove].map(({ twin }) => twin))]
  const seq = head.seq + twins.length
  const journal = twins.map((id, index) => ({
    _t: tenant, _s: s, _seq: BigInt(head.seq + index + 1), _to: at, _op: 'update', _id: id, _actor: actor, _cause: 'overrideTelemetry', _patch: '{}', _model: edits.models.get(id) ?? null,
  }))
  const set = edits.set.map((each) => ({ ...toRow(each, at, actor), _t: tenant, _s: s }))
  await tx.run({ text: writing, parameters: { b: { t: tenant, s, seq: BigInt(seq), set, remove: edits.remove.map(({ twin, name }) => ({ _id: twin, name })), journal } } })
  return { seq, at: head.at }
}

interface Row {
  readonly _id: string
  readonly name: string
  readonly series: string
  readonly telemetry: string
  readonly seriesKind: SeriesKind
  readonly kind: OverrideChange['kind']
  /** Of a constant, as text. */
  readonly value?: string
  readonly factor?: number
  readonly readings?: number
  readonly run: string
  readonly _since: number
  readonly setBy: string
}

function toRow({ twin, name, series, change, run }: OverrideEdits['set'][number], at: bigint, actor: string): Omit<Row, '_since' | 'readings'> & { readonly _since: bigint; readonly readings?: bigint } {
  return {
    _id: twin, name, series: series.twin, telemetry: series.name, seriesKind: series.kind, kind: change.kind, run, _since: at, setBy: actor,
    ...(change.kind === 'CONSTANT' ? { value: String(change.value) } : change.kind === 'FACTOR' ? { factor: change.factor } : { readings: BigInt(change.readings) }),
  }
}

function toOverride(row: Row): Override {
  const series: SeriesKey = { twin: row.series, name: row.telemetry, kind: row.seriesKind, source: 'MEASURED', run: null }
  return { twin: row._id, name: row.name, series, change: toChange(row), run: row.run, setAt: row._since, setBy: row.setBy }
}

function toChange({ kind, seriesKind, value = '', factor = 1, readings = 0 }: Row): OverrideChange {
  switch (kind) {
    case 'CONSTANT': return { kind, value: toValue(seriesKind, value) }
    case 'FACTOR': return { kind, factor }
    case 'SERIES': return { kind, readings }
  }
}

function toValue(kind: SeriesKind, text: string): SeriesValue {
  switch (kind) {
    case 'float': return Number(text)
    case 'integer': return BigInt(text)
    case 'boolean': return text === 'true'
    case 'text': case 'json': return text
  }
}
