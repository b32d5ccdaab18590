import { describe, expect, test } from 'vitest'
import type { ItemProblem } from '../../src/problem.ts'
import type { Changeset, Command } from '../../src/twin/command.ts'
import { decide, type Decision } from '../../src/twin/decide/decide.ts'
import { type AttachedRelationship, sourceKey, type RelationshipState, type State } from '../../src/twin/state.ts'
import { createRegistry } from '../../src/model/registry.ts'
import { registryOf } from '../support/models.ts'
import { link, newTwin, patch, remove, unlink } from '../support/twins.ts'

const property = (name: string, schema: unknown) => ({ '@type': 'Property', name, schema })
const model = (name: string, contents: readonly unknown[], parents: readonly string[] = []) =>
  ({ '@context': ['dtmi:dtdl:context;4', 'dtmi:dtdl:extension:requirement;1'], '@id': id(name), '@type': 'Interface', extends: parents.map(id), contents })
const id = (name: string): string => `dtmi:t:${name};1`
const published = registryOf([
  model('Thing', [
    property('name', 'string'), property('count', 'long'), property('since', 'dateTime'),
    property('constructor', 'string'), property('place', 'point'),
    property('spec', { '@type': 'Object', fields: [{ name: 'serial', schema: 'long' }, { name: 'weight', schema: 'double' }] }),
    { '@type': 'Relationship', name: 'next', target: id('Thing') },
    { '@type': 'Relationship', name: 'parent', target: id('Room'), maxMultiplicity: 1 },
    { '@type': 'Relationship', name: 'anywhere', target: id('Unpublished') },
    { '@type': 'Telemetry', name: 'heat', schema: 'double' },
    { '@type': 'Component', name: 'motor', schema: id('Motor') },
  ]),
  model('Room', [property('name', 'string')]),
  model('Motor', [property('power', 'double')]),
  model('Strict', [property('valueOf', 'string'), property('box', { '@type': 'Object', fields: [{ '@type': ['Field', 'Required'], name: 'toString', schema: 'string' }] })]),
])
/** DTDL's own documents can only require fields; the rules here know of required properties, too. */
const registry = createRegistry([...published.models.values()].map(({ model: { contents, ...rest }, names, state, publishedAt }) =>
  ({ model: { ...rest, contents: contents.map((content) => (content.name === 'valueOf' ? { ...content, required: true } : content)) }, names, state, publishedAt })))
const [thing, room] = [id('Thing'), id('Room')]

interface There {
  readonly twins?: Readonly<Record<string, string>>
  readonly links?: readonly RelationshipState[]
  readonly counts?: Readonly<Record<string, number>>
  readonly values?: Readonly<Record<string, unknown>>
}

/** The state in which the given twins and links are there, all at version 3. */
function stateOf({ twins = {}, links = [], counts = {}, values = {} }: There): State {
  const attached = new Map<string, AttachedRelationship[]>()
  for (const each of links) for (const end of new Set([each.from, each.to])) attached.set(end, [...(attached.get(end) ?? []), { ...each, fromModel: twins[each.from] ?? '' }])
  const state = (twin: string, of: string) => [twin, { id: twin, model: of, version: 3, born: 500, values: new Map(Object.entries(values)) }] as const
  return {
    seq: 10, at: 1_000, models: 0,
    twins: new Map(Object.entries(twins).map(([twin, of]) => state(twin, of))),
    components: new Map(Object.keys(twins).map((twin) => state(`${twin}#motor`, id('Motor')))),
    relationships: Map.groupBy(links, ({ from, name }) => sourceKey(from, name)), attached,
    counts: new Map(Object.entries(counts)), answers: new Map(), scenarios: new Map(), deleted: new Set(), forsaken: new Map(),
  }
}

const relationship = (from: string, name: string, to: string, rid = '1'): RelationshipState => ({ ref: `${from}-${to}`, from, name, to, id: rid, version: 3, born: 600, values: new Map() })

const changeset = (commands: readonly Command[], more: Partial<Changeset> = {}): Changeset =>
  ({ commands, onProblem: 'REFUSE_ALL', batch: true, path: 'items', actor: 'ada', cause: 'test', idempotency: undefined, ...more })

const decideOn = (there: There, commands: readonly Command[], more: Partial<Changeset> = {}): Decision => decide([changeset(commands, more)], stateOf(there), registry)

function problemsOf({ results: [result] }: Decision): readonly ItemProblem[] {
  if (!result) throw new Error('Nothing was decided.')
  if (result.ok) return result.value.refused
  return result.problem.kind === 'Invalid' ? result.problem.problems : [{ code: result.problem.code, message: result.problem.message }]
}

const codes = (decision: Decision): readonly string[] => problemsOf(decision).map(({ item, code }) => `${item} ${code}`)

