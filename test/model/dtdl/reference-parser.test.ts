import { getInterop } from '@digicatapult/dtdl-parser'
import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { dtdl, iface, parse, property } from './documents.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const town = new URL('../../../examples/water-town/models/', import.meta.url)
const quantities = 'dtmi:dtdl:extension:quantitativeTypes;1'
const marks = ['dtmi:dtdl:extension:annotation;1', 'dtmi:dtdl:extension:overriding;1']
const tree = {
  '@id': 'dtmi:a:tree;1',
  '@type': 'Object',
  fields: [
    { name: 'kids', schema: { '@type': 'Array', elementSchema: 'dtmi:a:tree;1' } },
    {
      name: 'kind',
      schema: {
        '@type': 'Enum',
        valueSchema: 'integer',
        enumValues: [
          { name: 'leaf', enumValue: 1 },
          { name: 'node', enumValue: 2 },
        ],
      },
    },
  ],
}

/** Valid sets of documents to start from: the demo town's, and small ones that use much of each version of the language. */
const originals: readonly (readonly unknown[])[] = [
  readdirSync(town).map((file) => JSON.parse(readFileSync(new URL(file, town), 'utf8')) as unknown),
  [
    iface('dtmi:a;1', {
      ...dtdl(2),
      displayName: { en: 'A' },
      contents: [
        property('p', 'double', { '@type': ['Property', 'Temperature'], unit: 'kelvin' }),
        { '@type': 'Command', name: 'c', request: { name: 'r', schema: 'string' } },
      ],
      extends: 'dtmi:b;1',
    }),
    iface('dtmi:b;1', { ...dtdl(2), contents: { '@type': 'Component', name: 'k', schema: 'dtmi:c;1' } }),
    iface('dtmi:c;1', dtdl(2)),
  ],
  [
    iface('dtmi:a;1', {
      ...dtdl(3, quantities, ...marks),
      contents: [
        property('t', 'double', { '@type': ['Property', 'Temperature'], unit: 'kelvin' }),
        property('u', 'TemperatureUnit', { '@type': ['Property', 'ValueAnnotation', 'Override'], annotates: 't', overrides: 'unit' }),
        { '@type': 'Relationship', name: 'r', target: 'dtmi:a;1', maxMultiplicity: 4, properties: [property('since', 'date', { writable: true })] },
      ],
    }),
  ],
  [
    iface('dtmi:a;1', {
      ...dtdl(4),
      schemas: tree,
      contents: [
        property('root', 'dtmi:a:tree;1'),
        property('where', 'point'),
        { '@type': 'Telemetry', name: 'flags', schema: 'byte' },
        { '@type': 'Command', name: 'go', response: { name: 'ok', schema: 'boolean', nullable: true } },
      ],
    }),
    iface('dtmi:b;1.2', { ...dtdl(4), extends: ['dtmi:a;1'], description: [{ '@value': 'B', '@language': 'en' }] }),
  ],
]

/** Every value that stands under a key somewhere, and words that mean something elsewhere. */
const words: readonly Json[] = [
  null,
  true,
  0,
  1,
  1.5,
  '',
  'x',
  [],
  {},
  'double',
  'point',
  'byte',
  'Interface',
  'Property',
  'Telemetry',
  'Temperature',
  'kelvin',
  'metre',
  'dtmi:a;1',
  'dtmi:b;1',
  'dtmi:dtdl:context;2',
  'dtmi:dtdl:context;3',
  'dtmi:dtdl:context;4',
  'dtmi:dtdl:instance:Schema:long;3',
  'dtmi:_x;1',
  { '@value': 1 },
  { '@id': 'dtmi:a;1' },
  ['double', 'double'],
]
const keys = [
  'name',
  'schema',
  '@type',
  '@id',
  '@context',
  'contents',
  'extends',
  'unit',
  'writable',
  'comment',
  '@value',
  'target',
  'dtmi:dtdl:property:name;3',
  'dtmi:dtdl:property:schema;4',
  'elementSchema',
  'fields',
  '@graph',
  'foo',
]

/** One change somewhere in the documents. Numbers are taken modulo what there is. */
interface Edit {
  readonly kind: 'remove' | 'replace' | 'wrap' | 'copy' | 'add'
  readonly where: number
  readonly key: number
  readonly word: number
}
const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('remove', 'replace', 'wrap', 'copy', 'add'),
  where: fc.nat(),
  key: fc.nat(),
  word: fc.nat(),
})

function insidesOf(json: Json): (Json[] | { [key: string]: Json })[] {
  return typeof json === 'object' && json !== null ? [json, ...Object.values(json).flatMap(insidesOf)] : []
}

function apply(documents: Json, { kind, where, key, word }: Edit): void {
  const insides = insidesOf(documents)
  const inside = insides[where % insides.length] as Record<string, Json>
  const present = Object.keys(inside)
  const at = present[key % present.length]
  const other = insides[word % insides.length] as Record<string, Json>
  if (kind === 'add' && !Array.isArray(inside)) inside[keys[key % keys.length] ?? ''] = words[word % words.length] ?? null
  if (at === undefined) return
  if (kind === 'remove' && Array.isArray(inside)) inside.splice(Number(at), 1)
  else if (kind === 'remove') Reflect.deleteProperty(inside, at)
  if (kind === 'replace') inside[at] = words[word % words.length] ?? null
  if (kind === 'wrap') inside[at] = [inside[at] ?? null]
  if (kind === 'copy' && Object.hasOwn(other, at)) inside[at] = structuredClone(other[at] ?? null)
}

describe('The reference parser of DTDL', () => {
  let accepts: (documents: Json) => boolean | 'broke down'
  beforeAll(async () => {
    const { parse: parseWithReference } = await getInterop()
    accepts = (documents) => {
      try {
        parseWithReference(JSON.stringify(documents))
        return true
      } catch (error) {
        // It answers with its findings as JSON; anything else is a fault of its own, not of the documents.
        return String(error instanceof Error ? error.message : error).startsWith('{') ? false : 'broke down'
      }
    }
  })

  test.each(originals.map((documents, index) => [index, documents] as const))(
    'accepts what the tests start from, as we do: set %i',
    (_, documents) => {
      expect([accepts(documents as Json), parse(documents, { options: { acceptableLimits: [] } })]).toMatchObject([true, { ok: true }])
    },
  )

  test('and we agree about documents that were changed at random', () => {
    let valid = 0
    fc.assert(
      fc.property(fc.nat(originals.length - 1), fc.array(edit, { minLength: 1, maxLength: 3 }), (index, edits) => {
        const documents = structuredClone(originals[index]) as Json[]
        for (const one of edits) apply(documents, one)
        const kept = documents.filter((document) => typeof document === 'object' && document !== null)
        const verdict = accepts(kept)
        fc.pre(verdict !== 'broke down')
        const ours = parse(kept, { options: { acceptableLimits: [] } })
        if (verdict) valid += 1
        expect(ours.ok, ours.ok ? JSON.stringify(kept) : `${ours.problems[0]?.message} ${JSON.stringify(kept)}`).toBe(verdict)
      }),
      { numRuns: 600, seed: 20_261_121 },
    )
    expect(valid).toBeGreaterThan(50)
  })
})
