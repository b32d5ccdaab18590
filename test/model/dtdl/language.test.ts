import { describe, expect, test } from 'vitest'
import { dtdl, iface, modelsOf, problemsOf, property } from './documents.ts'

const requirement = 'dtmi:dtdl:extension:requirement;1'
const quantitative = 'dtmi:dtdl:extension:quantitativeTypes;1'
const enumOf = (...names: readonly string[]) => ({
  '@type': 'Enum',
  valueSchema: 'integer',
  enumValues: names.map((name, enumValue) => ({ name, enumValue })),
})

describe('A document', () => {
  test('may be text with a byte order mark, one Interface, or an array of them', () => {
    const one = iface('dtmi:a;1')
    const ids = modelsOf(`\uFEFF${JSON.stringify(one)}`, iface('dtmi:b;1'), [iface('dtmi:c;1'), iface('dtmi:d;1')]).map(({ id }) => id)
    expect(ids).toEqual(['dtmi:a;1', 'dtmi:b;1', 'dtmi:c;1', 'dtmi:d;1'])
  })

  test('may say everything in full ids instead of terms', () => {
    const [model] = modelsOf(
      iface('dtmi:a;1', {
        '@type': 'dtmi:dtdl:class:Interface;3',
        'dtmi:dtdl:property:contents;3': {
          '@type': 'dtmi:dtdl:class:Property;3',
          name: 'level',
          'dtmi:dtdl:property:schema;3': 'dtmi:dtdl:instance:Schema:double;3',
        },
      }),
    )
    expect(model?.contents).toMatchObject([{ kind: 'Property', name: 'level', schema: { kind: 'primitive', type: 'double' } }])
  })

  test('may write one value for an array of one, an array of one for a value, and literals as objects', () => {
    const [model] = modelsOf(
      iface('dtmi:a;1', {
        '@type': ['Interface'],
        extends: 'dtmi:b;1',
        contents: {
          '@type': 'Relationship',
          name: { '@value': 'feeds', '@type': 'xsd:string' },
          target: ['dtmi:b;1'],
          maxMultiplicity: [{ '@value': 3 }],
        },
      }),
      iface('dtmi:b;1'),
    ).slice(1)
    expect(model).toMatchObject({ extends: ['dtmi:b;1'], contents: [{ name: 'feeds', target: 'dtmi:b;1', maxMultiplicity: 3 }] })
  })

  test('cannot say the same thing in two ways', () => {
    expect(problemsOf(iface('dtmi:a;1', { comment: 'x', 'dtmi:dtdl:property:comment;3': 'x' }))).toEqual([
      '0 /dtmi:dtdl:property:comment;3: "comment" is written twice, as a term and as an id; remove one.',
    ])
  })

  test('is told all that is wrong with it at once, and where', () => {
    const problems = problemsOf(
      iface('dtmi:a;1', { contents: [property('_x'), property('y', 'number'), { name: 'z' }], description: 5 }),
      iface('dtmi:b;01'),
      '{',
    )
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      '0 /contents/0/name',
      '0 /contents/1/schema',
      '0 /contents/2',
      '0 /description',
      '1 /@id',
      '2 ',
    ])
  })
})

describe('Texts', () => {
  test('are English unless they say otherwise, as a string, a map or an array', () => {
    const [model] = modelsOf(
      iface('dtmi:a;1', {
        displayName: 'Tank',
        description: { en: 'Holds water', 'pt-BR': 'Guarda água' },
        contents: property('p', 'double', { displayName: ['Level', { '@language': 'fr', '@value': 'Niveau' }] }),
      }),
    )
    expect([model?.displayName, model?.description, model?.contents[0]?.displayName].map((texts) => [...(texts ?? [])])).toEqual([
      [['en', 'Tank']],
      [
        ['en', 'Holds water'],
        ['pt-BR', 'Guarda água'],
      ],
      [
        ['en', 'Level'],
        ['fr', 'Niveau'],
      ],
    ])
  })

  test('of a language that is no language tag are refused', () => {
    expect(problemsOf(iface('dtmi:a;1', { displayName: { en_US: 'Tank' } }))).toEqual([
      expect.stringContaining('0 /displayName/en_US: "displayName" has the language "en_US"'),
    ])
  })
})