describe('values', () => {
  test('of names that JavaScript gives a meaning are values like others', () => {
    const given = JSON.parse('{ "constructor": "x" }') as unknown
    expect(decideOn({}, [newTwin('a', thing, given)]).writes?.creates[0]?.columns).toMatchObject({ constructor: 'x' })
    expect(codes(decideOn({}, [newTwin('a', id('Strict'))]))).toEqual(['0 REQUIRED_MISSING'])
    expect(codes(decideOn({}, [newTwin('a', id('Strict'), { valueOf: 'x' })]))).toEqual([])
    expect(codes(decideOn({}, [newTwin('a', id('Strict'), { valueOf: 'x', box: {} })]))).toEqual(['0 WRONG_TYPE'])
    expect(codes(decideOn({ twins: { a: id('Strict') } }, [patch('a', { valueOf: null })]))).toEqual(['0 REQUIRED_MISSING'])
    expect(codes(decideOn({}, [newTwin('a', thing, JSON.parse('{ "__proto__": 1 }'))]))).toEqual(['0 UNKNOWN_PROPERTY'])
  })

  test('keep every digit, alone and inside an object, through merge patches', () => {
    const [create] = decideOn({}, [newTwin('a', thing, { count: '9007199254740993', spec: { serial: 9007199254740993n, weight: 12345678901234567890n } })]).writes?.creates ?? []
    expect(create?.columns['count']).toBe(9007199254740993n)
    expect(create?.columns['spec']).toBe('{"serial":"9007199254740993","weight":12345678901234567000}')
    const again = decideOn({ twins: { a: thing }, values: { spec: create?.columns['spec'] } }, [patch('a', { spec: { weight: 1 } })])
    expect(again.writes?.updates[0]?.set['spec']).toBe('{"serial":"9007199254740993","weight":1}')
  })

  test('that are no object, or half a character, or too long are refused where they are', () => {
    expect(codes(decideOn({}, [newTwin('a', thing, [1]), newTwin('b', thing, {}, { components: 'x' }), newTwin('c', thing, {}, { components: { motor: 5 } })])))
      .toEqual(['0 WRONG_TYPE', '1 WRONG_TYPE', '2 WRONG_TYPE'])
    expect(codes(decideOn({ twins: { a: thing } }, [patch('a', 'x')]))).toEqual(['0 WRONG_TYPE'])
    expect(codes(decideOn({}, [newTwin('a', thing, { name: 'x\ud800' }), newTwin('b', thing, { name: 'x'.repeat(1_000_001) })]))).toEqual(['0 WRONG_TYPE', '1 TOO_LARGE'])
  })

  test('under the name of something else say what it is', () => {
    const messages = problemsOf(decideOn({}, [newTwin('a', thing, { heat: 1, motor: {}, next: 'b', nmae: 'x' })])).map(({ message }) => message)
    expect(messages).toEqual([
      expect.stringContaining('It is telemetry'), expect.stringContaining('It is a component: give its values in components.'),
      expect.stringContaining('It is a relationship'), expect.stringContaining('Did you mean name?'),
    ])
  })
})

describe('ids', () => {
  test.each([['', false], ['x'.repeat(512), true], ['x'.repeat(513), false], ['a/b "c" `d` \'e\' 😀 #', true], ['a\u0000', false], ['a\u0085', false], ['\ud83d', false]])('%j may be an id: %s', (twin, may) => {
    expect(codes(decideOn({}, [newTwin(twin, room)])).length === 0).toBe(may)
    expect(codes(decideOn({ twins: { a: thing, b: thing } }, [link('a', 'next', 'b', twin)])).length === 0).toBe(may)
  })
})

describe('models', () => {
  test('that are retired make no twin, and name what replaces them', () => {
    const { models } = registryOf([model('Room', [])])
    const retired = createRegistry([...models.values()].map(({ model: published, names, publishedAt }) => ({ model: published, names, publishedAt, state: 'RETIRED' as const, replacedBy: 'dtmi:t:Room;2' })))
    const { results: [result] } = decide([changeset([newTwin('r', room)])], stateOf({}), retired)
    expect(result).toMatchObject({ ok: false, problem: { problems: [{ code: 'MODEL_NOT_ACTIVE', message: expect.stringContaining('use dtmi:t:Room;2') as unknown }] } })
  })
})

