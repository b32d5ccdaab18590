import fc from 'fast-check'
import { buildSchema, type DocumentNode, Kind, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { createConfig } from '../../src/config.ts'
import { checkOperation } from '../../src/graphql/limits/check-operation.ts'
import { assumed, operationCost } from '../../src/graphql/limits/cost.ts'
import { aliasCount, largePage, operationDepth } from '../../src/graphql/limits/measure.ts'
import { documentNesting, jsonNesting } from '../../src/graphql/limits/nesting.ts'
import { type Operation, toOperation } from '../../src/graphql/limits/operation.ts'

const schema = buildSchema(`
  type Query { node: Node  nodes(limit: Int, ids: [ID!], sort: [String!]): [Node!]!  nodesConnection(first: Int = 50, after: String): Nodes!  any: Any }
  type Mutation { createTwins(twins: [String!]!): Created! }
  type Created { twins: [Node!]! }
  union Any = Node | Created
  type Node { id: ID!  tags: [String!]!  one: Node  next(limit: Int): [Node!]!  nextConnection(first: Int = 50): Nodes!  series: Series! }
  type Nodes { edges: [Edge!]!  nodes: [Node!]! }
  type Edge { cursor: String!  node: Node! }
  type Series { shape(points: Int! = 500): [Point!]!  buckets(points: Int): [Point!]! }
  type Point { value: Float }`)

function operation(source: string, variables: Readonly<Record<string, unknown>> = {}): Operation {
  const document: DocumentNode = parse(source)
  expect(validate(schema, document)).toEqual([])
  const definition = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)
  if (!definition) throw new Error('There is no operation.')
  return toOperation(schema, document, definition, variables)
}
const cost = (source: string, variables?: Readonly<Record<string, unknown>>): number => operationCost(operation(source, variables))