describe('Names', () => {
  test('that mean something to JavaScript or GraphQL are names like others', () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', 'a__b', 'true', 'null']
    const [model] = modelsOf(
      iface('dtmi:a;1', { contents: [...names.map((name) => property(name)), property('kind', enumOf('true', 'null', 'constructor'))] }),
    )
    expect(model?.contents.map(({ name }) => name)).toEqual([...names, 'kind'])
  })

  test('such as __proto__ are refused, as DTDL does, and change nothing else', () => {
    const text =
      '{"@context":"dtmi:dtdl:context;3","@id":"dtmi:a;1","@type":"Interface","__proto__":{"contents":[]},"contents":{"@type":"Property","name":"__proto__","schema":"double"}}'
    expect(problemsOf(text).map((problem) => problem.split(':')[0])).toEqual(['0 /__proto__', '0 /contents/name'])
    expect(({} as { contents?: unknown }).contents).toBeUndefined()
  })

  test("are distinct among an Interface's contents, inherited ones too", () => {
    const level = property('level')
    expect(problemsOf(iface('dtmi:a;1', { contents: [level, level] }))).toEqual([expect.stringContaining('0 /contents/1/name')])
    expect(problemsOf(iface('dtmi:b;1', { contents: level }), iface('dtmi:c;1', { extends: 'dtmi:b;1', contents: level }))).toEqual([
      expect.stringContaining('dtmi:c;1 inherits "level" from dtmi:b;1'),
    ])
  })

  test('reached twice through two parents are one and the same', () => {
    const parents = ['dtmi:b;1', 'dtmi:c;1']
    expect(
      problemsOf(
        iface('dtmi:a;1', { extends: parents }),
        ...parents.map((id) => iface(id, { extends: 'dtmi:d;1' })),
        iface('dtmi:d;1', { contents: property('level') }),
      ),
    ).toEqual([])
  })
})

describe('References', () => {
  test('work forwards, in any order of the documents', () => {
    const ids = modelsOf(iface('dtmi:c;1', { extends: 'dtmi:b;1' }), iface('dtmi:b;1', { extends: 'dtmi:a;1' }), iface('dtmi:a;1')).map(
      ({ id }) => id,
    )
    expect(ids).toEqual(['dtmi:a;1', 'dtmi:b;1', 'dtmi:c;1'])
  })

  test('to Interfaces that are not there are refused, but for the target of a Relationship', () => {
    expect(
      problemsOf(iface('dtmi:a;1', { extends: 'dtmi:gone;1', contents: { '@type': 'Component', name: 'part', schema: 'dtmi:gone;2' } })),
    ).toHaveLength(2)
    expect(problemsOf(iface('dtmi:a;1', { contents: { '@type': 'Relationship', name: 'feeds', target: 'dtmi:gone;1' } }))).toEqual([])
  })

  test("see an Interface's own schemas, not those of another one", () => {
    const schemas = { ...enumOf('on', 'off'), '@id': 'dtmi:a:state;1' }
    expect(problemsOf(iface('dtmi:a;1', { schemas, contents: property('state', 'dtmi:a:state;1') }))).toEqual([])
    expect(
      problemsOf(iface('dtmi:a;1', { schemas }), iface('dtmi:b;1', { extends: 'dtmi:a;1', contents: property('state', 'dtmi:a:state;1') })),
    ).toEqual([expect.stringContaining('can only be used inside dtmi:a;1')])
  })

  test('cannot be written as an object with nothing but an id', () => {
    expect(problemsOf(iface('dtmi:a;1', { extends: { '@id': 'dtmi:b;1' } }), iface('dtmi:b;1'))).toEqual([
      expect.stringContaining('write its id as a string'),
    ])
  })
})

