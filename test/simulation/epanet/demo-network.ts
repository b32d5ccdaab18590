import { models, twins } from '../../../examples/water-town/town.ts'
import type { BindRequest, ContentFacts } from '../../../src/simulation/engine.ts'
import type { Network } from '../../../src/simulation/network.ts'
import type { Json } from '../../../src/util/json.ts'

/** The demo town as a network reader shows it: only what `feeds` and `switchedBy` join. */
export function demoNetwork(change: (twin: ReturnType<typeof twins>[number]) => ReturnType<typeof twins>[number] | undefined = (twin) => twin): Network {
  const chosen = twins().filter(({ model }) => !/District|Sensor/.test(model)).flatMap((twin) => change(twin) ?? [])
  const known = new Set(chosen.map(({ id }) => id))
  return {
    twins: chosen.map(({ id, model, properties, components }) => ({ id, model, properties: { ...properties, ...components } as Record<string, Json> })).sort((one, other) => (one.id < other.id ? -1 : 1)),
    relationships: chosen.flatMap(({ id, relationships }) => relationships.filter(({ name, to }) => ['feeds', 'switchedBy'].includes(name) && known.has(to))
      .map(({ name, to, properties = {} }) => ({ id: `${id}-${name}-${to}`, name, from: id, to, properties: properties as Record<string, Json> }))),
  }
}

interface Content { readonly '@type': string | readonly string[]; readonly name: string; readonly unit?: string; readonly schema?: unknown }
interface Interface { readonly '@id': string; readonly extends?: string; readonly contents: readonly Content[] }

/** What the town's models say, read as plainly as can be. */
export function demoContent(network: Network): BindRequest['contentOf'] {
  const interfaces = new Map((models() as unknown as Interface[]).map((one) => [one['@id'], one]))
  const byTwin = new Map(network.twins.map(({ id, model }) => [id, model]))
  return (twin, name) => {
    for (let at = interfaces.get(byTwin.get(twin) ?? ''); at; at = interfaces.get(at.extends ?? '')) {
      const found = at.contents.find((content) => content.name === name && ['Property', 'Telemetry'].some((type) => content['@type'].includes(type)))
      if (found) return facts(found)
    }
    return undefined
  }
}

const facts = (content: Content): ContentFacts => ({ content: content['@type'].includes('Telemetry') ? 'Telemetry' : 'Property', kind: content.schema === 'double' ? 'float' : 'text', unit: content.unit })
