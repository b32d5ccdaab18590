import { describe, expect, it } from 'vitest'
import { migrateTwin, type MigrationOutcome } from '../../../src/twin/migrate/migrate-twin.ts'
import type { MigratingTwin } from '../../../src/twin/migrate/migration-store.ts'
import { type Document, iface, property, published, relationship } from '../../model/service/documents.ts'

/** What becomes of a twin whose model has the first contents when it comes to have the second. */
function migrate(before: readonly Document[], after: readonly Document[], twin: Partial<MigratingTwin>): MigrationOutcome {
  const { registry } = published([iface('dtmi:t:Old;1', before), iface('dtmi:t:New;1', after)])
  const [from, to] = [registry.get('dtmi:t:Old;1'), registry.get('dtmi:t:New;1')]
  if (!from || !to) throw new Error('Not published.')
  return migrateTwin({ registry, from, to }, { id: 'x', values: new Map(), components: [], taken: [], outgoing: [], incoming: [], words: [], ...twin })
}

const codes = (outcome: MigrationOutcome): readonly string[] => (outcome.ok ? [] : outcome.problems.map(({ code, path }) => `${code} ${path?.join('.')}`))
const values = (entries: Readonly<Record<string, unknown>>): Partial<MigratingTwin> => ({ values: new Map(Object.entries(entries)) })

describe('A twin\'s migration', () => {
  it('stores again only what the new schema stores otherwise', () => {
    const outcome = migrate([property('a', 'integer'), property('b', 'long'), property('c')], [property('a', 'double'), property('b', 'long'), property('c')], values({ a: '3', b: '9007199254740993', c: 'x' }))
    expect(outcome.ok && { ...outcome.migration.set }).toEqual({ a: 3 })
  })

  it('keeps the keys of a map that was an object, and forgets them the other way round', () => {
    const map = property('m', { '@type': 'Map', mapKey: { name: 'k', schema: 'string' }, mapValue: { name: 'v', schema: 'double' } })
    const object = property('m', { '@type': 'Object', fields: [{ name: 'x', schema: 'double' }] })
    const toMap = migrate([object], [map], values({ m: '{"x":1}' }))
    expect(toMap.ok && { ...toMap.migration.set }).toEqual({ m: '{"x":1}', _keys_m: ['x'] })
    const toObject = migrate([map], [object], values({ m: '{"x":1}' }))
    expect(toObject.ok && { ...toObject.migration.set }).toEqual({ m: '{"x":1}', _keys_m: null })
  })

  it('is refused where a value would be lost or does not conform', () => {
    expect(codes(migrate([property('a'), property('b')], [property('a', 'double')], values({ a: 'x', b: 'y' })))).toEqual(['WRONG_TYPE a', 'UNKNOWN_PROPERTY b'])
    expect(codes(migrate([property('a', 'long')], [property('a', 'integer')], values({ a: '9007199254740993' })))).toEqual(['WRONG_TYPE a'])
  })

  it('is refused where it would have more relationships than the new model allows, whatever they lead to', () => {
    const outgoing = [{ name: 'r', model: 'dtmi:t:Old;1', count: 1 }, { name: 'r', model: 'dtmi:t:New;1', count: 2 }]
    expect(codes(migrate([relationship('r')], [relationship('r', { maxMultiplicity: 2 })], { outgoing }))).toEqual(['TOO_MANY_RELATIONSHIPS r'])
    expect(codes(migrate([relationship('r')], [relationship('r', { maxMultiplicity: 3 })], { outgoing }))).toEqual([])
    expect(codes(migrate([relationship('r')], [], { outgoing }))).toEqual(['UNKNOWN_RELATIONSHIP r', 'UNKNOWN_RELATIONSHIP r'])
  })

  it('is refused where the values of its relationships may not conform', () => {
    const outgoing = [{ name: 'r', model: 'dtmi:t:Old;1', count: 1 }]
    const r = (schema: string): Document => relationship('r', { properties: [property('since', schema)] })
    expect(codes(migrate([r('string')], [r('date')], { outgoing }))).toEqual(['WRONG_TYPE r.since'])
    expect(codes(migrate([r('string')], [r('date')], {}))).toEqual([])
  })
})
