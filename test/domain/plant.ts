/** A small ontology that has every kind of value a filter can meet, and a plain model of its graphs in memory. */
export const plantModels = [
  model('Zone', [], [property('name', 'string'), property('rank', 'integer')]),
  model('Asset', [], [
    property('name', 'string'), property('weight', 'double'), property('serial', 'long'), property('active', 'boolean'), property('installed', 'dateTime'),
    property('tags', { '@type': 'Array', elementSchema: 'string' }),
    property('labels', { '@type': 'Map', mapKey: { name: 'key', schema: 'string' }, mapValue: { name: 'value', schema: 'string' } }),
    property('status', { '@type': 'Enum', valueSchema: 'string', enumValues: ['OK', 'DOWN', 'true'].map((name) => ({ name, enumValue: name.toLowerCase() })) }),
    { '@type': 'Relationship', name: 'partOf', target: 'dtmi:plant:Zone;1', properties: [property('share', 'double')] },
    { '@type': 'Relationship', name: 'feeds', target: 'dtmi:plant:Asset;1', properties: [property('share', 'double')] },
  ]),
  model('Motor', [], [property('power', 'double')]),
  model('Pump', ['Asset'], [property('ratedFlow', 'double'), { '@type': 'Component', name: 'motor', schema: 'dtmi:plant:Motor;1' }]),
  model('Valve', ['Asset'], [property('opening', 'integer'), { '@type': 'Relationship', name: 'guards', target: 'dtmi:plant:Pump;1' }]),
]

function model(name: string, parents: readonly string[], contents: readonly unknown[]): Record<string, unknown> {
  return { '@context': 'dtmi:dtdl:context;3', '@id': `dtmi:plant:${name};1`, '@type': 'Interface', extends: parents.map((parent) => `dtmi:plant:${parent};1`), contents }
}

function property(name: string, schema: unknown): Record<string, unknown> {
  return { '@type': 'Property', name, schema }
}

export type Kind = 'Zone' | 'Asset' | 'Pump' | 'Valve'

export interface PlantTwin {
  readonly id: string
  readonly kind: Kind
  readonly values: Readonly<Record<string, unknown>>
  readonly motor?: Readonly<Record<string, unknown>>
}

export interface PlantLink {
  readonly id: string
  readonly name: 'partOf' | 'feeds' | 'guards'
  readonly from: string
  readonly to: string
  readonly share: number | null
}

export interface Plant {
  readonly twins: readonly PlantTwin[]
  readonly links: readonly PlantLink[]
}

/** Is a twin of the kind also of the type? */
export const isOf = (kind: Kind, type: Kind): boolean => kind === type || (type === 'Asset' && kind !== 'Zone')
