import type { Conflict } from '../../problem.ts'
import { keyReused } from '../../scenario/idempotency.ts'
import type { OverrideEdits, OverridesStored, OverrideStore } from '../../scenario/override-store.ts'
import type { Idempotency } from '../../scenario/scenario-store.ts'
import type { Scenario, ScenarioState } from '../../scenario/scenario.ts'
import { notOpen } from '../../twin/decide/scenarios.ts'
import { done, refused, type Result } from '../../util/result.ts'
import { identity, stateOf } from './branch-world.ts'
import type { Neo4jDatabase, Neo4jTransaction } from './database.ts'
import { lockHead } from './head.ts'
import { findAnswer, keepAnswer } from './model-statements.ts'
import { fromAnswer, type OverrideRow, toAnswer, toOverride, toRow } from './override-row.ts'

/** Overrides as `(:_In:_Override {_t, _s, _id: the twin, name, kind, …})`; `_Scenario.overrides` counts the writes. */
export function createNeo4jOverrideStore(database: Pick<Neo4jDatabase, 'read' | 'transaction'>, tenant: string): OverrideStore {
  return {
    async modelsOf({ base, chain }, ids, signal) {
      return toModels(await database.read(modelsStatement(tenant, { base, chain }, ids), { signal }))
    },
    async repeated(idempotency, signal) {
      return answered(await database.read(findAnswer(tenant, idempotency.key), { signal }), idempotency)
    },
    write: (scenario, edits, { actor, most, idempotency }) => database.transaction(async (tx) => {
      const head = await lockHead(tx, tenant)
      const repeated = idempotency && answered(await tx.run(findAnswer(tenant, idempotency.key)), idempotency)
      if (repeated) return repeated
      const { state, others } = await tx.run({ text: ground, parameters: { b: { t: tenant, s: BigInt(scenario.number), keys: [...edits.set, ...edits.remove].map(({ twin, name }) => [twin, name]) } } })
      if (state !== 'OPEN') return refused(notOpen(scenario, (state ?? undefined) as ScenarioState | undefined, 'Nothing can be written into it: create another scenario.'))
      const moved = await movedTwin(tx, tenant, scenario, edits.models)
      if (moved !== undefined) return refused({ kind: 'Conflict', code: 'SCENARIO_CHANGED', message: `The twin ${JSON.stringify(moved)} was deleted, or given another model, at this moment. Nothing is stored: look at it, and send it again.` })
      const actual = Number(others) + edits.set.length
      if (actual > most) return refused({ kind: 'LimitReached', code: 'TOO_LARGE', limit: most, actual, message: `A scenario holds at most ${most} overrides; these would make ${actual}. Remove some first.`, path: ['overrides'] })
      const stored = await store(tx, tenant, { scenario, edits, actor, head })
      if (idempotency) await tx.run(keepAnswer(tenant, { ...idempotency, answer: toAnswer(stored), at: head.at }))
      return done(stored)
    }),
    async versions(scenarios) {
      const { versions } = await database.read({ text: 'UNWIND $b.scenarios AS s OPTIONAL MATCH (n:_Scenario {_t: $b.t, number: s}) RETURN collect(coalesce(n.overrides, 0)) AS versions', parameters: { b: { t: tenant, scenarios: scenarios.map(BigInt) } } })
      return versions as readonly number[]
    },
    async load(scenario) {
      const { found } = await database.read({ text: `MATCH (o:_Override) USING INDEX o:_Override(_t, _s, _id, name) WHERE o._t = $b.t AND o._s = $b.s AND o._id IS NOT NULL AND o.name IS NOT NULL RETURN collect(o {.*}) AS found`, parameters: { b: { t: tenant, s: BigInt(scenario) } } })
      return (found as readonly OverrideRow[]).map(toOverride)
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

function answered({ found }: Readonly<Record<string, unknown>>, { digest }: Idempotency): Result<OverridesStored, Conflict> | undefined {
  const known = found as { readonly digest: string; readonly answer: string } | null
  if (known === null) return undefined
  return known.digest === digest ? done(fromAnswer(known.answer)) : refused(keyReused)
}

/** Each twin has one entry in the journal, whose patch names its telemetry, each with how it is overridden now; null: not any more. */
async function store(tx: Neo4jTransaction, tenant: string, { scenario, edits, actor, head }: Writing): Promise<OverridesStored> {
  const [s, at] = [BigInt(scenario.number), BigInt(head.at)]
  const said = [...edits.set.map(({ twin, name, change }) => ({ twin, name, kind: change.kind })), ...edits.remove.map(({ twin, name }) => ({ twin, name, kind: null }))]
  const twins = [...Map.groupBy(said, ({ twin }) => twin)]
  const seq = head.seq + twins.length
  const journal = twins.map(([id, some], index) => ({
    _t: tenant, _s: s, _seq: BigInt(head.seq + index + 1), _to: at, _op: 'override', _id: id, _actor: actor, _cause: 'overrideTelemetry', _model: edits.models.get(id) ?? null,
    _patch: JSON.stringify(Object.fromEntries(some.map(({ name, kind }) => [name, kind]))),
  }))
  const set = edits.set.map((each) => ({ ...toRow(each), _t: tenant, _s: s }))
  await tx.run({ text: writing, parameters: { b: { t: tenant, s, seq: BigInt(seq), set, remove: edits.remove.map(({ twin, name }) => ({ _id: twin, name })), journal } } })
  return { seq, set: edits.set }
}
