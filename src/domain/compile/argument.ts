import type { ArgumentNode, GraphQLArgument, GraphQLInputField, GraphQLInputType, ValueNode } from 'graphql'
import { isInputObjectType, isListType, isNonNullType, Kind, valueFromAST } from 'graphql'

export type Variables = Readonly<Record<string, unknown>>

/**
 * An argument's value, split into its shape, which decides the statement's text, and its leaves, which become parameters:
 * a leaf is read anew from each request's variables.
 */
export type Argument =
  | { readonly kind: 'leaf'; /** The value when compiled; only null and the values of `isShaping` types may be looked at. */ readonly value: unknown; get(variables: Variables): unknown }
  | { readonly kind: 'list'; readonly items: readonly Argument[] }
  | { readonly kind: 'object'; readonly fields: readonly { readonly field: GraphQLInputField; readonly value: Argument }[] }

/** The given arguments of a field, with defaults; absent ones are absent. */
export function readArguments(definitions: readonly GraphQLArgument[], nodes: readonly ArgumentNode[] | undefined, variables: Variables): ReadonlyMap<string, Argument> {
  const given = new Map<string, Argument>()
  for (const definition of definitions) {
    const node = nodes?.find((candidate) => candidate.name.value === definition.name)
    const value = node && fromNode(node.value, definition.type, variables)
    if (value) given.set(definition.name, value)
    else if (definition.defaultValue !== undefined) given.set(definition.name, constant(definition.defaultValue))
  }
  return given
}

const constant = (value: unknown): Argument => ({ kind: 'leaf', value, get: () => value })

/** Undefined for a variable that was not given. */
function fromNode(node: ValueNode, given: GraphQLInputType, variables: Variables): Argument | undefined {
  const type = isNonNullType(given) ? given.ofType : given
  if (node.kind === Kind.VARIABLE) {
    const name = node.name.value
    return variables[name] === undefined ? undefined : fromValue(variables[name], type, (values) => values[name])
  }
  if (node.kind === Kind.NULL) return constant(null)
  if (isInputObjectType(type) && node.kind === Kind.OBJECT) {
    const fields = Object.values(type.getFields()).flatMap((field) => {
      const entry = node.fields.find((candidate) => candidate.name.value === field.name)
      const value = entry && fromNode(entry.value, field.type, variables)
      return value ? [{ field, value }] : field.defaultValue === undefined ? [] : [{ field, value: constant(field.defaultValue) }]
    })
    return { kind: 'object', fields }
  }
  if (isListType(type) && isObjectList(type)) {
    const items = node.kind === Kind.LIST ? node.values : [node]
    return { kind: 'list', items: items.flatMap((item) => fromNode(item, type.ofType, variables) ?? []) }
  }
  return { kind: 'leaf', value: valueFromAST(node, type, variables), get: (values) => valueFromAST(node, type, values) }
}

/** A variable's value: graphql-js has coerced it already. */
function fromValue(value: unknown, given: GraphQLInputType, get: (variables: Variables) => unknown): Argument {
  const type = isNonNullType(given) ? given.ofType : given
  if (value === null || value === undefined) return { kind: 'leaf', value: null, get: () => null }
  if (isInputObjectType(type)) {
    const record = value as Readonly<Record<string, unknown>>
    return {
      kind: 'object',
      fields: Object.values(type.getFields()).flatMap((field) => (record[field.name] === undefined ? [] : [{
        field, value: fromValue(record[field.name], field.type, (variables) => (get(variables) as typeof record)[field.name]),
      }])),
    }
  }
  if (isListType(type) && isObjectList(type) && Array.isArray(value)) {
    return { kind: 'list', items: value.map((item, index) => fromValue(item, type.ofType, (variables) => (get(variables) as readonly unknown[])[index])) }
  }
  return { kind: 'leaf', value, get }
}

function isObjectList(type: GraphQLInputType): boolean {
  if (isNonNullType(type)) return isObjectList(type.ofType)
  return isListType(type) ? isObjectList(type.ofType) : isInputObjectType(type)
}
