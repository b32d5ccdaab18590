import type { FieldNode, FragmentDefinitionNode, GraphQLField } from 'graphql'
import { getArgumentValues, Kind } from 'graphql'
import { collectFields } from 'graphql/execution/collectFields.js'
import { failure } from '../errors.ts'
import type { LiveOperation } from './live-operation.ts'

/** The one field of a subscription, as it was asked for. */
export interface SubscriptionRoot {
  /** Its name in the response. */
  readonly key: string
  readonly nodes: readonly FieldNode[]
  readonly field: GraphQLField<unknown, unknown>
  readonly args: Readonly<Record<string, unknown>>
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
}

/** Throws BAD_USER_INPUT where directives leave no field. */
export function subscriptionRoot({ schema, document, definition, variables }: Pick<LiveOperation, 'schema' | 'document' | 'definition' | 'variables'>): SubscriptionRoot {
  const fragments = Object.fromEntries(document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])))
  const type = schema.getSubscriptionType()
  const [first] = type ? collectFields(schema, fragments, variables, type, definition.selectionSet) : []
  const [key, nodes] = first ?? []
  const field = nodes?.[0] && type?.getFields()[nodes[0].name.value]
  if (key === undefined || !nodes?.[0] || !field) throw failure('BAD_USER_INPUT', { message: 'A subscription selects one field; with @skip or @include none is left.' })
  return { key, nodes, field, args: getArgumentValues(field, nodes[0], variables), fragments }
}
