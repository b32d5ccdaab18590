import { type DocumentNode, Kind, visit } from 'graphql'
import { canonicalJson } from '../model/canonical-json.ts'
import { sha256 } from '../util/sha256.ts'
import type { LiveOperation } from './live-operation.ts'
import type { SubscriptionRoot } from './subscription-root.ts'

/**
 * What makes subscriptions equal, so that one execution serves them all: the schema, the text, the variables and who may see it; not the place `after` which
 * they go on from, where it is a variable of its own.
 */
export const groupKey = (operation: LiveOperation, root: SubscriptionRoot): string => sha256(`${numberOf(operation.schema)} ${asked(operation, root)}`)

/** The same in every process, and for every schema: what cursors are of. */
export const queryKey = (operation: LiveOperation, root: SubscriptionRoot): string => sha256(asked(operation, root)).slice(0, 12)

function asked({ source, definition, variables, principal, document }: LiveOperation, { nodes }: SubscriptionRoot): string {
  const after = nodes[0]?.arguments?.find(({ name }) => name.value === 'after')?.value
  const place = after?.kind === Kind.VARIABLE && usesOf(document, after.name.value) === 1 ? after.name.value : undefined
  const others = Object.fromEntries(Object.entries(variables).filter(([name]) => name !== place))
  return canonicalJson([principal.tenant, principal.subject, definition.name?.value ?? null, others, source])
}

/** How often a variable is used, its definition apart. */
function usesOf(document: DocumentNode, name: string): number {
  let uses = 0
  visit(document, { VariableDefinition: () => false, Variable: (node) => { if (node.name.value === name) uses += 1 } })
  return uses
}

/** Schemas are told apart by a number, as a key is a text. */
const numbers = new WeakMap<object, number>()
let schemas = 0

function numberOf(schema: object): number {
  const number = numbers.get(schema) ?? ++schemas
  numbers.set(schema, number)
  return number
}
