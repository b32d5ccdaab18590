import { expect, expectTypeOf, test } from 'vitest'
import { declaresVariable, type Document, type EventOf, type NodeOf } from '../../sdk/src/document.ts'
import { createTwinfoldClient } from '../../sdk/src/index.ts'

test.each([
  ['subscription ($after: Cursor) { pumpsLive(after: $after) { cursor } }', true],
  ['subscription Pumps($x: Int = 3, $after :Cursor) { pumpsLive(after: $after) { cursor } }', true],
  ['subscription { pumpsLive { cursor } }', false],
  ['subscription ($afterwards: Cursor) { pumpsLive(after: $afterwards) { cursor } }', false],
  ['subscription { pumpsLive { cursor } } # $after: Cursor', false],
  ['subscription { pumpsLive(where: { name: { eq: "$after: \\" $after:" } }) { cursor } }', false],
  ['subscription { pumpsLive(where: { name: { eq: """ " $after: """ } }) { cursor } }', false],
  ['subscription ($x: String = "#", $after: Cursor) { pumpsLive(after: $after) { cursor } }', true],
])('whether %s declares $after is %s', (document, isDeclared) => {
  expect(declaresVariable(document, 'after')).toBe(isDeclared)
})

test('nodes, events, data and variables have the types that the document carries', () => {
  type Pumps = { pumpsLive: { __typename?: 'Pump_Delta'; kind: string; node?: { _id: string } | null } }
  expectTypeOf<NodeOf<Pumps>>().toEqualTypeOf<{ _id: string }>()
  expectTypeOf<EventOf<{ changes: { __typename: 'Change'; cursor: string } | { __typename: 'Gap'; to: string } }>>().toEqualTypeOf<{ __typename: 'Change'; cursor: string } | { __typename: 'Gap'; to: string }>()

  const client = createTwinfoldClient({ url: 'http://localhost/graphql' })
  const typed = (document: Document<{ pump: { name: string } | null }, { id: string }>) => client.query(document, { id: 'pump-1' })
  expectTypeOf(typed).returns.resolves.toHaveProperty('data').toEqualTypeOf<{ pump: { name: string } | null }>()
  // @ts-expect-error a required variable is missing
  const untyped = (document: Document<{ pump: null }, { id: string }>) => client.query(document)
  expect(untyped).toBeTypeOf('function')
  const plain = () => client.query('{ __typename }')
  expectTypeOf(plain).returns.resolves.toHaveProperty('data').toEqualTypeOf<unknown>()
})