describe('The cost of an operation', () => {
  it.each([
    ['an object counts 1, its scalars nothing', '{ node { id tags } }', 1],
    ['objects below count too', '{ node { one { one { id } } } }', 3],
    ['__typename costs nothing', '{ __typename node { __typename } }', 1],
    ['a list counts its limit', '{ nodes(limit: 7) { id } }', 7],
    ['lists inside lists multiply', '{ nodes(limit: 7) { next(limit: 5) { id } } }', 7 + 7 * 5],
    ['a list inside without limit counts few', '{ node { next { id } } }', 1 + assumed.innerList],
    ['a root list without limit counts the longest list', '{ nodes { id } }', assumed.rootList],
    ['null is no limit', '{ nodes(limit: null) { id } }', assumed.rootList],
    ['a negative limit counts nothing', '{ nodes(limit: -5) { id } }', 0],
    ['a list by ids counts the ids', '{ nodes(ids: ["a", "b"]) { id } }', 2],
    ['other lists among the arguments say nothing of the size', '{ nodes(sort: ["id"]) { id } }', assumed.rootList],
    ['a connection counts itself and its page of edges and nodes', '{ nodesConnection(first: 3) { edges { node { id } } } }', 1 + 3 * 2],
    ['edges and nodes of one connection both count', '{ nodesConnection(first: 3) { edges { cursor } nodes { id } } }', 1 + 3 + 3],
    ['a connection without first counts its default', '{ nodesConnection { edges { cursor } } }', 1 + 50],
    ['null is no first', '{ nodesConnection(first: null) { edges { cursor } } }', 1 + 50],
    ['points are a size, given or by default', '{ node { series { shape { value } buckets(points: 9) { value } } } }', 1 + 1 + 500 + 9],
    ['aliases count each', '{ a: node { id } b: node { id } }', 2],
    ['what is skipped does not count', '{ node @skip(if: true) { id } nodes(limit: 2) @include(if: true) { next(limit: 9) @include(if: false) { id } } }', 2],
    ['fragments of a union count all', '{ any { ... on Node { one { id } } ... on Created { twins { id } } } }', 1 + 1 + assumed.innerList],
    ['a page size reaches through fragments', '{ nodesConnection(first: 4) { ...P } } fragment P on Nodes { edges { node { id } } }', 1 + 4 * 2],
    ['introspection has one price', '{ __schema { types { name fields { name } } } }', assumed.introspection],
    ['a mutation\'s answer counts its items', 'mutation { createTwins(twins: ["a", "b", "c"]) { twins { id } } }', 1 + 3],
  ])('%s', (_what, source, expected) => {
    expect(cost(source)).toBe(expected)
  })

  it('is the same whether a size is written, given as a variable, or a variable\'s default', () => {
    const inline = cost('{ nodes(limit: 10000) { next(limit: 10000) { id } } }')
    const query = 'query ($n: Int!) { nodes(limit: $n) { next(limit: $n) { id } } }'
    expect(cost(query, { n: 10_000 })).toBe(inline)
    expect(cost('query ($n: Int = 10000) { nodes(limit: $n) { next(limit: $n) { id } } }')).toBe(inline)
    expect(cost('query ($n: Int = 10000) { nodes(limit: $n) { id } }', { n: 3 })).toBe(3)
    expect(cost('query ($n: [ID!]) { nodes(ids: $n) { id } }', { n: ['a', 'b', 'c'] })).toBe(3)
    expect(cost('query ($b: Boolean!) { node @skip(if: $b) { id } }', { b: true })).toBe(0)
  })

  it('does not depend on how the selection is cut into fragments', () => {
    const selection = fc.letrec<{ set: string; field: string }>((tie) => ({
      set: fc.array(tie('field'), { minLength: 1, maxLength: 3 }).map((fields) => fields.map((field, index) => field.replace('?', `f${index}`)).join(' ')),
      field: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constant('?: id'), tie('set').map((set) => `?: one { ${set} }`),
        fc.tuple(fc.nat(20), tie('set')).map(([limit, set]) => `?: next(limit: ${limit}) { ${set} }`), tie('set').map((set) => `?: next { ${set} }`),
        fc.tuple(fc.nat(20), tie('set')).map(([first, set]) => `?: nextConnection(first: ${first}) { nodes { ${set} } }`)),
    })).set
    fc.assert(fc.property(selection, fc.nat(50), (set, limit) => {
      const whole = `{ nodes(limit: ${limit}) { ${set} } }`
      expect(cost(`{ nodes(limit: ${limit}) { ...A ... on Node { id } } } fragment A on Node { ...B } fragment B on Node { ${set} }`)).toBe(cost(whole))
      expect(cost(`{ nodes(limit: ${limit}) { ... { ${set} } } }`)).toBe(cost(whole))
    }), { numRuns: 200 })
  })

  it('of a fragment bomb is computed in the time of reading it', () => {
    const links = Array.from({ length: 1_000 }, (_, n) => `fragment F${n} on Node { a: one { ...F${n + 1} } b: one { ...F${n + 1} } }`).join('\n')
    const bomb = parse(`{ node { ...F0 } }\n${links}\nfragment F1000 on Node { id }`)
    const definition = bomb.definitions[0]
    if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation.')
    const measured = toOperation(schema, bomb, definition, {})
    const start = performance.now()
    expect(operationCost(measured)).toBeGreaterThan(1e300)
    expect(aliasCount(measured)).toBeGreaterThan(1e300)
    expect(operationDepth(measured)).toBe(1_002)
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})

describe('The depth of an operation', () => {
  it('counts fields below one another, through fragments, but not inside introspection', () => {
    expect(operationDepth(operation('{ node { id } }'))).toBe(2)
    expect(operationDepth(operation('{ node { ...A ... { id } } } fragment A on Node { one { one { id } } }'))).toBe(4)
    expect(operationDepth(operation('{ __schema { types { fields { type { ofType { ofType { name } } } } } } }'))).toBe(1)
  })
})

describe('The limits of an operation', () => {
  const { limits } = createConfig({})
  const check = (source: string, variables?: Readonly<Record<string, unknown>>) => () => checkOperation(operation(source, variables), limits)
  const deep = (levels: number): string => `{ node ${'{ one '.repeat(levels)} { id } ${'}'.repeat(levels)} }`

  it('let useful operations pass', () => {
    check('{ nodes(limit: 1000) { id next { id next { id } } } }')()
    check('{ nodes { id next { id next { id } } } }')()
    check('{ nodesConnection(first: 1000) { edges { node { id next(limit: 100) { id } } } } }')()
    check(deep(15))()
  })

  it.each([
    ['nested pages of ten thousand', 'QUERY_TOO_COSTLY', '{ nodes(limit: 10000) { next(limit: 10000) { id } } }', {}],
    ['nested pages by variables', 'QUERY_TOO_COSTLY', 'query ($n: Int) { nodes(limit: $n) { next(limit: $n) { id } } }', { n: 10_000 }],
    ['a hundred levels', 'QUERY_TOO_DEEP', deep(100), {}],
    ['a thousand aliases', 'TOO_MANY_ALIASES', `{ ${Array.from({ length: 1_000 }, (_, n) => `a${n}: node { id }`).join(' ')} }`, {}],
    ['too large a page', 'BAD_USER_INPUT', '{ nodesConnection(first: 1001) { edges { cursor } } }', {}],
    ['too large a page by a variable', 'BAD_USER_INPUT', 'query ($n: Int) { node { nextConnection(first: $n) { edges { cursor } } } }', { n: 1_001 }],
    ['a negative page', 'BAD_USER_INPUT', '{ nodesConnection(first: -1) { edges { cursor } } }', {}],
  ])('refuse %s with %s', (_what, code, source, variables) => {
    expect(check(source, variables)).toThrow(expect.objectContaining({ code }))
  })

  it('name the page that is too large', () => {
    expect(largePage(operation('{ node { nextConnection(first: 2000) { edges { cursor } } } }'), 1_000)).toEqual({ field: 'nextConnection', size: 2_000 })
  })
})

describe('Nesting', () => {
  it.each([
    ['{ a { b(c: {d: [1]}) } }', 5], ['{ a } # {{{{', 1], ['{ a(b: "{{{{ \\" {{{{") }', 2], ['{ a(b: """ {{ "{{" \\""" {{ """) { c } }', 2], ['{ a(b: "open {\n) { c { d } } }', 3], ['', 0], ['}}}{', 0],
  ])('of the document %s is %i', (source, depth) => {
    expect(documentNesting(source)).toBe(depth)
  })

  it('of JSON is that of its arrays and objects, whatever its strings hold', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const depth = (each: unknown): number => (typeof each === 'object' && each !== null ? 1 + Math.max(0, ...Object.values(each).map(depth)) : 0)
      expect(jsonNesting(JSON.stringify(value))).toBe(depth(value))
    }))
  })

  it('of a hundred thousand levels is found without recursion', () => {
    expect(jsonNesting('['.repeat(100_000))).toBe(100_000)
    expect(documentNesting('{a'.repeat(100_000))).toBe(100_000)
  })
})
