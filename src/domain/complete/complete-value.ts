import type { FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo, GraphQLSchema } from 'graphql'
import { getArgumentValues, isInterfaceType, isLeafType, isListType, isNonNullType, isObjectType, isUnionType } from 'graphql'
import { collectSubfields } from 'graphql/execution/collectFields.js'

/** From a row, or a value in it, to what the response holds. What is read from elsewhere follows: its promise is put into `later`. */
export type Complete = (source: unknown, later: Later) => unknown

/** Parts of a response that are still on their way; each puts itself into its place. */
export type Later = Promise<void>[]

/** What graphql-js knows of an operation, for the fields that are completed here. */
export interface Operation {
  readonly schema: GraphQLSchema
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  readonly variables: Readonly<Record<string, unknown>>
  /** What resolvers of series are given. */
  readonly context: unknown
}

type Row = Readonly<Record<string, unknown>>

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    /** What the field's resolver would say of each of the sources, in one call. */
    resolveMany?: (sources: readonly unknown[], args: Readonly<Record<string, unknown>>, context: unknown) => Promise<readonly unknown[]>
  }
}

/** A field that is not completed here, because its value is not in the row. */
export class NotInRow extends Error {
  override readonly name = 'NotInRow'
}

/** A row of a model that the schema does not know: it was published later. */
export class UnknownType extends NotInRow {}

/**
 * Turns rows into the response. graphql-js would do it field by field, with a resolver call, an info object and a path for each; a list of a thousand
 * rows spends more time there than in the database. Here a selection becomes one function for each type it meets, made when the type first comes.
 * Fields with resolvers are still resolved by them, which must answer at once, but for those of series. Whatever does not fit throws, and graphql-js does
 * the operation instead.
 */
