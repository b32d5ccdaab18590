import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { parseInp } from '../../src/simulation/epanet/inp/parse-inp.ts'

const folder = new URL('../../../shared/data/water/', import.meta.url)
export const hasWaterData = existsSync(folder)

/** An input file of third parties, with the twins that are named after its elements. */
export interface WaterNetwork {
  readonly name: string
  readonly file: Uint8Array
  readonly sha256: string
  readonly nodes: readonly string[]
  readonly links: readonly string[]
}

export function readNetwork(name: string, path: string): WaterNetwork {
  const file = readFileSync(new URL(path, folder))
  const { nodes, links } = parseInp(new TextDecoder().decode(file))
  return { name, file, sha256: createHash('sha256').update(file).digest('hex'), nodes: nodes.map(({ id }) => id), links: links.map(({ id }) => id) }
}

export const waterFile = (path: string): Buffer => readFileSync(new URL(path, folder))

export const nodeTwin = (network: string, id: string): string => `${network}-n-${id}`
export const linkTwin = (network: string, id: string): string => `${network}-l-${id}`

/** Every element has every telemetry that EPANET computes for its kind. */
export const benchModels = [
  { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:bench:WaterNetwork;1', '@type': 'Interface', contents: [{ '@type': 'Relationship', name: 'hasElement' }] },
  { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:bench:WaterNode;1', '@type': 'Interface', contents: ['pressure', 'demand', 'level'].map((name) => ({ '@type': 'Telemetry', name, schema: 'double' })) },
  { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:bench:WaterLink;1', '@type': 'Interface', contents: ['flow', 'status'].map((name) => ({ '@type': 'Telemetry', name, schema: 'double' })) },
]

/** The twins of a network and what names them in the file. `sensors`: of some elements only. */
export function namesOf({ name, nodes, links }: WaterNetwork): Readonly<Record<string, string>> {
  return Object.fromEntries([...nodes.map((id) => [nodeTwin(name, id), `node:${id}`]), ...links.map((id) => [linkTwin(name, id), `link:${id}`])]) as Readonly<Record<string, string>>
}
