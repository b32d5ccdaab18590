import { describe, expect, it } from 'vitest'
import { component, type Document, iface, lines, property, published, relationship, telemetry } from './documents.ts'

/** What a client meets that moves from the first version of a model to the second. */
function versions(before: readonly Document[], after: readonly Document[]): readonly string[] {
  const { changes } = published([iface('dtmi:t:Motor;1'), iface('dtmi:t:Other;1'), iface('dtmi:t:Pump;1', before)], [iface('dtmi:t:Pump;2', after)])
  return lines(changes.slice(1)).map((line) => line.replace('Since dtmi:t:Pump;1: ', ''))
}

describe('publishing a model that was not there', () => {
  it('adds its type and root fields', () => {
    expect(published([iface('dtmi:t:Pump;1')]).changes).toEqual([{ dtmi: 'dtmi:t:Pump;1', kind: 'ADDED', what: 'The type Pump, with the fields pump, pumps and pumpsConnection.', path: ['Pump'] }])
  })

  it('adds an interface and an object type where it comes with a model that extends it', () => {
    const { changes } = published([iface('dtmi:t:Asset;1'), iface('dtmi:t:Pump;1', [], { extends: 'dtmi:t:Asset;1' })])
    expect(changes.map(({ what }) => what)).toContain('The interface Asset and the type Asset_, with the fields asset, assets and assetsConnection.')
  })

  it('changes nothing when it is published again', () => {
    expect(published([iface('dtmi:t:Pump;1')], [iface('dtmi:t:Pump;1')]).changes).toEqual([])
  })
})

describe('publishing a model that others waited for', () => {
  it('breaks clients that follow a relationship that led to any twin', () => {
    const { changes } = published([iface('dtmi:t:Pump;1', [relationship('feeds', { target: 'dtmi:t:Tank;1' })])], [iface('dtmi:t:Tank;1')])
    expect(changes).toContainEqual({
      dtmi: 'dtmi:t:Pump;1', kind: 'BREAKING', path: ['Pump', 'feeds'],
      what: 'feeds leads to Tank, because dtmi:t:Tank;1 is published now; it led to any Twin, in Pump and what extends it. '
        + 'Fragments on types that are not a Tank no longer apply, and twins of other models at its end are no longer shown.',
    })
  })

  it('tells nobody about a relationship that names no target', () => {
    const { changes } = published([iface('dtmi:t:Pump;1', [relationship('feeds')])], [iface('dtmi:t:Tank;1')])
    expect(changes.map(({ kind }) => kind)).toEqual(['ADDED'])
  })
})

describe('extending a model for the first time', () => {
  it('breaks clients that read __typename, since its type becomes an interface', () => {
    const { changes } = published([iface('dtmi:t:Asset;1')], [iface('dtmi:t:Pump;1', [], { extends: 'dtmi:t:Asset;1' })])
    expect(lines(changes)).toEqual([
      'ADDED Pump: The type Pump, with the fields pump, pumps and pumpsConnection.',
      'BREAKING Asset: Asset becomes an interface, because dtmi:t:Pump;1 extends it; its own twins become of type Asset_. '
      + 'Queries, fragments on Asset and root fields go on working; clients that read __typename, or keep a cache by it, see Asset_ in the place of Asset.',
    ])
  })

  it('breaks nobody the second time', () => {
    const asset = [iface('dtmi:t:Asset;1'), iface('dtmi:t:Pump;1', [], { extends: 'dtmi:t:Asset;1' })]
    expect(published(asset, [iface('dtmi:t:Tank;1', [], { extends: 'dtmi:t:Asset;1' })]).changes.map(({ kind }) => kind)).toEqual(['ADDED'])
  })
})