export function completeValue(operation: Operation, type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete {
  if (isNonNullType(type)) {
    const inner = completeValue(operation, type.ofType, nodes)
    return (source, later) => {
      const value = inner(source, later)
      if (value === null) throw new TypeError(`${nodes[0]?.name.value ?? 'A field'} must not be null.`)
      return value
    }
  }
  if (isListType(type)) {
    const inner = completeValue(operation, type.ofType, nodes)
    return (source, later) => (source === null || source === undefined ? null : (source as readonly unknown[]).map((item) => inner(item, later)))
  }
  if (isLeafType(type)) {
    if (type.name === 'String' || type.name === 'ID' || type.name === 'Boolean') return (source) => (typeof source === 'string' || typeof source === 'boolean' ? source : source === null || source === undefined ? null : type.serialize(source))
    return (source) => (source === null || source === undefined ? null : type.serialize(source))
  }
  if (isObjectType(type)) return orNull(completeObject(operation, type, nodes))
  const byType = new Map<string, Complete>()
  return (source, later) => {
    if (source === null || source === undefined) return null
    const name = isInterfaceType(type) || isUnionType(type) ? typeName(operation.schema, source as Row) : undefined
    if (name === undefined) throw new UnknownType(`The type of a ${type.name} is not in its row.`)
    let complete = byType.get(name)
    if (!complete) {
      const concrete = operation.schema.getType(name)
      if (!isObjectType(concrete)) throw new UnknownType(`${name} is not in the schema.`)
      byType.set(name, (complete = completeObject(operation, concrete, nodes)))
    }
    return complete(source, later)
  }
}

/** Of a twin's row by its model; values that say themselves what they are, such as series, say it as graphql-js takes it. */
const typeName = (schema: GraphQLSchema, { _model, __typename }: Row): string | undefined => (typeof __typename === 'string' ? __typename : schema.extensions.typeOfModel?.get(String(_model)))

const orNull = (complete: Complete): Complete => (source, later) => (source === null || source === undefined ? null : complete(source, later))

function completeObject(operation: Operation, type: GraphQLObjectType, nodes: readonly FieldNode[]): Complete {
  const collected = collectSubfields(operation.schema, operation.fragments, operation.variables, type, nodes)
  const fields = [...collected].map(([key, fieldNodes]): readonly [string, CompleteField] => [key, completeField(operation, type, key, fieldNodes)])
  return (source, later) => {
    const result = Object.create(null) as Record<string, unknown>
    for (const [, complete] of fields) complete(source as Row, result, later)
    return result
  }
}

/** Puts a field into a result. */
type CompleteField = (source: Row, result: Record<string, unknown>, later: Later) => void

function completeField(operation: Operation, parentType: GraphQLObjectType, key: string, nodes: readonly FieldNode[]): CompleteField {
  const [node] = nodes
  const name = node?.name.value ?? ''
  if (name === '__typename') return (_source, result) => { result[key] = parentType.name }
  const field = parentType.getFields()[name]
  if (!node || !field) throw new NotInRow(`${parentType.name} has no field ${name}.`)
  const complete = completeValue(operation, field.type, nodes)
  const { resolve, extensions: { resolveMany } } = field
  const args = getArgumentValues(field, node, operation.variables)
  if (resolveMany) return completeMany(key, complete, (sources) => resolveMany(sources, args, operation.context))
  if (!resolve) {
    return (source, result, later) => {
      const value = ownOrCalled(source[name], args, operation.context)
      if (!(value instanceof Promise)) {
        result[key] = complete(value, later)
        return
      }
      result[key] = undefined // keeps the place among the fields
      follow(later, value.then((read) => { result[key] = complete(read, later) }))
    }
  }
  const info = infoOf(operation, parentType, field, key, nodes)
  return (source, result, later) => {
    const value: unknown = resolve(source, args, operation.context, info)
    if (!(value instanceof Promise)) {
      result[key] = complete(value, later)
      return
    }
    if (!isSeries(parentType)) throw new NotInRow(`${parentType.name}.${name} is not answered at once.`)
    result[key] = undefined // keeps the place among the fields
    follow(later, value.then((read) => { result[key] = complete(read, later) }))
  }
}

/** Nobody waits for what follows once the operation failed elsewhere: its failure, too, is then no news. */
function follow(later: Later, part: Promise<void>): void {
  part.catch(() => undefined)
  later.push(part)
}

/** One call for all rows that are completed in one go, without a promise for each. */
function completeMany(key: string, complete: Complete, resolve: (sources: readonly unknown[]) => Promise<readonly unknown[]>): CompleteField {
  let gathering: { readonly source: Row; readonly result: Record<string, unknown> }[] | undefined
  return (source, result, later) => {
    result[key] = undefined // keeps the place among the fields
    if (gathering) return void gathering.push({ source, result })
    const rows = gathering = [{ source, result }]
    follow(later, Promise.resolve().then(async () => {
      gathering = undefined
      const values = await resolve(rows.map((row) => row.source))
      for (const [index, row] of rows.entries()) row.result[key] = complete(values[index], later)
    }))
  }
}

/** As graphql-js's default resolver does it: a function is the way to a value that costs something. */
const ownOrCalled = (value: unknown, args: Readonly<Record<string, unknown>>, context: unknown): unknown => (typeof value === 'function' ? (value as (args: unknown, context: unknown) => unknown)(args, context) : value)

/** Their fields are read from the store of readings, for all series of a list in one call. */
const isSeries = (type: GraphQLObjectType): boolean => type.getInterfaces().some(({ name }) => name === 'Series')

/** What resolvers of rows look at: the schema, and the name they answer under. */
function infoOf(operation: Operation, parentType: GraphQLObjectType, field: GraphQLField<unknown, unknown>, key: string, fieldNodes: readonly FieldNode[]): GraphQLResolveInfo {
  return {
    fieldName: field.name, fieldNodes, returnType: field.type, parentType, path: { prev: undefined, key, typename: parentType.name },
    schema: operation.schema, fragments: operation.fragments, rootValue: undefined, variableValues: operation.variables,
  } as unknown as GraphQLResolveInfo // without the operation, which no resolver of a row looks at
}
