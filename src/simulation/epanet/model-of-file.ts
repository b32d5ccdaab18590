import type { BindRequest } from '../engine.ts'
import type { Findings } from '../findings.ts'
import { hint } from './hint.ts'
import { decodeInp } from './inp/decode-inp.ts'
import { parseInp, type ParsedInp } from './inp/parse-inp.ts'
import type { Mapping } from './mapping.ts'
import type { BoundModel, ModelElement } from './model.ts'
import { modelUnits } from './units.ts'
import { isNodeRole } from './vocabulary.ts'

type Request = Pick<BindRequest, 'network' | 'artifacts'>

/** The elements of an EPANET input file, named after twins. Undefined where there is no such file. */
export function modelOfFile({ network, artifacts }: Request, sha256: string, names: ReadonlyMap<string, string>, mapping: Mapping, findings: Findings): BoundModel | undefined {
  const bytes = artifacts.get(sha256)
  if (!bytes) return void findings.refuse('UNKNOWN_ARTIFACT', ['parameters', 'model'], `There is no artifact ${sha256}. Upload it first.`)
  const file = parseInp(decodeInp(bytes))
  const { flowUnits, pressureUnits, emitterExponent, demandModel } = file.options
  const units = modelUnits(flowUnits, pressureUnits)
  const problems = [...file.problems, ...(units ? [] : [`It has the flow units ${flowUnits.slice(0, 20)}, which EPANET has not.`])]
  for (const problem of problems) findings.refuse('BAD_ARTIFACT', ['parameters', 'model'], `The artifact ${sha256.slice(0, 12)}… cannot be used. ${problem}`)
  if (problems.length > 0 || !units) return undefined
  const byTwin = nameTwins({ network, names, mapping, findings, places: placesOf(file) })
  const twins = new Map([...byTwin].map(([twin, index]) => [index, twin]))
  const elements = elementsOf(file).map((element, index) => ({ ...element, twin: twins.get(index) ?? '' }))
  for (const [twin, index] of byTwin) findings.mapped(twin, elements[index]?.role ?? '', elements[index]?.id ?? '')
  return { model: { kind: 'FILE', sha256 }, units, elements, leakExponent: emitterExponent, demandModel, byTwin, held: [] }
}

/** A node and a link may have the same name. */
interface Places {
  readonly node: ReadonlyMap<string, number>
  readonly link: ReadonlyMap<string, number>
}

function placesOf({ nodes, links }: ParsedInp): Places {
  return { node: new Map(nodes.map(({ id }, index) => [id, index])), link: new Map(links.map(({ id }, index) => [id, nodes.length + index])) }
}

function elementsOf({ nodes, links }: ParsedInp): readonly ModelElement[] {
  const places = new Map(nodes.map(({ id }, index) => [id, index]))
  return [
    ...nodes.map(({ id, role, values }): ModelElement => ({ kind: 'node', id, twin: '', role, values, ends: [], hasCheckValve: false, function: undefined })),
    ...links.map(({ id, role, values, node1, node2, hasCheckValve, function: kind }): ModelElement =>
      ({ kind: 'link', id, twin: '', role, values, ends: [node1, node2].flatMap((end) => places.get(end) ?? []), hasCheckValve, function: kind })),
  ]
}

interface Naming {
  readonly network: Request['network']
  readonly names: ReadonlyMap<string, string>
  readonly mapping: Mapping
  readonly findings: Findings
  readonly places: Places
}

function nameTwins({ network, names, mapping, findings, places }: Naming): ReadonlyMap<string, number> {
  const byTwin = new Map<string, number>()
  const taken = new Map<number, string>()
  const known = new Set(network.twins.map(({ id }) => id))
  for (const twin of names.keys()) {
    if (!known.has(twin)) findings.refuse('UNKNOWN_TWIN', ['parameters', 'names', twin], `No twin ${twin} is in the network: it is not among \`of\`, nor joined to them over \`over\`.${hint(findings, twin, known)}`, { twin })
  }
  for (const { id, model } of network.twins) {
    const found = placeOf(names.get(id) ?? id, mapping.roleOf(model), places)
    const refuse = (what: string): void => { findings.refuse('BAD_NETWORK', ['parameters', 'names', id], what, { twin: id }) }
    if (found === 'both') refuse(`${names.get(id) ?? id} is a node and a link of the file. Say which one ${id} is: "node:${names.get(id) ?? id}" or "link:${names.get(id) ?? id}".`)
    else if (found !== undefined) {
      const other = taken.get(found)
      if (other !== undefined) refuse(`${other} and ${id} are both ${names.get(id) ?? id} of the file. An element is one twin.`)
      taken.set(found, id)
      byTwin.set(id, found)
    } else if (names.has(id)) refuse(`The file has no element ${names.get(id)}.${hint(findings, names.get(id) ?? '', [...places.node.keys(), ...places.link.keys()])}`)
    else findings.ignored(id, model, 'The file has no element of that name. Name its element in parameters.names if it has one.')
  }
  return byTwin
}

function placeOf(name: string, role: ReturnType<Mapping['roleOf']>, { node, link }: Places): number | 'both' | undefined {
  if (name.startsWith('node:')) return node.get(name.slice(5))
  if (name.startsWith('link:')) return link.get(name.slice(5))
  const [asNode, asLink] = [node.get(name), link.get(name)]
  if (asNode === undefined || asLink === undefined) return asNode ?? asLink
  return role === undefined ? 'both' : isNodeRole(role) ? asNode : asLink
}
