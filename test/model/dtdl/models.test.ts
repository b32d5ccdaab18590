import { describe, expect, test } from 'vitest'
import type { InterfaceModel } from '../../../src/model/model.ts'
import { dtdl, iface, modelsOf, parse, property } from './documents.ts'

describe('A model', () => {
  test('has what its document says, with ids for all that has none', () => {
    const [model] = modelsOf(
      iface('dtmi:town:Pump;2', {
        ...dtdl(3, 'dtmi:dtdl:extension:quantitativeTypes;1', 'dtmi:dtdl:extension:historization;1'),
        comment: 'Not for the public',
        contents: [
          { '@type': ['Property', 'VolumeFlowRate', 'Historized'], name: 'flow', schema: 'double', unit: 'litrePerSecond', writable: true },
          { '@type': 'Telemetry', name: 'head', schema: 'float' },
          { '@type': 'Command', name: 'start', request: { name: 'after', schema: 'duration' } },
          { '@type': 'Relationship', name: 'feeds', properties: property('since', 'date'), maxMultiplicity: 2, writable: true },
        ],
      }),
    )
    expect(model).toMatchObject({
      id: 'dtmi:town:Pump;2',
      dtdl: 3,
      comment: 'Not for the public',
      extends: [],
      contents: [
        {
          kind: 'Property',
          id: 'dtmi:town:Pump:_contents:__flow;2',
          semanticType: 'VolumeFlowRate',
          unit: 'litrePerSecond',
          writable: true,
          required: false,
        },
        { kind: 'Telemetry', name: 'head', schema: { kind: 'primitive', type: 'float' } },
        {
          kind: 'Command',
          request: { id: 'dtmi:town:Pump:_contents:__start:_request;2', name: 'after', nullable: false, schema: { type: 'duration' } },
        },
        {
          kind: 'Relationship',
          maxMultiplicity: 2,
          writable: true,
          properties: [{ id: 'dtmi:town:Pump:_contents:__feeds:_properties:__since;2', schema: { type: 'date' } }],
        },
      ],
    })
    expect(model?.contents[3]).not.toHaveProperty('target')
  })

  test('knows the schemas of geometry, maps, units and scaled decimals', () => {
    const [model] = modelsOf(
      iface('dtmi:a', {
        ...dtdl(4, 'dtmi:dtdl:extension:quantitativeTypes;2'),
        contents: [
          property('where', 'polygon'),
          property('price', 'scaledDecimal'),
          property('unit', 'TorqueUnit'),
          property('tags', { '@type': 'Map', mapKey: { name: 'tag', schema: 'string' }, mapValue: { name: 'is', schema: 'boolean' } }),
        ],
      }),
    )
    expect(model?.contents).toMatchObject([
      { schema: { kind: 'geospatial', type: 'polygon' } },
      { schema: { kind: 'scaledDecimal' } },
      { schema: { kind: 'enum', valueType: 'string', values: [{ name: 'newtonMetre', value: 'newtonMetre' }] } },
      {
        id: 'dtmi:a:_contents:__tags',
        schema: { kind: 'map', id: 'dtmi:a:_contents:__tags:_schema', keyName: 'tag', valueName: 'is', value: { type: 'boolean' } },
      },
    ])
  })

  test('tells which fields and properties are required', () => {
    const fields = [
      { '@type': ['Field', 'Required'], name: 'must', schema: 'double' },
      { name: 'may', schema: 'double' },
    ]
    const [model] = modelsOf(
      iface('dtmi:a;1', {
        ...dtdl(4, 'dtmi:dtdl:extension:requirement;2'),
        contents: [property('shape', { '@type': 'Object', fields }), property('mass', 'double', { '@type': ['Property', 'Required'] })],
      }),
    )
    expect(model?.contents).toMatchObject([
      {
        required: false,
        schema: {
          fields: [
            { name: 'must', required: true },
            { name: 'may', required: false },
          ],
        },
      },
      { required: true },
    ])
  })

  test('names the types that extensions give to it', () => {
    const [model] = modelsOf(
      iface('dtmi:a;1', {
        ...dtdl(3, 'dtmi:dtdl:extension:mqtt;1'),
        '@type': ['Interface', 'Mqtt'],
        payloadFormat: 'Json/ecma/404',
        telemetryTopic: 'town/{modelId}/telemetry',
      }),
    )
    expect(model?.adjuncts).toEqual(['Mqtt'])
  })

  test('written inside another one has a document of its own, in the context that was in force', () => {
    const motor = {
      '@id': 'dtmi:Motor;1',
      '@type': 'Interface',
      contents: property('heat', 'double', { '@type': ['Property', 'Temperature'], unit: 'kelvin' }),
    }
    const context = ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1']
    const models = modelsOf(iface('dtmi:Pump;1', { '@context': context, contents: { '@type': 'Component', name: 'motor', schema: motor } }))
    expect(models.map(({ document }) => document)).toEqual([
      { '@context': context, ...motor },
      iface('dtmi:Pump;1', { '@context': context, contents: { '@type': 'Component', name: 'motor', schema: 'dtmi:Motor;1' } }),
    ])
    expect(modelsOf(...models.map(({ document }) => document))).toEqual(models)
  })
})

describe('Published models', () => {
  const published = new Map<string, InterfaceModel>(
    modelsOf(
      iface('dtmi:Asset;1', { contents: property('name', 'string') }),
      iface('dtmi:Machine;1', { extends: 'dtmi:Asset;1' }),
      iface('dtmi:Gone;1', { contents: { '@type': 'Component', name: 'part', schema: 'dtmi:Asset;1' } }),
    ).map((model) => [model.id, model]),
  )
  const problems = (...documents: readonly unknown[]): readonly string[] => {
    const parsed = parse(documents, { known: (id) => published.get(id) })
    return parsed.ok ? [] : parsed.problems.map(({ message }) => message)
  }

  test('can be extended, used as components and named as targets', () => {
    const parsed = parse(
      [
        iface('dtmi:Pump;1', {
          extends: 'dtmi:Machine;1',
          contents: [
            { '@type': 'Component', name: 'asset', schema: 'dtmi:Asset;1' },
            { '@type': 'Relationship', name: 'feeds', target: 'dtmi:Machine;1' },
            { '@type': 'Relationship', name: 'drains', target: 'dtmi:Sea;1' },
          ],
        }),
      ],
      { known: (id) => published.get(id) },
    )
    expect(parsed).toMatchObject({ ok: true, models: [{ id: 'dtmi:Pump;1' }], unresolved: ['dtmi:Sea;1'] })
  })

  test('count in the rules: names they have are taken, their components are components', () => {
    expect(problems(iface('dtmi:Pump;1', { extends: 'dtmi:Machine;1', contents: property('name', 'string') }))).toEqual([
      expect.stringContaining('inherits "name" from dtmi:Asset;1'),
    ])
    expect(problems(iface('dtmi:Pump;1', { contents: { '@type': 'Component', name: 'c', schema: 'dtmi:Gone;1' } }))).toEqual([
      expect.stringContaining('contains Component'),
    ])
  })

  test('may be sent again; the documents that are sent are what counts', () => {
    expect(
      problems(
        iface('dtmi:Asset;1', { contents: property('title', 'string') }),
        iface('dtmi:Pump;1', { extends: 'dtmi:Asset;1', contents: property('name', 'string') }),
      ),
    ).toEqual([])
  })
})
