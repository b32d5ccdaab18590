import type { FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo, GraphQLSchema } from 'graphql'
import { getArgumentValues, getNamedType, isInterfaceType, isLeafType, isListType, isNonNullType, isObjectType } from 'graphql'
import { collectSubfields } from 'graphql/execution/collectFields.js'

/** From a row, or a value in it, to what the response holds. */
export type Complete = (source: unknown) => unknown

/** What graphql-js knows of an operation, for the fields that are completed here. */
export interface Operation {
  readonly schema: GraphQLSchema
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  readonly variables: Readonly<Record<string, unknown>>
}

type Row = Readonly<Record<string, unknown>>

/** A field that is not completed here, because its value is not in the row. */
export class NotInRow extends Error {
  override readonly name = 'NotInRow'
}

/**
 * Turns rows into the response. graphql-js would do it field by field, with a resolver call, an info object and a path for each; a list of a thousand
 * rows spends more time there than in the database. Here a selection becomes one function for each type it meets, made when the type first comes.
 * Fields with resolvers are still resolved by them, which must answer at once. Whatever does not fit throws, and graphql-js does the operation instead.
 */
export function completeValue(operation: Operation, type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete {
  if (isNonNullType(type)) {
    const inner = completeValue(operation, type.ofType, nodes)
    return (source) => {
      const value = inner(source)
      if (value === null) throw new TypeError(`${nodes[0]?.name.value ?? 'A field'} must not be null.`)
      return value
    }
  }
  if (isListType(type)) {
    const inner = completeValue(operation, type.ofType, nodes)
    return (source) => (source === null || source === undefined ? null : (source as readonly unknown[]).map(inner))
  }
  if (isLeafType(type)) {
    if (type.name === 'String' || type.name === 'ID' || type.name === 'Boolean') return (source) => (typeof source === 'string' || typeof source === 'boolean' ? source : source === null || source === undefined ? null : type.serialize(source))
    return (source) => (source === null || source === undefined ? null : type.serialize(source))
  }
  if (isObjectType(type)) return orNull(completeObject(operation, type, nodes))
  const byType = new Map<string, Complete>()
  return (source) => {
    if (source === null || source === undefined) return null
    const name = isInterfaceType(type) ? operation.schema.extensions.typeOfModel?.get(String((source as Row)['_model'])) : undefined
    if (name === undefined) throw new NotInRow(`The type of a ${type.name} is not in its row.`)
    let complete = byType.get(name)
    if (!complete) {
      const concrete = operation.schema.getType(name)
      if (!isObjectType(concrete)) throw new NotInRow(`${name} is not in the schema.`)
      byType.set(name, (complete = completeObject(operation, concrete, nodes)))
    }
    return complete(source)
  }
}

const orNull = (complete: Complete): Complete => (source) => (source === null || source === undefined ? null : complete(source))

function completeObject(operation: Operation, type: GraphQLObjectType, nodes: readonly FieldNode[]): Complete {
  const collected = collectSubfields(operation.schema, operation.fragments, operation.variables, type, nodes)
  const fields = [...collected].map(([key, fieldNodes]): readonly [string, Complete] => [key, completeField(operation, type, key, fieldNodes)])
  return (source) => {
    const result = Object.create(null) as Record<string, unknown>
    for (const [key, complete] of fields) result[key] = complete(source)
    return result
  }
}

function completeField(operation: Operation, parentType: GraphQLObjectType, key: string, nodes: readonly FieldNode[]): Complete {
  const [node] = nodes
  const name = node?.name.value ?? ''
  if (name === '__typename') return () => parentType.name
  const field = parentType.getFields()[name]
  if (!node || !field || isSeries(field)) throw new NotInRow(`${parentType.name}.${name} is read from elsewhere.`)
  const complete = completeValue(operation, field.type, nodes)
  const { resolve } = field
  if (!resolve) return (source) => complete(ownOrCalled((source as Row)[name]))
  const info = infoOf(operation, parentType, field, key, nodes)
  const args = getArgumentValues(field, node, operation.variables)
  return (source) => {
    const value: unknown = resolve(source, args, undefined, info)
    if (value instanceof Promise) throw new NotInRow(`${parentType.name}.${name} is not answered at once.`)
    return complete(value)
  }
}

/** As graphql-js's default resolver does it: a function is the way to a value that costs something. */
const ownOrCalled = (value: unknown): unknown => (typeof value === 'function' ? (value as () => unknown)() : value)

/** Telemetry comes from the store of readings. */
const isSeries = (field: GraphQLField<unknown, unknown>): boolean => getNamedType(field.type).name.endsWith('Series')

/** What resolvers of rows look at: the schema, and the name they answer under. */
function infoOf(operation: Operation, parentType: GraphQLObjectType, field: GraphQLField<unknown, unknown>, key: string, fieldNodes: readonly FieldNode[]): GraphQLResolveInfo {
  return {
    fieldName: field.name, fieldNodes, returnType: field.type, parentType, path: { prev: undefined, key, typename: parentType.name },
    schema: operation.schema, fragments: operation.fragments, rootValue: undefined, variableValues: operation.variables,
  } as unknown as GraphQLResolveInfo // without the operation, which no resolver of a row looks at
}
