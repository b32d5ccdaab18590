import type { Needs } from '../../twin/needs.ts'
import { type RelationshipState, type ScenarioStanding, sourceKey, type State, type TwinState } from '../../twin/state.ts'
import type { Neo4jTransaction } from './database.ts'
import * as statements from './twin-statements.ts'

export type TwinRow = readonly [id: string, model: string, version: number, born: number, values: readonly unknown[]]
export type RelationshipRow = readonly [ref: string, id: string, from: string, to: string, version: number, born: number, names: readonly string[], values: readonly unknown[]]
export type StandingRow = readonly [number: number, state: ScenarioStanding['state'], edited: number, branches: readonly string[]]

/** What the statements that read the base and those that read a scenario both answer. */
export interface LoadedHead {
  readonly seq: number
  readonly at: number
  readonly models: number
  /** The number of the tenant's last scenario; 0: it has had none. */
  readonly lastScenario: number
  readonly attached: readonly (readonly [twin: string, ref: string, id: string, name: string, from: string, fromModel: string, to: string, version: number])[]
  readonly answers: readonly (readonly [key: string, digest: string, answer: string])[]
  readonly scenarios: readonly StandingRow[]
}

interface Loaded extends LoadedHead {
  readonly twins: readonly TwinRow[]
  readonly components: readonly TwinRow[]
}

/** The statements go out together; the first of them takes the lock, so that the others see what it protects. */
export async function readState(tx: Neo4jTransaction, tenant: string, needs: Needs): Promise<{ readonly state: State; readonly lastScenario: number }> {
  const { twins, components, attached, keys } = needs
  const [row, relationships, counts] = await Promise.all([
    tx.run({ text: statements.load, parameters: { b: { t: tenant, twins, components, attached, keys, scenarios: needs.scenarios.map(BigInt) } } }),
    readRelationships(needs, (name, rows) => tx.run({ text: statements.relationshipsNamed(name), parameters: { b: { t: tenant, rows } } })),
    readCounts(needs, (name, from) => tx.run({ text: statements.countsNamed(name), parameters: { b: { t: tenant, from } } })),
  ])
  const loaded = row as unknown as Loaded
  return {
    state: {
      ...toCommonState(loaded), counts, deleted: new Set(), forsaken: new Map(),
      twins: toTwins(loaded.twins, needs.twins), components: toTwins(loaded.components, needs.components),
      relationships: Map.groupBy(relationships, ({ from, name }) => sourceKey(from, name)),
    },
    lastScenario: loaded.lastScenario,
  }
}

type Ask<T> = (name: string, rows: T) => Promise<Readonly<Record<string, unknown>>>

export async function readRelationships({ relationships }: Needs, ask: Ask<Needs['relationships'] extends ReadonlyMap<string, infer Rows> ? Rows : never>): Promise<readonly RelationshipState[]> {
  const found = await Promise.all([...relationships].map(async ([name, rows]) => ((await ask(name, rows))['found'] as readonly (readonly RelationshipRow[])[]).flat().map((row) => toRelationship(name, row))))
  return found.flat()
}

export async function readCounts({ counts }: Needs, ask: Ask<readonly string[]>): Promise<State['counts']> {
  const found = await Promise.all([...counts].map(async ([name, from]) => ((await ask(name, from))['counts'] as readonly (readonly [string, number])[]).map(([id, count]) => [sourceKey(id, name), count] as const)))
  return new Map(found.flat())
}

export function toCommonState({ seq, at, models, attached, answers, scenarios }: LoadedHead): Pick<State, 'seq' | 'at' | 'models' | 'attached' | 'answers' | 'scenarios'> {
  const ends = attached.map(([twin, ref, id, name, from, fromModel, to, version]) => ({ twin, ref, id, name, from, fromModel, to, version, values: new Map<string, unknown>() }))
  return {
    seq, at, models,
    attached: Map.groupBy(ends, ({ twin }) => twin),
    answers: new Map(answers.map(([key, digest, answer]) => [key, { digest, answer }])),
    scenarios: new Map(scenarios.map(([number, state, edited, branches]) => [number, { state, edited, branches }])),
  }
}

export function toTwins(rows: readonly TwinRow[], wanted: Needs['twins']): ReadonlyMap<string, TwinState> {
  const names = new Map(wanted.map((each) => [each.id, each.values]))
  return new Map(rows.map(([id, model, version, born, values]) => [id, { id, model, version, born, values: toValues(names.get(id) ?? [], values) }]))
}

function toRelationship(name: string, [ref, id, from, to, version, born, names, values]: RelationshipRow): RelationshipState {
  return { ref, name, id, from, to, version, born, values: toValues(names, values) }
}

const toValues = (names: readonly string[], values: readonly unknown[]): ReadonlyMap<string, unknown> => new Map(names.map((name, index) => [name, values[index]]))