describe('relationships', () => {
  test('count towards their limit with those of the store and of the same batch', () => {
    const rooms = { a: thing, r: room, s: room }
    expect(codes(decideOn({ twins: rooms }, [link('a', 'parent', 'r', '1'), link('a', 'parent', 's', '2')]))).toEqual(['1 TOO_MANY_RELATIONSHIPS'])
    expect(codes(decideOn({ twins: rooms, counts: { [sourceKey('a', 'parent')]: 1 } }, [link('a', 'parent', 'r', '1')]))).toEqual(['0 TOO_MANY_RELATIONSHIPS'])
    const both = newTwin('n', thing, {}, { relationships: [{ name: 'parent', to: 'r', id: '1', properties: {} }, { name: 'parent', to: 's', id: '2', properties: {} }] })
    expect(codes(decideOn({ twins: rooms }, [both]))).toEqual(['0 TOO_MANY_RELATIONSHIPS'])
  })

  test('lead to twins of their target, to any twin where the target is not published', () => {
    expect(codes(decideOn({ twins: { a: thing, r: room } }, [link('a', 'parent', 'a', '1'), link('a', 'anywhere', 'r', '2')]))).toEqual(['0 WRONG_TARGET'])
  })

  test('are not ended without saying which', () => {
    expect(codes(decideOn({ twins: { a: thing }, links: [relationship('a', 'next', 'b')] }, [{ kind: 'unrelate', from: 'a', name: 'next', id: undefined, to: undefined }]))).toEqual(['0 REQUIRED_MISSING'])
  })

  test('named by id and by target in one batch end once', () => {
    const { writes, results } = decideOn({ twins: { a: thing, b: thing }, links: [relationship('a', 'next', 'b')] },
      [{ kind: 'unrelate', from: 'a', name: 'next', id: '1', to: undefined }, { kind: 'unrelate', from: 'a', name: 'next', id: undefined, to: 'b' }], { onProblem: 'REFUSE_ITEM' })
    expect(writes?.unlinks).toHaveLength(1)
    expect(results[0]).toMatchObject({ ok: true, value: { refused: [{ item: 1, code: 'NOT_FOUND' }] } })
  })
})

describe('batches', () => {
  const needs = (twin: string, other: string) => newTwin(twin, thing, {}, { relationships: [{ name: 'next', to: other, id: '1', properties: {} }] })

  test('twins of one batch may lead to each other, in any order and in circles', () => {
    const { writes } = decideOn({}, [needs('a', 'b'), needs('b', 'c'), needs('c', 'a'), needs('d', 'd')])
    expect(writes?.links.map(({ from, to }) => from + to)).toEqual(['ab', 'bc', 'ca', 'dd'])
  })

  test('REFUSE_ITEM refuses with an item all that need it, however long the chain, and keeps the others', () => {
    const chain = Array.from({ length: 999 }, (_, index) => needs(`t${index}`, `t${index + 1}`))
    const decision = decideOn({}, [...chain, newTwin('t999', thing, { name: 5 }), newTwin('fine', room)], { onProblem: 'REFUSE_ITEM' })
    expect(problemsOf(decision)).toHaveLength(1_000)
    expect(decision.writes?.creates.map((create) => create.id)).toEqual(['fine'])
  })

  test('a refused item takes nothing with it that is there without it', () => {
    expect(codes(decideOn({ twins: { a: thing } }, [newTwin('a', thing), needs('b', 'a'), needs('c', 'b')], { onProblem: 'REFUSE_ITEM' }))).toEqual(['0 ALREADY_EXISTS'])
    const twice = decideOn({}, [newTwin('a', thing), newTwin('a', room), needs('b', 'a')], { onProblem: 'REFUSE_ITEM' })
    expect(codes(twice)).toEqual(['1 DUPLICATE_ITEM'])
    expect(twice.writes?.creates.map((create) => create.id)).toEqual(['a', 'b'])
  })

  test('twins that only lead to each other are deleted together; one that stays keeps those it leads to', () => {
    const there: There = { twins: { a: thing, b: thing, c: thing, out: thing }, links: [relationship('a', 'next', 'b'), relationship('b', 'next', 'c')] }
    expect(decideOn(there, [remove('a'), remove('b'), remove('c')]).writes?.unlinks).toHaveLength(2)
    const held: There = { ...there, links: [...(there.links ?? []), relationship('c', 'next', 'out')] }
    const decision = decideOn(held, [remove('a'), remove('b'), remove('c')], { onProblem: 'REFUSE_ITEM' })
    expect([...codes(decision)].sort()).toEqual(['0 STILL_RELATED', '1 STILL_RELATED', '2 STILL_RELATED'])
    expect(decision.writes).toBeUndefined()
  })

  test('nothing at all is an answer that can be repeated', () => {
    const { writes, results } = decideOn({}, [], { idempotency: { key: 'k', digest: 'd' } })
    expect(results).toMatchObject([{ ok: true, value: { items: [] } }])
    expect(writes?.answers).toMatchObject([{ key: 'k', digest: 'd' }])
  })
})

