/** The bench's models: a campus, from its sites down to what its devices measure. Eleven properties each, and labels of up to five types. */
const property = (name: string, schema: string) => ({ '@type': 'Property', name, schema })
const relationship = (name: string, target: string) => ({ '@type': 'Relationship', name, target: `dtmi:campus:${target};1` })
const model = (name: string, parent: string | undefined, contents: readonly unknown[]) => ({
  '@context': 'dtmi:dtdl:context;3', '@id': `dtmi:campus:${name};1`, '@type': 'Interface', ...(parent && { extends: `dtmi:campus:${parent};1` }), contents,
})

export const campusModels = [
  model('Thing', undefined, [
    property('name', 'string'), property('status', 'string'), property('vendor', 'string'), property('firmware', 'string'), property('note', 'string'), property('serial', 'integer'),
    property('weight', 'double'), property('setpoint', 'double'), property('low', 'double'), property('high', 'double'), property('enabled', 'boolean'),
  ]),
  model('Space', 'Thing', []),
  model('Site', 'Space', [relationship('contains', 'Building')]),
  model('Building', 'Space', [relationship('contains', 'Floor')]),
  model('Floor', 'Space', [relationship('contains', 'Room')]),
  model('Room', 'Space', [relationship('hosts', 'Device')]),
  model('Drive', undefined, [property('power', 'double'), property('mode', 'string')]),
  model('Device', 'Thing', [relationship('hasPoint', 'Sensor'), relationship('feeds', 'Device'), { '@type': 'Component', name: 'drive', schema: 'dtmi:campus:Drive;1' }]),
  model('Point', 'Thing', []),
  model('Sensor', 'Point', [relationship('monitors', 'Room')]),
]

/** How many there are of each type, and what a type's twins are called: `room-17`. */
export const kinds = {
  Site: { count: 4, prefix: 'site-', types: ['Thing', 'Space', 'Site'] },
  Building: { count: 40, prefix: 'building-', types: ['Thing', 'Space', 'Building'] },
  Floor: { count: 400, prefix: 'floor-', types: ['Thing', 'Space', 'Floor'] },
  Room: { count: 4_000, prefix: 'room-', types: ['Thing', 'Space', 'Room'] },
  Device: { count: 16_000, prefix: 'device-', types: ['Thing', 'Device'] },
  Sensor: { count: 80_000, prefix: 'sensor-', types: ['Thing', 'Point', 'Sensor'] },
} as const
export type Kind = keyof typeof kinds

/** A name leads from one kind to another; the twin at the end of the n-th is the n-th modulo its kind's count, its source as told, in the terms of `i`. */
export const links: readonly { readonly name: string; readonly from: Kind; readonly to: Kind; readonly source: string; readonly target: string; readonly count: number }[] = [
  { name: 'contains', from: 'Site', to: 'Building', source: 'i / 10', target: 'i', count: 40 },
  { name: 'contains', from: 'Building', to: 'Floor', source: 'i / 10', target: 'i', count: 400 },
  { name: 'contains', from: 'Floor', to: 'Room', source: 'i / 10', target: 'i', count: 4_000 },
  { name: 'hosts', from: 'Room', to: 'Device', source: 'i / 4', target: 'i', count: 16_000 },
  { name: 'hasPoint', from: 'Device', to: 'Sensor', source: 'i / 5', target: 'i', count: 80_000 },
  { name: 'monitors', from: 'Sensor', to: 'Room', source: 'i', target: '(i * 7919) % 4000', count: 80_000 },
  { name: 'feeds', from: 'Device', to: 'Device', source: 'i / 4', target: '(i * 7919 + 13) % 16000', count: 64_000 },
]
