import { existsSync, readFileSync } from 'node:fs'
import { decodeInp } from '../../../src/simulation/epanet/inp/decode-inp.ts'
import { parseInp } from '../../../src/simulation/epanet/inp/parse-inp.ts'
import type { BindRequest, ContentFacts } from '../../../src/simulation/engine.ts'
import { sha256 } from './runs.ts'

const folder = new URL('../../../../shared/data/water/', import.meta.url)
export const hasWaterData = existsSync(folder)
/** Test data of others, where it is: `epanet/Net1.inp`. */
export const waterData = (path: string): Buffer => readFileSync(new URL(path, folder))

/** Twins named after every node and link of a file; each has all telemetry that it could have. */
export function fileRequest(file: Uint8Array, parameters: BindRequest['parameters'] = {}, units: Readonly<Record<string, string>> = {}): Pick<BindRequest, 'network' | 'parameters' | 'artifacts' | 'contentOf'> {
  const { nodes, links } = parseInp(decodeInp(file))
  const names = Object.fromEntries([...nodes.map(({ id }) => [`n-${id}`, `node:${id}`]), ...links.map(({ id }) => [`l-${id}`, `link:${id}`])]) as Record<string, string>
  return {
    network: { twins: Object.keys(names).sort().map((id) => ({ id, model: 'dtmi:test:Thing;1', properties: {} })), relationships: [] },
    parameters: { model: sha256(file), names, ...parameters },
    artifacts: new Map([[sha256(file), file]]),
    contentOf: (_twin, name): ContentFacts => ({ content: 'Telemetry', kind: 'float', unit: units[name] }),
  }
}
