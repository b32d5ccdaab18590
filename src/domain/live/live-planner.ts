import type { FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLOutputType, GraphQLSchema } from 'graphql'
import { getNamedType, isCompositeType, isObjectType } from 'graphql'
import { collectSubfields } from 'graphql/execution/collectFields.js'
import type { Columns, LivePlan, Shown } from '../../change/live/live-plan.ts'
import { failure } from '../../errors.ts'
import type { RegisteredModel, Registry } from '../../model/registry.ts'
import { parseDuration } from '../../telemetry/duration.ts'
import { namesOf } from '../../twin/needs.ts'
import { readArguments } from '../compile/argument.ts'
import { isPlain } from '../compile/column.ts'
import { compileAnswer, compileMatching, compileMembers, compileOrigins, type LiveQuery } from '../compile/live.ts'
import { type Compiled, idsVariable, latestVariable, type RootField, vantageVariable } from '../compile/root.ts'
import { toWithin } from '../compile/within.ts'
import { worldOf } from '../compile/world.ts'
import { completeValue, type Later, NotInRow, type Operation, UnknownType } from '../complete/complete-value.ts'
import { type LatestValues, withVantage } from '../latest-values.ts'
import type { GraphReader } from '../statement.ts'
import { presentVantage, type Vantage } from '../vantage.ts'
import { createDeltaPayload } from './delta-payload.ts'
import { createJudge } from './judge.ts'
import { type PlacedAt, placesOf } from './places.ts'
import { nothingWatched, watchSelection, watchSort, watchWhere } from './watched.ts'

/** A live field of a subscription, as it was asked for. */
export interface LiveField {
  readonly schema: GraphQLSchema
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly responseKey: string
  readonly field: GraphQLField<unknown, unknown>
  readonly nodes: readonly FieldNode[]
  readonly model: RegisteredModel | undefined
  /** The scenario it is asked of; undefined: the base. */
  readonly scenario: { readonly id: string; readonly vantage: Vantage } | undefined
  /** What resolvers of series are given; made anew for every answer, since it holds what was read for one. */
  context(): unknown
}

export interface LivePlannerConfig {
  readonly graph: GraphReader
  readonly latestValues: LatestValues
  readonly tenant: string
  readonly tenantLabel: string
}

/** Twins in an answer, and one more to tell that there are too many. */
const mostMembers = 10_001
/** Beyond, a change far from a query's twins is not traced back to each of them: the whole answer is looked at. */
const mostOrigins = 2_000

/** Compiles a live field; throws the Failure that refuses its arguments. */
export function createLivePlanner({ graph, latestValues, tenant, tenantLabel }: LivePlannerConfig): (live: LiveField) => LivePlan {
  return (live) => {
    const { schema, fragments, variables, field, nodes, model, scenario } = live
    const vantage = scenario?.vantage ?? presentVantage
    const registry = registryOf(schema)
    const given = readArguments(field.args, nodes[0]?.arguments, variables)
    const selection = selectionOf(live)
    const root: RootField = { field, nodes, schema, fragments, registry, world: worldOf(vantage), tenant, tenantLabel }
    const query: LiveQuery = { model, given, type: selection.type, nodes: selection.nodes }
    const watched = nothingWatched(model)
    watchWhere(watched, given.get('where'))
    watchSort(watched, given.get('sort'))
    watchSelection(watched, { schema, fragments, variables }, selection.type, selection.nodes)
    const [id, limit, within] = ['id', 'limit', 'within'].map((name) => given.get(name))
    const placed = placesOf(watched, registry, id?.kind === 'leaf' ? String(id.value) : undefined)
    const isListed = within?.kind === 'object' || (limit?.kind === 'leaf' && limit.value !== null)
    const isLocal = !scenario && !isListed && placed.length === 1 && placed.every(({ place }) => isInOwnColumns(place, model))
    const read = async (compiled: Compiled, ids?: readonly string[]): Promise<unknown> => {
      const given = { ...variables, ...(ids && { [idsVariable]: ids }), ...await withVantage(compiled, vantage, latestValues) }
      return (await graph.read(compiled.bind(given))).value
    }
    const answer = compileAnswer(root, query, variables, mostMembers)
    answer.bind({ ...variables, [vantageVariable]: vantage, [latestVariable]: {} }) // what cannot be bound is refused now
    const members = compileMembers(root, query, variables, mostMembers)
    const matching = compileMatching(root, query, variables)
    const origins = placed.map(({ way }) => (way.length > 0 ? compileOrigins(root, model, way, variables, mostOrigins + 1) : undefined))
    return {
      scenario: scenario && { id: scenario.id, chain: vantage.chain, followsBase: vantage.at === undefined },
      places: placed.map(({ place }) => place), isListed, isSorted: given.get('sort')?.kind === 'list', restMs: restOf(given.get('atMostEvery')),
      scope: within?.kind === 'object' ? new Set(toWithin(within, namesOf(registry).known).over) : new Set(),
      judge: isLocal ? judgeOf(registry, model, given, variables) : undefined,
      answer: async () => await read(answer) as readonly Columns[],
      members: async () => await read(members) as readonly string[],
      matching: async (ids) => await read(matching, ids) as readonly Columns[],
      async origins(place, ids) {
        const compiled = origins[place]
        const found = compiled ? await read(compiled, ids) as readonly string[] : ids
        return found.length > mostOrigins ? undefined : found
      },
      show: createShow(live, selection, placed),
      payload: createDeltaPayload(live.responseKey, selection.deltaType, selection.fields),
    }
  }
}

