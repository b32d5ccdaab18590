import fc from 'fast-check'
import type { ListArguments, Nested, Selection, Where } from './brute-force.ts'
import type { Kind, Plant, PlantLink, PlantTwin } from './plant.ts'

const words = ['alpha', 'beta', 'Beta', 'al', '', "o'`\"\\n", 'ünï😀'] as const
const numbers = [-1.5, 0, 1, 2.25, 3] as const
const serials = ['9007199254740993', '9007199254740992', '-9223372036854775808'] as const
const instants = ['2026-01-01T00:00:00Z', '2026-01-01T03:00:00+02:00', '2026-06-01T12:30:00.5Z'] as const
const statuses = ['ok', 'down', 'true'] as const

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 3 })
const values = {
  name: maybe(fc.constantFrom(...words)), rank: maybe(fc.integer({ min: 0, max: 3 })), weight: maybe(fc.constantFrom(...numbers)), serial: maybe(fc.constantFrom(...serials)),
  active: maybe(fc.boolean()), installed: maybe(fc.constantFrom(...instants)), tags: maybe(fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 })),
  labels: maybe(fc.dictionary(fc.constantFrom('a', '__proto__x', 'b c'), fc.constantFrom('x'))), status: maybe(fc.constantFrom(...statuses)),
  ratedFlow: maybe(fc.constantFrom(...numbers)), opening: maybe(fc.integer({ min: 0, max: 2 })),
}
const assetValues = { name: values.name, weight: values.weight, serial: values.serial, active: values.active, installed: values.installed, tags: values.tags, labels: values.labels, status: values.status }

/** A twin that has no id yet. */
export const aTwin: fc.Arbitrary<Omit<PlantTwin, 'id'>> = fc.oneof(
  fc.record({ kind: fc.constant<Kind>('Zone'), values: fc.record({ name: values.name, rank: values.rank }) }),
  fc.record({ kind: fc.constant<Kind>('Asset'), values: fc.record(assetValues) }),
  fc.record({ kind: fc.constant<Kind>('Pump'), values: fc.record({ ...assetValues, ratedFlow: values.ratedFlow }), motor: fc.record({ power: maybe(fc.constantFrom(...numbers)) }) }),
  fc.record({ kind: fc.constant<Kind>('Valve'), values: fc.record({ ...assetValues, opening: values.opening }) }),
)

/** Up to 12 twins and 25 links. */
export const plants: fc.Arbitrary<Plant> = fc.array(aTwin, { minLength: 3, maxLength: 12 }).chain((found) => {
  const twins = found.map((twin, index): PlantTwin => ({ ...twin, id: `t${index}` }))
  return fc.array(fc.record({ from: fc.nat(twins.length - 1), to: fc.nat(twins.length - 1), share: maybe(fc.constantFrom(...numbers)) }), { maxLength: 25 })
    .map((pairs) => ({ twins, links: pairs.flatMap(({ from, to, share }, index) => toLink(twins[from], twins[to], share, `r${index}`)) }))
})

/** The relationship that the two kinds allow, if there is one. */
function toLink(from: PlantTwin | undefined, to: PlantTwin | undefined, share: number | null, id: string): readonly PlantLink[] {
  if (!from || !to || from.kind === 'Zone') return []
  const name = to.kind === 'Zone' ? 'partOf' : from.kind === 'Valve' && to.kind === 'Pump' ? 'guards' : 'feeds'
  return [{ id, name, from: from.id, to: to.id, share: name === 'guards' ? null : share }]
}

const tests = (operand: fc.Arbitrary<unknown>, operators: readonly string[]): fc.Arbitrary<Where> => fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...operators), operand).map(([operator, value]) => ({ [operator]: value })) },
  fc.array(operand, { maxLength: 3 }).map((list) => ({ in: list })),
  fc.boolean().map((isNull) => ({ isNull })),
  fc.constant({ eq: null }),
)
const ordered = ['eq', 'lt', 'lte', 'gt', 'gte']
const text = tests(fc.constantFrom(...words), ['eq', 'contains', 'startsWith', 'endsWith'])
const common: Readonly<Record<string, fc.Arbitrary<Where>>> = {
  name: text, _id: tests(fc.constantFrom('t0', 't1', 't2'), ['eq', 'startsWith']), weight: tests(fc.constantFrom(...numbers), ordered),
  serial: tests(fc.constantFrom(...serials), ordered), installed: tests(fc.constantFrom(...instants), ordered), status: tests(fc.constantFrom(...statuses), ['eq']),
  active: fc.oneof(fc.boolean().map((eq) => ({ eq })), fc.boolean().map((isNull) => ({ isNull }))),
  tags: fc.oneof(fc.constantFrom('a', 'b', 'c').map((includes) => ({ includes })), fc.constantFrom([], ['a'], ['a', 'b']).map((eq) => ({ eq }))),
  labels: fc.constantFrom('a', 'b c', 'zz').map((hasKey) => ({ hasKey })),
}
const fieldTests: Readonly<Record<Kind, Readonly<Record<string, fc.Arbitrary<Where>>>>> = {
  Zone: { name: text, rank: tests(fc.integer({ min: 0, max: 3 }), ordered) },
  Asset: common,
  Pump: { ...common, ratedFlow: tests(fc.constantFrom(...numbers), ordered), motor: tests(fc.constantFrom(...numbers), ordered).map((power) => ({ power })) },
  Valve: { ...common, opening: tests(fc.integer({ min: 0, max: 2 }), ordered) },
}
const hops: Readonly<Record<Kind, readonly (readonly [PlantLink['name'], Kind])[]>> = {
  Zone: [], Asset: [['partOf', 'Zone'], ['feeds', 'Asset']], Pump: [['partOf', 'Zone'], ['feeds', 'Asset']], Valve: [['partOf', 'Zone'], ['feeds', 'Asset'], ['guards', 'Pump']],
}