describe('Ids', () => {
  test('are defined once, however alike the definitions are', () => {
    expect(problemsOf(iface('dtmi:a;1'), iface('dtmi:a;1'))).toEqual([
      '1 : dtmi:a;1 is defined twice; remove one definition, or give one another "@id".',
    ])
  })

  test('have a version in DTDL 2, and need none later', () => {
    expect(problemsOf(iface('dtmi:a', dtdl(2)))).toHaveLength(1)
    expect(problemsOf(iface('dtmi:a', dtdl(3)), iface('dtmi:b;1.2', dtdl(4)))).toEqual([])
  })

  test("under prefixes of DTDL's own are refused, and segments that begin with an underscore", () => {
    expect(problemsOf(iface('dtmi:dtdl:mine;1'), iface('dtmi:standard:mine;1'), iface('dtmi:_mine;1'))).toHaveLength(3)
  })
})

describe('Inheritance', () => {
  const chain = (version: 2 | 3 | 4, length: number) =>
    Array.from({ length: length + 1 }, (_, index) =>
      iface(`dtmi:l${index};1`, { ...dtdl(version), ...(index < length && { extends: `dtmi:l${index + 1};1` }) }),
    )

  test.each([
    [2, 10],
    [3, 10],
    [4, 12],
  ] as const)('in DTDL %i is %i levels deep at most', (version, most) => {
    expect(problemsOf(...chain(version, most))).toEqual([])
    expect(problemsOf(...chain(version, most + 1))).toEqual([
      `0 : dtmi:l0;1 extends Interfaces ${most + 1} levels deep; DTDL ${version} allows ${most}.`,
    ])
  })

  test('does not go round in a circle', () => {
    expect(problemsOf(iface('dtmi:a;1', { extends: 'dtmi:b;1' }), iface('dtmi:b;1', { extends: 'dtmi:a;1' }))).toEqual([
      '1 /extends: dtmi:b;1 extends dtmi:a;1, which extends it again; break the circle.',
    ])
    expect(problemsOf(iface('dtmi:a;1', { extends: 'dtmi:a;1' }))).toEqual([
      '0 /extends: dtmi:a;1 extends dtmi:a;1, which extends it again; break the circle.',
    ])
  })

  test('of contents in DTDL 2 counts to 300 with the own ones', () => {
    const some = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => property(`${prefix}${index}`))
    const documents = (count: number) => [
      iface('dtmi:a;1', { ...dtdl(2), contents: some(200, 'a'), extends: 'dtmi:b;1' }),
      iface('dtmi:b;1', { ...dtdl(2), contents: some(count, 'b') }),
    ]
    expect(problemsOf(...documents(100))).toEqual([])
    expect(problemsOf(...documents(101))).toEqual([expect.stringContaining('301 contents')])
  })

  test('brings no Component into a Component', () => {
    const part = { '@type': 'Component', name: 'part', schema: 'dtmi:c;1' }
    const documents = [
      iface('dtmi:a;1', { contents: { '@type': 'Component', name: 'whole', schema: 'dtmi:b;1' } }),
      iface('dtmi:b;1', { extends: 'dtmi:d;1' }),
      iface('dtmi:c;1'),
      iface('dtmi:d;1', { contents: part }),
    ]
    expect(problemsOf(...documents)).toEqual([expect.stringContaining('The Component "whole" contains Component')])
  })
})

