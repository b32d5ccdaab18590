import type { BindRequest } from '../engine.ts'
import type { NetworkRelationship } from '../network.ts'
import { nameElements } from './element-names.ts'
import type { Findings } from '../findings.ts'
import type { HydraulicNetwork, LinkSpec } from './input.ts'
import type { Mapping } from './mapping.ts'
import { createPatternPlacer, type PlacePattern } from './place-pattern.ts'
import { toControls } from './twins-controls.ts'
import { type Pipe, type Points, type Pump, toHeadCurve, toPipe, toPump, toValve, type Valve } from './twins-links.ts'
import { toDemand, toPattern, toReservoir, toTank } from './twins-nodes.ts'
import { createTwinReader, type TwinReader } from './twin-reader.ts'
import { isNodeRole } from './vocabulary.ts'

export interface TwinsNetwork {
  readonly network: HydraulicNetwork
  /** The twins that became elements, by id. */
  readonly readers: ReadonlyMap<string, TwinReader>
  /** Twin → name in EPANET. */
  readonly names: ReadonlyMap<string, string>
  /** Links that nothing but a client's event opens. */
  readonly held: readonly string[]
}

/** The network that the twins make: nodes, and links from the node that feeds them to the node they feed. */
export function networkOfTwins({ network: { twins, relationships }, contentOf, window }: Pick<BindRequest, 'network' | 'contentOf' | 'window'>, mapping: Mapping, findings: Findings): TwinsNetwork {
  const readers = new Map<string, TwinReader>()
  for (const twin of twins) {
    const role = mapping.roleOf(twin.model)
    if (role) readers.set(twin.id, createTwinReader(twin, role, { mapping, findings, contentOf }))
    else findings.ignored(twin.id, twin.model, 'EPANET knows no such thing. If it does, name its role in parameters.mapping.')
  }
  const names = nameElements([...readers.keys()])
  for (const [id, { role }] of readers) findings.mapped(id, role, nameOf(names, id))
  const ends = endsOf({ relationships, mapping, findings, readers, names })
  const nodes = [...readers.values()].filter(({ role }) => isNodeRole(role))
  const shutNodes = new Set(nodes.filter((reader) => reader.status() !== 'OPEN').map(({ twin }) => nameOf(names, twin.id)))
  const [build, place] = [createParts(), createPatternPlacer(window)]
  for (const reader of nodes) addNode(build, reader, nameOf(names, reader.twin.id), shutNodes, place)
  const held: string[] = []
  for (const [id, spec] of ends) {
    const reader = readers.get(id)
    if (!reader) continue
    const isAtShutNode = shutNodes.has(spec.node1) || shutNodes.has(spec.node2)
    if (isAtShutNode) findings.defaulted(id, mapping.nameOf(reader.role, 'status'), 'CLOSED', 'A node at its end is out of service.')
    if (reader.status() === 'SHUT' || isAtShutNode) held.push(id)
    addLink(build, reader, spec, reader.status() !== 'OPEN' || isAtShutNode)
  }
  const parts = build.parts()
  return { network: { ...parts, controls: toControls({ relationships, mapping, findings, readers, names, links: parts }) }, readers, names, held }
}

const nameOf = (names: ReadonlyMap<string, string>, id: string): string => names.get(id) ?? id

interface Ground {
  readonly relationships: readonly NetworkRelationship[]
  readonly mapping: Mapping
  readonly findings: Findings
  readonly readers: ReadonlyMap<string, TwinReader>
  readonly names: ReadonlyMap<string, string>
}

