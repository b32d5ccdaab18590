import type { GraphQLInputType, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { GraphQLBoolean, isEnumType, isInputObjectType, isInputType, isListType, isNonNullType, typeFromAST } from 'graphql'
import type { Variables } from './argument.ts'

/** What of a request's variables decides the text of its statements: which are null, which fields are given, booleans and orders; not the values. */
export type ShapeOf = (variables: Variables) => string

export function createShapeOf(schema: GraphQLSchema, operation: OperationDefinitionNode): ShapeOf {
  const used = (operation.variableDefinitions ?? []).map((definition) => ({ name: definition.variable.name.value, type: typeFromAST(schema, definition.type) }))
  if (used.length === 0) return () => ''
  return (variables) => used.map(({ name, type }) => (isInputType(type) ? shape(variables[name], type) : '')).join()
}

function shape(value: unknown, given: GraphQLInputType): string {
  if (value === undefined) return '-'
  if (value === null) return '0'
  const type = isNonNullType(given) ? given.ofType : given
  if (isInputObjectType(type)) {
    const fields = type.getFields()
    return `{${Object.entries(value).map(([name, item]) => { const field = fields[name]; return field ? `${name}:${shape(item, field.type)}` : '' }).join()}}`
  }
  if (isListType(type)) {
    const element = type.ofType
    const texts = Array.isArray(value) ? value.map((item) => shape(item, element)) : []
    return texts.every((text) => text === '*') ? '*' : `[${texts.join()}]`
  }
  if (type === GraphQLBoolean || (isEnumType(type) && isShaping(type.name))) return String(value)
  return '*'
}

/** Enums whose values change the text of a statement. Those of models only travel as parameters. */
const isShaping = (name: string): boolean => name === 'SortDirection' || name === 'Direction'
