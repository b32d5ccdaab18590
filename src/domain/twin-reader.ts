import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql'
import type { Registry } from '../model/registry.ts'
import { compileByIds, compileRoot, type RootField } from './compile/root.ts'
import { createStatementCache, type StatementCache } from './compile/statement-cache.ts'
import { present, type World } from './compile/world.ts'
import { type Page, toConnection } from './connection-value.ts'
import { withinLongest } from './list-limit.ts'
import type { GraphReader } from './statement.ts'

/** Answers root fields of the domain: one statement each, compiled from the selection, or found in the cache. */
export interface TwinReader {
  /** The value of a generated root field: a row, a list of rows, or a connection. */
  root(args: RootArguments, info: GraphQLResolveInfo, options?: ReadOptions): Promise<unknown>
  /** Rows of the twins, in the order of the ids, null where one does not exist; for fields whose selection is a twin's. */
  byIds(ids: readonly string[], info: GraphQLResolveInfo, options?: ReadOptions): Promise<readonly (Readonly<Record<string, unknown>> | null)[]>
}

/** Of a root field's arguments, those that are looked at after the statement ran. */
export interface RootArguments {
  readonly first?: number | null
  readonly after?: string | null
  readonly limit?: number | null
  readonly within?: { readonly of: readonly string[] } | null
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
}

export interface TwinReaderConfig {
  readonly graph: GraphReader
  readonly tenant: string
  /** The label on every node of the tenant. */
  readonly tenantLabel: string
}

declare module 'graphql' {
  interface GraphQLSchemaExtensions {
    /** The models the schema was made from; its own, so that operations in flight finish on the schema they began with. */
    registry?: Registry
  }
}

type Row = Readonly<Record<string, unknown>>

export function createTwinReader({ graph, tenant, tenantLabel }: TwinReaderConfig): TwinReader {
  const caches = new WeakMap<GraphQLSchema, StatementCache>()
  const cacheOf = (schema: GraphQLSchema): StatementCache => {
    const known = caches.get(schema) ?? createStatementCache(schema)
    caches.set(schema, known)
    return known
  }
  const rootField = (info: GraphQLResolveInfo, world: World): RootField => ({
    field: fieldOf(info), nodes: info.fieldNodes, schema: info.schema, fragments: info.fragments, registry: registryOf(info.schema), world, tenant, tenantLabel,
  })
  return {
    async root(args, info, { signal } = {}) {
      const field = fieldOf(info)
      const role = field.extensions.root
      if (!role) throw new Error(`${info.fieldName} is not a root field of the domain.`)
      const compiled = cacheOf(info.schema).find(info.operation, `${info.path.key}${scopeShape(args)}`, info.variableValues, () => compileRoot(rootField(info, present), role, info.variableValues))
      const { value } = await graph.read(compiled(info.variableValues), { signal })
      if (role.kind === 'connection') return toConnection(value as Page, args)
      const rows = value as readonly Row[]
      return role.kind === 'one' ? rows[0] ?? null : withinLongest(rows, args.limit, info.fieldName)
    },
    async byIds(ids, info, { signal } = {}) {
      const variables = { ...info.variableValues, ' ids': ids }
      const compiled = cacheOf(info.schema).find(info.operation, pathKey(info), info.variableValues, () => compileByIds(rootField(info, present), variables, ' ids'))
      const { value } = await graph.read(compiled(variables), { signal })
      const found = new Map((value as readonly Row[]).map((row) => [row['_id'], row]))
      return ids.map((id) => found.get(id) ?? null)
    },
  }
}

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