describe('a new version of a model', () => {
  it('is compared with the highest version below it, minor versions included', () => {
    const { changes } = published(
      [iface('dtmi:t:Pump;1', [property('a')]), iface('dtmi:t:Pump;1.9', [property('b')]), iface('dtmi:t:Pump;1.10', [property('c')]), iface('dtmi:t:Pump;3', [property('d')])],
      [iface('dtmi:t:Pump;2', [])],
    )
    expect(lines(changes.slice(1))).toEqual(['BREAKING Pump_v2/c: Since dtmi:t:Pump;1.10: The Property c is gone.'])
  })

  it.each<[string, Document[], Document[], string[]]>([
    ['that drops a property', [property('a')], [], ['BREAKING Pump_v2/a: The Property a is gone.']],
    ['that adds one', [], [property('a')], ['COMPATIBLE Pump_v2/a: The Property a is new.']],
    ['that gives one another schema', [property('a', 'string')], [property('a', 'double')], ['BREAKING Pump_v2/a: The schema was string and is double.']],
    ['that widens one', [property('a', 'integer'), property('b', 'float')], [property('a', 'integer'), property('b', 'double')], ['COMPATIBLE Pump_v2/b: The schema was float and is double, which holds more.']],
    ['that needs another GraphQL scalar', [property('a', 'integer')], [property('a', 'long')], ['BREAKING Pump_v2/a: The schema was integer and is long.']],
    ['that turns one into telemetry', [property('a', 'double')], [telemetry('a')], ['BREAKING Pump_v2/a: It was a Property and is a Telemetry.']],
    ['that measures in another unit',
      [{ '@type': ['Telemetry', 'Temperature'], name: 'a', schema: 'double', unit: 'degreeCelsius' }], [{ '@type': ['Telemetry', 'Temperature'], name: 'a', schema: 'double', unit: 'kelvin' }],
      ['BREAKING Pump_v2/a: The unit was degreeCelsius and is kelvin.']],
    ['that no longer marks a property writable', [property('a', 'string', { writable: true })], [property('a')], ['COMPATIBLE Pump_v2/a: It is no longer marked writable; the mark is not enforced.']],
    ['that leads elsewhere', [relationship('r', { target: 'dtmi:t:Motor;1' })], [relationship('r', { target: 'dtmi:t:Other;1' })], ['BREAKING Pump_v2/r: It led to dtmi:t:Motor;1 and leads to dtmi:t:Other;1.']],
    ['that takes fewer', [relationship('r')], [relationship('r', { maxMultiplicity: 2 })], ['BREAKING Pump_v2/r: It took any number and takes 2.']],
    ['that takes more', [relationship('r', { maxMultiplicity: 2 })], [relationship('r', { maxMultiplicity: 3 })], ['COMPATIBLE Pump_v2/r: It took 2 and takes 3.']],
    ['whose relationship loses a value', [relationship('r', { properties: [property('since', 'date')] })], [relationship('r')], ['BREAKING Pump_v2/r/since: The Property since is gone.']],
    ['with another part', [component('c', 'dtmi:t:Motor;1')], [component('c', 'dtmi:t:Other;1')], ['BREAKING Pump_v2/c: The component was a dtmi:t:Motor;1 and is a dtmi:t:Other;1.']],
  ])('%s', (_, before, after, expected) => {
    expect(versions(before, after)).toEqual(expected)
  })

  it('names the enum values, fields and elements that differ', () => {
    const status = (...names: readonly string[]): Document => property('status', { '@type': 'Enum', valueSchema: 'string', enumValues: names.map((name) => ({ name, enumValue: name.toLowerCase() })) })
    const place = (...fields: readonly (readonly [string, string])[]): Document => property('place', { '@type': 'Object', fields: fields.map(([name, schema]) => ({ name, schema })) })
    expect(versions([status('ON', 'OFF'), place(['x', 'double'], ['y', 'double'])], [status('ON', 'IDLE'), place(['x', 'string'], ['z', 'double'])])).toEqual([
      'BREAKING Pump_v2/status/OFF: The value OFF is gone.',
      'COMPATIBLE Pump_v2/status/IDLE: The value IDLE is new; a client that lists the values by name does not know it.',
      'BREAKING Pump_v2/place/x: The schema was double and is string.',
      'BREAKING Pump_v2/place/y: The field y is gone.',
      'COMPATIBLE Pump_v2/place/z: The field z is new.',
    ])
  })

  it('looks into arrays and maps', () => {
    const array = (schema: string): Document => property('a', { '@type': 'Array', elementSchema: schema })
    const map = (schema: string): Document => property('m', { '@type': 'Map', mapKey: { name: 'k', schema: 'string' }, mapValue: { name: 'v', schema } })
    expect(versions([array('double'), map('double')], [array('double'), map('string')])).toEqual(['BREAKING Pump_v2/m: The schema was double and is string.'])
    expect(versions([array('double')], [array('string')])).toEqual(['BREAKING Pump_v2/a: The schema was double and is string.'])
  })

  it('compares inherited contents and ancestors', () => {
    const { changes } = published(
      [iface('dtmi:t:A;1', [property('name')]), iface('dtmi:t:B;1', [property('title')]), iface('dtmi:t:Pump;1', [], { extends: 'dtmi:t:A;1' })],
      [iface('dtmi:t:Pump;2', [], { extends: 'dtmi:t:B;1' })],
    )
    expect(lines(changes.filter(({ dtmi }) => dtmi === 'dtmi:t:Pump;2').slice(1))).toEqual([
      'BREAKING Pump_v2: Unlike dtmi:t:Pump;1, it does not extend A (dtmi:t:A;1).',
      'COMPATIBLE Pump_v2: Unlike dtmi:t:Pump;1, it extends B (dtmi:t:B;1).',
      'BREAKING Pump_v2/name: Since dtmi:t:Pump;1: The Property name is gone.',
      'COMPATIBLE Pump_v2/title: Since dtmi:t:Pump;1: The Property title is new.',
    ])
  })

  it('is compared by what a command takes and brings', () => {
    const command = (request?: Document, response?: Document): Document => ({ '@type': 'Command', name: 'reset', ...(request && { request }), ...(response && { response }) })
    expect(versions([command({ name: 'why', schema: 'string' })], [command({ name: 'why', schema: 'integer' }, { name: 'done', schema: 'boolean' })])).toEqual([
      'BREAKING Pump_v2/reset/request: The schema was string and is integer.',
      'COMPATIBLE Pump_v2/reset/response: It has a payload now, done.',
    ])
  })

  it('is the same for a schema that contains itself', () => {
    const wood = (version: number, leaf: string): Document => ({
      '@context': 'dtmi:dtdl:context;4', '@id': `dtmi:t:Wood;${version}`, '@type': 'Interface',
      contents: [property('tree', `dtmi:t:Tree;${version}`)],
      schemas: [{
        '@id': `dtmi:t:Tree;${version}`, '@type': 'Object',
        fields: [{ name: 'leaf', schema: leaf }, { name: 'branches', schema: { '@type': 'Array', elementSchema: `dtmi:t:Tree;${version}` } }],
      }],
    })
    const { changes } = published([wood(1, 'double')], [wood(2, 'string')])
    expect(lines(changes.slice(1))).toEqual(['BREAKING Wood_v2/tree/leaf: Since dtmi:t:Wood;1: The schema was double and is string.'])
  })
})