interface Selection {
  readonly deltaType: string
  readonly fields: readonly (readonly [string, FieldNode])[]
  /** Of `node`. */
  readonly type: LiveQuery['type']
  readonly output: GraphQLOutputType
  readonly nodes: readonly FieldNode[]
}

function selectionOf({ schema, fragments, variables, field, nodes }: LiveField): Selection {
  const delta = getNamedType(field.type)
  const output = isObjectType(delta) ? delta.getFields()['node']?.type : undefined
  const type = output && getNamedType(output)
  if (!isObjectType(delta) || !output || !isCompositeType(type)) throw new Error(`${field.name} does not return deltas.`)
  const collected = [...collectSubfields(schema, fragments, variables, delta, nodes)]
  const selected = collected.filter(([, [first]]) => first?.name.value === 'node')
  if (selected.length > 1) throw failure('BAD_USER_INPUT', { message: `\`node\` is selected under ${selected.length} names; select it once.` })
  return { deltaType: delta.name, fields: collected.flatMap(([key, [first]]) => (first ? [[key, first] as const] : [])), type, output, nodes: selected[0]?.[1] ?? [] }
}

/** Completion of rows. Without series one function serves all answers, and gives them at once. */
function createShow({ schema, fragments, variables, context }: LiveField, { output, nodes }: Selection, placed: readonly PlacedAt[]): LivePlan['show'] {
  if (nodes.length === 0) return (rows) => rows.map(() => new Map())
  const readsSeries = placed.some(({ place }) => place.series.size > 0)
  const complete = (): ReturnType<typeof completeValue> => {
    const operation: Operation = { schema, fragments, variables, context: context() }
    return completeValue(operation, output, nodes)
  }
  const known = readsSeries ? undefined : complete()
  return (rows) => {
    try {
      const later: Later = []
      const completeRow = known ?? complete()
      const objects = rows.map((row) => completeRow(row, later) as Readonly<Record<string, unknown>> | null)
      return later.length === 0 ? objects.map(toShown) : allOf(later).then(() => objects.map(toShown))
    } catch (error) {
      if (error instanceof UnknownType) throw failure('SCHEMA_CHANGED', { cause: error })
      throw error instanceof NotInRow ? failure('BAD_USER_INPUT', { message: `A live query cannot select this: ${error.message}`, cause: error }) : error
    }
  }
}

/** What arrives may itself wait for more. */
async function allOf(later: Later): Promise<void> {
  for (let done = 0; done < later.length; done = later.length) await Promise.all(later.slice(done))
}

const toShown = (node: Readonly<Record<string, unknown>> | null): Shown => new Map(Object.entries(node ?? {}).map(([name, value]) => [name, JSON.stringify(value ?? null)]))

/** Does what is read of the twins stand in their columns, as the driver gives them? */
function isInOwnColumns(place: PlacedAt['place'], model: RegisteredModel | undefined): boolean {
  if (place.links === 'any' || place.links.size > 0) return false
  return [...place.properties].every((name) => {
    const content = model?.contents.get(name)
    return content?.kind === 'Property' && isPlain(content.schema)
  })
}

function judgeOf(registry: Registry, model: RegisteredModel | undefined, given: LiveQuery['given'], variables: LiveField['variables']): LivePlan['judge'] {
  const judge = createJudge(registry, model, given.get('where'), variables)
  const id = given.get('id')
  if (!judge || id?.kind !== 'leaf') return judge
  const only = String(id.get(variables))
  return { keys: [{ column: '_id', values: new Set([only]) }], belongs: (columns) => columns['_id'] === only && judge.belongs(columns) }
}

const [leastRestMs, mostRestMs] = [10, 3_600_000]

function restOf(atMostEvery: ReturnType<LiveQuery['given']['get']>): number {
  const text = atMostEvery?.kind === 'leaf' && atMostEvery.value !== null ? String(atMostEvery.value) : 'PT0.25S'
  const parsed = parseDuration(text)
  const ms = parsed.ok ? parsed.value / 1_000 : Number.NaN
  if (ms >= 0 && ms <= mostRestMs) return Math.max(leastRestMs, ms)
  throw failure('BAD_USER_INPUT', { message: `\`atMostEvery\` is ${JSON.stringify(text)}; give a duration up to an hour, such as "PT1S".` })
}

function registryOf(schema: GraphQLSchema): Registry {
  if (!schema.extensions.registry) throw new Error('The schema was not made from models.')
  return schema.extensions.registry
}
