import type { BindRequest, ContentFacts, RunWindow } from '../../../src/simulation/engine.ts'
import type { Network } from '../../../src/simulation/network.ts'
import type { Json } from '../../../src/util/json.ts'
import { hours } from './runs.ts'

type Properties = Readonly<Record<string, Json>>

const twin = (id: string, model: string, properties: Properties): Network['twins'][number] => ({ id, model: `dtmi:test:${model};1`, properties })
const feeds = (...ids: readonly string[]): Network['relationships'] => ids.slice(1).map((to, at) => ({ id: `${ids[at]}-${to}`, name: 'feeds', from: ids[at] ?? '', to, properties: {} }))

/** A reservoir `r`, the pipe `p1`, a junction `j`, the pipe `p2`, and a tank `t` that stands higher; with other properties where some are given. */
export function smallNetwork(given: Readonly<Record<string, Properties>> = {}): Network {
  return {
    twins: [
      twin('j', 'Junction', { elevation: 10, baseDemand: 5, ...given['j'] }), twin('p1', 'Pipe', { length: 100, diameter: 200, roughness: 100, ...given['p1'] }),
      twin('p2', 'Pipe', { length: 100, diameter: 200, roughness: 100, ...given['p2'] }), twin('r', 'Reservoir', { head: 50 }),
      twin('t', 'Tank', { elevation: 60, diameter: 10, minLevel: 0, maxLevel: 10, initialLevel: 5, ...given['t'] }),
    ],
    relationships: feeds('r', 'p1', 'j', 'p2', 't'),
  }
}

/** The small network, whose twins have all telemetry that they could have. */
export const smallRequest = (given: Readonly<Record<string, Properties>> = {}, parameters: BindRequest['parameters'] = {}, window: RunWindow = hours(1, 1), facts: Readonly<Record<string, Partial<ContentFacts>>> = {}) => {
  const network = smallNetwork(given)
  const properties = new Map(network.twins.map((one) => [one.id, one.properties]))
  return {
    network, parameters, window,
    contentOf: (id: string, name: string): ContentFacts => ({ content: Object.hasOwn(properties.get(id) ?? {}, name) ? 'Property' : 'Telemetry', kind: 'float', unit: undefined, ...facts[name] }),
  }
}