describe('Schemas', () => {
  const nested = (levels: number, inner: unknown): unknown => (levels === 0 ? inner : { '@type': 'Array', elementSchema: nested(levels - 1, inner) })
  const withSchema = (version: 2 | 3 | 4, schema: unknown) =>
    iface('dtmi:a;1', { ...dtdl(version), contents: { '@type': 'Telemetry', name: 't', schema } })

  test.each([
    [3, 5, 'double'],
    [3, 5, enumOf('on')],
    [3, 3, 'point'],
    [4, 8, 'double'],
    [4, 6, 'point'],
  ] as const)('of DTDL %i nest %i Arrays around %j, and no more', (version, most, inner) => {
    expect(problemsOf(withSchema(version, nested(most, inner)))).toEqual([])
    expect(problemsOf(withSchema(version, nested(most + 1, inner)))).not.toEqual([])
  })

  test('of DTDL 4 may contain themselves, and are circles in the model', () => {
    const schemas = {
      '@id': 'dtmi:a:tree;1',
      '@type': 'Object',
      fields: [
        { name: 'label', schema: 'string' },
        { name: 'left', schema: 'dtmi:a:tree;1' },
      ],
    }
    const [model] = modelsOf(iface('dtmi:a;1', { ...dtdl(4), schemas, contents: property('root', 'dtmi:a:tree;1') }))
    const [root] = model?.contents ?? []
    const tree = root?.kind === 'Property' && root.schema.kind === 'object' ? root.schema : undefined
    expect(tree?.fields[1]?.schema).toBe(tree)
    expect(problemsOf(iface('dtmi:a;1', { schemas }))).toEqual([expect.stringContaining('only DTDL 4 allows that')])
  })

  test('of Properties in DTDL 2 have no Array in them, hence no point', () => {
    for (const schema of [nested(1, 'double'), { '@type': 'Object', fields: { name: 'f', schema: nested(1, 'double') } }, 'point'])
      expect(problemsOf(iface('dtmi:a;1', { ...dtdl(2), contents: property('p', schema) }))).toEqual([expect.stringContaining('contains Array')])
  })

  test('Enum have names and values that differ, of the type they say', () => {
    const values = (...enumValues: readonly unknown[]) =>
      iface('dtmi:a;1', { contents: property('p', { '@type': 'Enum', valueSchema: 'string', enumValues }) })
    expect(problemsOf(values({ name: 'AfricaCairo', enumValue: 'Africa/Cairo' }, { name: 'b', enumValue: 'b' }))).toEqual([])
    expect(problemsOf(values({ name: 'a', enumValue: 'x' }, { name: 'b', enumValue: 'x' }))).toEqual([expect.stringContaining('"x" is used twice')])
    expect(problemsOf(values({ name: 'a', enumValue: 1 }))).toEqual([expect.stringContaining('asks for a string')])
  })

  test('named byte mean the schema of DTDL 4, although quantitativeTypes has a unit of that name', () => {
    const [model] = modelsOf(iface('dtmi:a;1', { ...dtdl(4, 'dtmi:dtdl:extension:quantitativeTypes;2'), contents: property('flags', 'byte') }))
    expect(model?.contents).toMatchObject([{ schema: { kind: 'primitive', type: 'byte' } }])
  })
})