/** Every link with its two nodes; those that have not exactly two are refused. */
function endsOf({ relationships, mapping, findings, readers, names }: Ground): ReadonlyMap<string, LinkSpec> {
  const before = new Map<string, string[]>()
  const after = new Map<string, string[]>()
  const isNode = (id: string): boolean => isNodeRole(readers.get(id)?.role ?? 'pipe')
  for (const { name, id, from, to } of relationships) {
    if (name !== mapping.feeds) {
      if (name !== mapping.switchedBy) findings.ignored(from, `${name} (${id})`, `It is neither ${mapping.feeds} nor ${mapping.switchedBy}.`)
    } else if (!readers.has(from) || !readers.has(to)) findings.ignored(from, `${name} ${to} (${id})`, 'One of the two is nothing to EPANET.')
    else if (isNode(from) === isNode(to)) findings.refuse('BAD_NETWORK', ['of'], `${from} ${name} ${to}, but ${isNode(from) ? 'both are nodes: put a pipe, pump or valve between them' : 'neither is a node: put a junction between them'}.`, { twin: from, property: name })
    else if (isNode(from)) push(before, to, from)
    else push(after, from, to)
  }
  const ends = new Map<string, LinkSpec>()
  for (const [id, { role }] of readers) {
    if (isNodeRole(role)) continue
    const [sources, targets] = [before.get(id) ?? [], after.get(id) ?? []]
    const [node1, node2] = [sources[0], targets[0]]
    const refuse = (what: string): void => { findings.refuse('BAD_NETWORK', ['of'], `The ${role} ${id} ${what} A link joins the one node that feeds it (${mapping.feeds}) and the one that it feeds.`, { twin: id, property: mapping.feeds }) }
    if (sources.length > 1) refuse(`is fed by ${sources.length} nodes: ${sources.slice(0, 5).join(', ')}.`)
    if (targets.length > 1) refuse(`feeds ${targets.length} nodes: ${targets.slice(0, 5).join(', ')}.`)
    if (node1 === undefined) refuse('is fed by no node.')
    if (node2 === undefined) refuse('feeds no node.')
    if (node1 !== undefined && node1 === node2) refuse(`begins and ends at ${node1}.`)
    if (node1 !== undefined && node2 !== undefined) ends.set(id, { id: nameOf(names, id), node1: nameOf(names, node1), node2: nameOf(names, node2) })
  }
  return ends
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

type Parts = Omit<HydraulicNetwork, 'controls'>
type Mutable = { -readonly [Name in keyof Parts]: Parts[Name][number][] }

function createParts() {
  const parts: Mutable = { junctions: [], reservoirs: [], tanks: [], pipes: [], pumps: [], valves: [], patterns: [], curves: [] }
  const shared = (kind: 'p' | 'c') => {
    const known = new Map<string, string>()
    return (content: unknown, make: (id: string) => void): string => {
      const key = JSON.stringify(content)
      const id = known.get(key) ?? `_${kind}${known.size + 1}`
      if (!known.has(key)) make(id)
      known.set(key, id)
      return id
    }
  }
  const [patterns, curves] = [shared('p'), shared('c')]
  return {
    ...parts,
    /** Equal patterns and curves are one. */
    pattern: (values: readonly number[]): string => patterns(values, (id) => parts.patterns.push({ id, values })),
    curve: (points: Points): string => curves(points, (id) => parts.curves.push({ id, points })),
    parts: (): Parts => parts,
  }
}

type Builder = Omit<ReturnType<typeof createParts>, 'pipes' | 'pumps' | 'valves'> & { readonly pipes: Pipe[]; readonly pumps: Pump[]; readonly valves: Valve[] }

function addNode(build: Builder, reader: TwinReader, id: string, shut: ReadonlySet<string>, place: PlacePattern): void {
  if (reader.role === 'reservoir') return void build.reservoirs.push(toReservoir(reader, id))
  if (reader.role === 'tank') return void build.tanks.push(toTank(reader, id))
  const values = toPattern(reader, place)
  build.junctions.push({ id, elevation: reader.number('elevation', { min: -12_000, max: 12_000 }), demand: shut.has(id) ? 0 : toDemand(reader), pattern: values ? build.pattern(values) : null })
}

function addLink(build: Builder, reader: TwinReader, ends: LinkSpec, isShut: boolean): void {
  if (reader.role === 'pipe') return void build.pipes.push(toPipe(reader, ends, isShut))
  if (reader.role === 'valve') return void build.valves.push(toValve(reader, ends, isShut))
  const points = toHeadCurve(reader)
  if (points) build.pumps.push(toPump(reader, ends, build.curve(points), isShut))
}
