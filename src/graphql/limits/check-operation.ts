import type { DocumentNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { Kind } from 'graphql'
import type { Limits } from '../../config.ts'
import { failure } from '../../errors.ts'
import { operationCost } from './cost.ts'
import { measureOperation } from './measure.ts'

/** Throws the failure that says which limit an operation breaks, by how much, and what to do. */
export function checkOperation(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>, limits: Limits): void {
  const fragments = Object.fromEntries(document.definitions.flatMap((definition): [string, FragmentDefinitionNode][] => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [])))
  const { depth, aliases, rootFields } = measureOperation(operation, fragments)
  if (depth > limits.depth) throw failure('QUERY_TOO_DEEP', { message: `The operation nests ${depth} fields deep; at most ${limits.depth} are answered. Split it into several operations.` })
  if (aliases > limits.aliases) throw failure('TOO_MANY_ALIASES', { message: `The operation has ${aliases} aliases; at most ${limits.aliases} are answered. Send fewer fields in one operation.` })
  if (rootFields > limits.rootFields) throw failure('TOO_MANY_ALIASES', { message: `The operation has ${rootFields} root fields; at most ${limits.rootFields} are answered. Send fewer in one operation.` })
  const cost = operationCost(schema, operation, fragments, variables)
  if (cost > limits.cost) throw failure('QUERY_TOO_COSTLY', { message: `The operation may read ${cost} objects; at most ${limits.cost} are allowed. Ask for smaller pages, fewer levels, or give lists a \`limit\`.`, details: { cost, limit: limits.cost } })
}