describe('Extensions', () => {
  test('that are not known are allowed in DTDL 2, with what they may define, and refused later', () => {
    const unknown = (version: 2 | 3 | 4) =>
      iface('dtmi:a;1', { ...dtdl(version, 'dtmi:acme:assets;1'), '@type': ['Interface', 'Asset'], assetTag: { any: ['thing'] } })
    expect(problemsOf(unknown(2))).toEqual([])
    expect(problemsOf(unknown(3))).toEqual([expect.stringContaining('0 /@context/1: The extension "dtmi:acme:assets;1" is not known')])
    expect(problemsOf(unknown(4))).toHaveLength(1)
  })

  test('need their context: a type or property that none defines is refused', () => {
    expect(
      problemsOf(iface('dtmi:a;1', { contents: property('p', 'double', { '@type': ['Property', 'Temperature'], unit: 'kelvin' }) })),
    ).toHaveLength(2)
  })

  test("stand after DTDL's own context", () => {
    expect(problemsOf(iface('dtmi:a;1', { '@context': [quantitative, 'dtmi:dtdl:context;3'] }))).toEqual([expect.stringContaining('put it first')])
  })

  test('of quantities need a unit of that quantity, and a number', () => {
    const temperature = (schema: string, unit?: string) =>
      iface('dtmi:a;1', {
        ...dtdl(3, quantitative),
        contents: property('p', schema, { '@type': ['Property', 'Temperature'], ...(unit !== undefined && { unit }) }),
      })
    expect(problemsOf(temperature('double', 'degreeCelsius'))).toEqual([])
    expect(problemsOf(temperature('double'))).toEqual([expect.stringContaining('needs the property "unit"')])
    expect(problemsOf(temperature('double', 'metre'))).toEqual(['0 /contents/unit: "unit" is one of TemperatureUnit; metre is not.'])
    expect(problemsOf(temperature('string', 'kelvin'))).toEqual([expect.stringContaining('"schema" is NumericSchema')])
  })

  test('beside which the class is not written tell nobody what an element is', () => {
    const field = (...types: readonly string[]) =>
      iface('dtmi:a;1', {
        ...dtdl(3, requirement),
        contents: property('p', { '@type': 'Object', fields: { '@type': types, name: 'f', schema: 'double' } }),
      })
    expect(problemsOf(field('Field', 'Required'))).toEqual([])
    expect(problemsOf(field('Required'))).toEqual([expect.stringContaining('names no class')])
  })

  test('that annotate a sibling may name one that is not there yet, but none of the wrong kind', () => {
    const annotation = (annotates: string) =>
      iface('dtmi:a;1', {
        ...dtdl(3, 'dtmi:dtdl:extension:annotation;1'),
        contents: [{ '@type': 'Command', name: 'start' }, property('note', 'string', { '@type': ['Property', 'ValueAnnotation'], annotates })],
      })
    expect(problemsOf(annotation('later'))).toEqual([])
    expect(problemsOf(annotation('start'))).toEqual([expect.stringContaining('it must be Property or Telemetry')])
  })

  test('of limits count where they are accepted, directly after #limitless', () => {
    const deep = (levels: number): unknown => (levels === 0 ? 'double' : { '@type': 'Array', elementSchema: deep(levels - 1) })
    const camera = (...context: readonly string[]) => iface('dtmi:a;1', { '@context': context, contents: property('p', deep(24)) })
    expect(problemsOf(camera('dtmi:dtdl:context;4#limitless', 'dtmi:dtdl:limits:onvif;1'))).toEqual([])
    expect(problemsOf(camera('dtmi:dtdl:context;4', 'dtmi:dtdl:limits:onvif;1'))[0]).toContain(
      'do not follow "dtmi:dtdl:context;4#limitless" directly',
    )
    expect(problemsOf(camera('dtmi:dtdl:context;4#limitless'))[0]).toContain('the limits are missing')
  })
})

describe('Versions of DTDL', () => {
  test('may be mixed towards the older: DTDL 4 extends 3 and 2, DTDL 2 only itself', () => {
    expect(
      problemsOf(iface('dtmi:a;1', { ...dtdl(4), extends: ['dtmi:b;1', 'dtmi:c;1'] }), iface('dtmi:b;1', dtdl(3)), iface('dtmi:c;1', dtdl(2))),
    ).toEqual([])
    expect(problemsOf(iface('dtmi:a;1', { ...dtdl(2), extends: 'dtmi:b;1' }), iface('dtmi:b;1', dtdl(3)))).toEqual([
      expect.stringContaining('which is of DTDL 3'),
    ])
  })

  test('differ in what they do with JSON-LD keywords they do not know', () => {
    expect(problemsOf(iface('dtmi:a;1', { ...dtdl(2), '@index': 1 }))).toEqual([])
    expect(problemsOf(iface('dtmi:a;1', { ...dtdl(3), '@index': 1 }))).toEqual(['0 /@index: DTDL 3 does not know "@index"; remove it.'])
  })

  test('later than the one accepted are refused', () => {
    expect(problemsOf(iface('dtmi:a;1', { '@context': 'dtmi:dtdl:context;5' }))).toEqual([expect.stringContaining('the versions are 2, 3 and 4')])
  })
})
