import type { BindRequest } from '../engine.ts'
import type { Findings } from '../findings.ts'
import type { HydraulicNetwork, LinkSpec } from './input.ts'
import type { Mapping } from './mapping.ts'
import type { BoundModel, ModelElement } from './model.ts'
import { type TwinsNetwork, networkOfTwins } from './twins-network.ts'
import { usualUnits } from './units.ts'
import type { RoleName } from './vocabulary.ts'

export function modelOfTwins(request: Pick<BindRequest, 'network' | 'contentOf' | 'window'>, mapping: Mapping, findings: Findings): BoundModel {
  const made = networkOfTwins(request, mapping, findings)
  checkWhole(made, findings)
  const elements = elementsOf(made)
  const byTwin = new Map(elements.map(({ twin }, index) => [twin, index]))
  return { model: { kind: 'TWINS', network: made.network }, units: usualUnits, elements, leakExponent: 0.5, demandModel: 'DDA', byTwin, held: made.held.flatMap((twin) => byTwin.get(twin) ?? []) }
}

/** What EPANET would refuse (its errors 223, 224 and 233), said of the twins. */
function checkWhole({ network: { junctions, reservoirs, tanks, pipes, pumps, valves }, readers, names }: TwinsNetwork, findings: Findings): void {
  const refuse = (what: string, twin?: string): void => { findings.refuse('BAD_NETWORK', ['of'], what, twin === undefined ? {} : { twin }) }
  if (junctions.length === 0) refuse('There is no junction among the twins. Name one twin of the network in `of`, and the relationships that lead to the others in `over`.')
  else if (reservoirs.length + tanks.length === 0) refuse('There is no source of water among the twins: neither a reservoir nor a tank.')
  if (findings.issues.length > 0) return // links that are wrong leave their nodes alone
  const joined = new Set([...pipes, ...pumps, ...valves].flatMap(({ node1, node2 }) => [node1, node2]))
  const alone = [...junctions, ...tanks, ...reservoirs].filter(({ id }) => !joined.has(id)).map(({ id }) => id)
  const twins = new Map([...names].map(([twin, id]) => [id, twin]))
  for (const id of alone) refuse(`No link begins or ends at the ${readers.get(twins.get(id) ?? '')?.role ?? 'node'} ${twins.get(id)}.`, twins.get(id) ?? id)
}

function elementsOf({ network, names }: TwinsNetwork): readonly ModelElement[] {
  const twins = new Map([...names].map(([twin, id]) => [id, twin]))
  const nodes = [
    ...network.junctions.map(({ id, elevation, demand }) => node(id, 'junction', { elevation, baseDemand: demand })),
    ...network.reservoirs.map(({ id, head }) => node(id, 'reservoir', { head })),
    ...network.tanks.map(({ id, elevation, initialLevel, minLevel, maxLevel, diameter }) => node(id, 'tank', { elevation, initialLevel, minLevel, maxLevel, diameter })),
  ]
  const places = new Map(nodes.map(({ id }, index) => [id, index]))
  return [
    ...nodes,
    ...network.pipes.map((pipe) => link(pipe, 'pipe', { length: pipe.length, diameter: pipe.diameter, roughness: pipe.roughness, minorLoss: pipe.minorLoss }, pipe)),
    ...network.pumps.map((pump) => link(pump, 'pump', { speed: pump.speed })),
    ...network.valves.map((valve) => link(valve, 'valve', { diameter: valve.diameter, setting: valve.setting, minorLoss: valve.minorLoss }, valve)),
  ]

  function node(id: string, role: RoleName, values: Readonly<Record<string, number>>): ModelElement {
    return { kind: 'node', id, twin: twins.get(id) ?? '', role, values: new Map(Object.entries(values)), ends: [], hasCheckValve: false, function: undefined }
  }

  function link({ id, node1, node2 }: LinkSpec, role: RoleName, values: Readonly<Record<string, number>>, more: Partial<Pick<HydraulicNetwork['pipes'][number], 'hasCheckValve'> & Pick<HydraulicNetwork['valves'][number], 'function'>> = {}): ModelElement {
    const ends = [node1, node2].flatMap((end) => places.get(end) ?? [])
    return { kind: 'link', id, twin: twins.get(id) ?? '', role, values: new Map(Object.entries(values)), ends, hasCheckValve: more.hasCheckValve ?? false, function: more.function }
  }
}