export function wheres(kind: Kind, depth: number): fc.Arbitrary<Where> {
  const leaves = fc.oneof(...Object.entries(fieldTests[kind]).map(([field, arbitrary]) => arbitrary.map((test) => ({ [field]: test }))))
  if (depth === 0) return leaves
  const inner = wheres(kind, depth - 1)
  const quantifier = fc.constantFrom('some', 'all', 'none', 'single')
  return fc.oneof(
    { weight: 4, arbitrary: leaves },
    fc.array(inner, { minLength: 1, maxLength: 2 }).map((AND) => ({ AND })),
    fc.array(inner, { minLength: 1, maxLength: 2 }).map((OR) => ({ OR })),
    inner.map((NOT) => ({ NOT })),
    ...hops[kind].map(([name, target]) => fc.tuple(quantifier, wheres(target, depth - 1)).map(([key, where]) => ({ [name]: { [key]: where } }))),
    ...hops[kind].filter(([name]) => name !== 'guards').map(([name, target]) => fc.tuple(quantifier, wheres(target, depth - 1), tests(fc.constantFrom(...numbers), ordered))
      .map(([key, node, share]) => ({ [`${name}Connection`]: { [key]: { node, edge: { share } } } }))),
  )
}

const sortable: Readonly<Record<Kind, readonly string[]>> = {
  Zone: ['name', 'rank'], Asset: ['name', 'weight', 'serial', 'active'], Pump: ['name', 'ratedFlow', 'serial'], Valve: ['opening', 'weight'],
}
const direction = fc.constantFrom('ASC' as const, 'DESC' as const)

/** Every order ends in the id, so that there is one right answer. */
export const sorts = (kind: Kind): fc.Arbitrary<ListArguments['sort']> =>
  fc.tuple(fc.array(fc.tuple(fc.constantFrom(...sortable[kind]), direction), { maxLength: 2 }), direction)
    .map(([keys, last]) => [...keys.map(([name, way]) => ({ [name]: way })), { _id: last }])

export const listArguments = (kind: Kind, depth: number): fc.Arbitrary<ListArguments> => fc.record({
  where: fc.oneof(fc.constant({}), wheres(kind, depth)), sort: sorts(kind), limit: maybe(fc.nat(5)), offset: maybe(fc.nat(3)),
})

export function selections(kind: Kind, depth: number): fc.Arbitrary<Selection> {
  const scalars: Readonly<Record<Kind, readonly string[]>> = {
    Zone: ['name', 'rank'], Asset: ['name', 'weight', 'serial', 'active', 'tags', 'labels', 'status'], Pump: ['name', 'ratedFlow'], Valve: ['opening', 'serial'],
  }
  return fc.record({
    type: fc.constant(kind),
    scalars: fc.subarray([...scalars[kind]]),
    motor: kind === 'Pump' ? fc.boolean() : fc.constant(false),
    ofPumps: kind === 'Asset' ? fc.subarray(['ratedFlow']) : fc.constant([]),
    nested: depth === 0 || hops[kind].length === 0 ? fc.constant([]) : fc.array(nestings(kind, depth), { maxLength: 2 }).map((all) => all.map((nested, index) => ({ ...nested, alias: `n${index}` }))),
  })
}

const nestings = (kind: Kind, depth: number): fc.Arbitrary<Nested> => fc.constantFrom(...hops[kind]).chain(([name, target]) =>
  fc.tuple(listArguments(target, depth - 1), selections(target, depth - 1)).map(([args, selection]) => ({ ...args, alias: name, name, selection })))