describe('commands of several kinds', () => {
  const there: There = { twins: { a: thing, b: thing, c: thing, r: room }, links: [relationship('a', 'next', 'b'), relationship('b', 'next', 'c')], counts: { [sourceKey('a', 'parent')]: 0 } }

  test('relate to twins that another makes, but not to those that another deletes', () => {
    expect(codes(decideOn(there, [link('a', 'next', 'n', '9'), newTwin('n', thing)]))).toEqual([])
    const problems = problemsOf(decideOn(there, [remove('c', true), link('a', 'next', 'c', '9'), newTwin('n', thing, {}, { relationships: [{ name: 'next', to: 'c', id: '1', properties: {} }] })]))
    expect(problems.map(({ item, code, message }) => [item, code, message.includes('deleted by the same mutation')])).toEqual([[1, 'NOT_FOUND', true], [2, 'NOT_FOUND', true]])
  })

  test('may end a relationship and use its id, or its place under a limit, anew', () => {
    const { writes, results } = decideOn(there, [unlink('a', 'next', '1'), link('a', 'next', 'c', '1')])
    expect(results[0]?.ok).toBe(true)
    expect([writes?.unlinks.length, writes?.links.length]).toEqual([1, 1])
    const full: There = { twins: there.twins ?? {}, links: [relationship('a', 'parent', 'r')], counts: { [sourceKey('a', 'parent')]: 1 } }
    expect(codes(decideOn(full, [unlink('a', 'parent', '1'), link('a', 'parent', 'r', '2')]))).toEqual([])
    expect(codes(decideOn(full, [link('a', 'parent', 'r', '2'), unlink('a', 'parent', '1')]))).toEqual(['0 TOO_MANY_RELATIONSHIPS'])
  })

  test('do not change a relationship and end it, be it with its twin', () => {
    const change = { kind: 'updateRelationship' as const, from: 'a', name: 'next', id: '1', patch: {}, ifVersion: undefined }
    expect(codes(decideOn(there, [change, unlink('a', 'next', '1')]))).toEqual(['1 DUPLICATE_ITEM'])
    expect(codes(decideOn(there, [change, remove('b', true)]))).toEqual(['1 DUPLICATE_ITEM'])
    expect(codes(decideOn(there, [unlink('a', 'next', '1'), change]))).toEqual(['1 NOT_FOUND'])
    expect(codes(decideOn(there, [remove('b', true), change]))).toEqual(['1 NOT_FOUND'])
  })

  test('a refused one takes nothing with it that only concerns the same twin', () => {
    const decision = decideOn(there, [unlink('b', 'next', '1'), remove('c'), patch('b', { name: 5 })], { onProblem: 'REFUSE_ITEM' })
    expect(codes(decision)).toEqual(['2 WRONG_TYPE'])
    expect(decision.writes?.deletes).toEqual([{ id: 'c' }])
  })
})

describe('versions', () => {
  test('that ends and deletions are held to are told with what they are', () => {
    const there: There = { twins: { a: thing, b: thing }, links: [relationship('a', 'next', 'b')] }
    const problems = problemsOf(decideOn(there, [{ ...unlink('a', 'next', '1'), ifVersion: 2 }, { ...remove('b', true), ifVersion: 7 }]))
    expect(problems).toMatchObject([{ item: 0, code: 'VERSION_CONFLICT', twin: 'a', expected: 2, actual: 3 }, { item: 1, code: 'VERSION_CONFLICT', twin: 'b', expected: 7, actual: 3 }])
    expect(codes(decideOn(there, [{ ...unlink('a', 'next', '1'), ifVersion: 3 }, { ...remove('b', true), ifVersion: 3 }]))).toEqual([])
  })
})

describe('groups', () => {
  test('a refused changeset changes nothing of the others; entries are numbered without a gap', () => {
    const good = (twin: string) => changeset([newTwin(twin, room)])
    const { writes, results } = decide([good('a'), changeset([newTwin('b', thing, { name: 1 }), newTwin('c', room)]), good('d')], stateOf({}), registry)
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(writes?.creates.map((create) => create.id)).toEqual(['a', 'd'])
    expect(writes?.journal.map(({ seq, id: twin, actor }) => [seq, twin, actor])).toEqual([[11, 'a', 'ada'], [12, 'd', 'ada']])
    expect(writes?.seq).toBe(12)
  })

  test('a relationship that one deletion ends is ended once, and does not hold back the next', () => {
    const there: There = { twins: { a: thing, b: thing }, links: [relationship('a', 'next', 'b')] }
    const { writes, results } = decide([changeset([remove('a', true)]), changeset([remove('b')])], stateOf(there), registry)
    expect(results.map(({ ok }) => ok)).toEqual([true, true])
    expect(writes?.unlinks).toHaveLength(1)
  })
})
