import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql'
import type { Registry } from '../model/registry.ts'
import { type Compiled, compileByIds, compileRoot, idsVariable, type RootField } from './compile/root.ts'
import { createStatementCache, type StatementCache } from './compile/statement-cache.ts'
import { worldOf } from './compile/world.ts'
import { type Page, toConnection } from './connection-value.ts'
import { type LatestValues, withVantage } from './latest-values.ts'
import { withinLongest } from './list-limit.ts'
import type { GraphReader } from './statement.ts'
import { presentVantage, type Vantage, type VantageArguments, type Vantages } from './vantage.ts'

/** Answers root fields of the domain: one statement each, compiled from the selection, or found in the cache. */
export interface TwinReader {
  /** The value of a generated root field: a row, a list of rows, or a connection. */
  root(args: RootArguments, info: GraphQLResolveInfo, options?: ReadOptions): Promise<unknown>
  /** Rows of the twins, in the order of the ids, null where one does not exist; for fields whose selection is a twin's. */
  byIds(ids: readonly string[], info: GraphQLResolveInfo, options?: ReadOptions): Promise<readonly (Readonly<Record<string, unknown>> | null)[]>
}

/** Of a root field's arguments, those that are looked at after the statement ran. */
export interface RootArguments extends VantageArguments {
  readonly first?: number | null
  readonly after?: string | null
  readonly limit?: number | null
  readonly within?: { readonly of: readonly string[] } | null
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
  /** From where to look, where no arguments say it; the present unless said otherwise. */
  readonly vantage?: Vantage | undefined
}

export interface TwinReaderConfig {
  readonly graph: GraphReader
  readonly tenant: string
  /** The label on every node of the tenant. */
  readonly tenantLabel: string
  readonly vantages: Vantages
  readonly latestValues: LatestValues
}

declare module 'graphql' {
  interface GraphQLSchemaExtensions {
    /** The models the schema was made from; its own, so that operations in flight finish on the schema they began with. */
    registry?: Registry
  }
}

type Row = Readonly<Record<string, unknown>>
type Variables = Readonly<Record<string, unknown>>

export function createTwinReader({ graph, tenant, tenantLabel, vantages, latestValues }: TwinReaderConfig): TwinReader {
  const caches = new WeakMap<GraphQLSchema, StatementCache>()
  const cacheOf = (schema: GraphQLSchema): StatementCache => {
    const known = caches.get(schema) ?? createStatementCache(schema)
    caches.set(schema, known)
    return known
  }
  const rootField = (info: GraphQLResolveInfo, vantage: Vantage): RootField => ({
    field: fieldOf(info), nodes: info.fieldNodes, schema: info.schema, fragments: info.fragments, registry: registryOf(info.schema), world: worldOf(vantage), tenant, tenantLabel,
  })
  const run = async (compiled: Compiled, variables: Variables, vantage: Vantage, signal: AbortSignal | undefined): Promise<unknown> => {
    if (vantage === presentVantage) return (await graph.read(compiled.bind(variables), { signal })).value
    return (await graph.read(compiled.bind({ ...variables, ...await withVantage(compiled, vantage, latestValues, signal) }), { signal })).value
  }
  return {
    async root(args, info, { signal, vantage: given } = {}) {
      const field = fieldOf(info)
      const role = field.extensions.root
      if (!role) throw new Error(`${info.fieldName} is not a root field of the domain.`)
      const vantage = given ?? (looksElsewhere(args) ? await vantages.find(args, signal) : presentVantage)
      const key = `${info.path.key} ${worldOf(vantage).key}${scopeShape(args)}`
      const compiled = cacheOf(info.schema).find(info.operation, key, info.variableValues, () => compileRoot(rootField(info, vantage), role, info.variableValues))
      const value = await run(compiled, info.variableValues, vantage, signal)
      if (role.kind === 'connection') return toConnection(value as Page, args)
      const rows = value as readonly Row[]
      return role.kind === 'one' ? rows[0] ?? null : withinLongest(rows, args.limit, info.fieldName)
    },
    async byIds(ids, info, { signal, vantage = presentVantage } = {}) {
      const key = `${pathKey(info)} ${worldOf(vantage).key}`
      const compiled = cacheOf(info.schema).find(info.operation, key, info.variableValues, () => compileByIds(rootField(info, vantage), info.variableValues))
      const value = await run(compiled, { ...info.variableValues, [idsVariable]: ids }, vantage, signal)
      const found = new Map((value as readonly Row[]).map((row) => [row['_id'], row]))
      return ids.map((id) => found.get(id) ?? null)
    },
  }
}

const looksElsewhere = ({ asOf, knownAt, scenario, atLeast }: VantageArguments): boolean => [asOf, knownAt, scenario, atLeast].some((given) => typeof given === 'string')

/** All of a scope but where it begins is part of the statement's text. */
const scopeShape = ({ within }: RootArguments): string => (within ? ` ${JSON.stringify({ ...within, of: undefined })}` : '')

const registryOf = (schema: GraphQLSchema): Registry => {
  if (!schema.extensions.registry) throw new Error('The schema was not made from models.')
  return schema.extensions.registry
}

function fieldOf(info: GraphQLResolveInfo): RootField['field'] {
  const field = info.parentType.getFields()[info.fieldName]
  if (!field) throw new Error(`${info.parentType.name} has no field ${info.fieldName}.`)
  return field
}

function pathKey(info: GraphQLResolveInfo): string {
  const keys: string[] = []
  for (let path: GraphQLResolveInfo['path'] | undefined = info.path; path; path = path.prev) if (typeof path.key === 'string') keys.push(path.key)
  return `${info.parentType.name} ${keys.join('.')}`
}
