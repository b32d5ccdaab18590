import { junctions, links, site, tanks, twinOf } from './instruments.ts'

const telemetry = (name: string, type: string, unit: string): object => ({ '@type': ['Telemetry', type], name, schema: 'double', unit })
const element = (name: string, contents: readonly object[]): object => ({ '@context': ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1'], '@id': `dtmi:com:ctown:${name};1`, '@type': 'Interface', extends: 'dtmi:com:ctown:Element;1', contents })

const level = telemetry('level', 'Length', 'metre')
const pressure = telemetry('pressure', 'Length', 'metre')
const flow = telemetry('flow', 'VolumeFlowRate', 'litrePerSecond')
const inflow = telemetry('inflow', 'VolumeFlowRate', 'litrePerSecond')
const state = { '@type': 'Telemetry', name: 'state', schema: 'double', comment: '1: open or running, 0: shut.' }

/** What is instrumented. Where the water flows in between, the network's file says. */
export const documents: readonly object[] = [
  { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:com:ctown:Element;1', '@type': 'Interface', contents: [] },
  { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:com:ctown:WaterSite;1', '@type': 'Interface', contents: [{ '@type': 'Relationship', name: 'hasElement', target: 'dtmi:com:ctown:Element;1' }] },
  element('Tank', [level, inflow]),
  element('Pump', [flow, state]),
  element('Valve', [flow, state]),
  element('Junction', [pressure]),
]

export const twins: readonly { readonly id: string; readonly model: string }[] = [
  { id: site, model: 'dtmi:com:ctown:WaterSite;1' },
  ...tanks.map((id) => ({ id: twinOf(id), model: 'dtmi:com:ctown:Tank;1' })),
  ...links.map((id) => ({ id: twinOf(id), model: `dtmi:com:ctown:${id === 'V2' ? 'Valve' : 'Pump'};1` })),
  ...junctions.map((id) => ({ id: twinOf(id), model: 'dtmi:com:ctown:Junction;1' })),
]

export const relationships = twins.slice(1).map(({ id }) => ({ from: site, name: 'hasElement', to: id }))

/** The twins' elements in the network's file. */
export const names: Readonly<Record<string, string>> = Object.fromEntries([
  ...[...tanks, ...junctions].map((id): [string, string] => [twinOf(id), `node:${id}`]), ...links.map((id): [string, string] => [twinOf(id), `link:${id}`]),
])
