import { setImmediate } from 'node:timers/promises'
import type { Vantage } from '../../domain/vantage.ts'
import type { PropertyHistory } from '../../history/property-history.ts'
import type { Registry } from '../../model/registry.ts'
import { relationshipNames } from '../../model/relationship-names.ts'
import { createNetworkFacts } from '../../run/network-facts.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import { componentId } from '../../twin/state.ts'
import { nearest } from '../../util/nearest.ts'
import type { FeatureSpec, Knowledge } from '../feature.ts'
import { type BindProblems, createBindProblems } from './bind-problems.ts'
import { fillProperties, type PropertyPlace } from './bind-properties.ts'
import { type BoundSimulation, createSeriesBook, type SeriesBook } from './bind-series.ts'
import type { BoundFeature, BoundFeatures, FeatureProblem } from './bound-features.ts'
import { type FeatureContent, resolveContent, type Resolved } from './feature-content.ts'
import type { FeatureGraph, GraphMoment, GraphThing } from './feature-graph.ts'
import { type Reached, pathKey, walkPaths } from './walk-paths.ts'

export type { BoundSimulation } from './bind-series.ts'

export interface BindPorts {
  readonly graph: Pick<FeatureGraph, 'read'>
  readonly history: Pick<PropertyHistory, 'page' | 'values'>
  readonly registry: () => Registry
}

export interface BindRequest {
  readonly specs: readonly FeatureSpec[]
  readonly twins: readonly string[]
  readonly vantage: Vantage
  /** The instants that rows will be of; the end is not among them. */
  readonly window: { readonly from: Microseconds; readonly to: Microseconds }
  /** MEASURED: the earliest value of a property that is known holds before it was set too. RECEIVED where it is left out. */
  readonly knowledge?: Knowledge | undefined
  readonly simulation?: BoundSimulation | undefined
  readonly signal?: AbortSignal | undefined
}

export type BindResult =
  | {
    readonly ok: true
    readonly bound: BoundFeatures
    /** Ids of the twins that rows are made of: those asked of, and all whose values are read. */
    readonly reads: readonly string[]
    /** SHA-256 over the models in use, with all that they extend. */
    readonly models: string
    /** The place in the journal that the graph was read at, and its stamp, ms since 1970. */
    readonly cursor: number
    readonly at: number
  }
  | { readonly ok: false; readonly problems: readonly FeatureProblem[] }

/** Features of all twins together, and values that they are put together of; features that are bound in one go. */
const [mostFeatures, mostParts, featuresInTurn] = [2_000_000, 5_000_000, 2_000]

/** What the graph says. */
interface Ground {
  readonly things: ReadonlyMap<string, GraphThing>
  /** By their ids, of features that are properties of components. */
  readonly components: ReadonlyMap<string, GraphThing>
  readonly paths: ReadonlyMap<string, Reached>
}

type LookUp = (spec: number, model: string) => Resolved

/**
 * Binds features to twins: paths, models, units, and what properties were when; as of one moment, so that nothing is left to look up but readings. Everything that
 * is wrong is told, by feature and twin. Of the twins that a path reaches those count whose models have what the feature reads. Paths are those of the cursor it was bound
 * at, for every instant of the window: relationships that began or ended within it are followed as they are at the cursor.
 * Fails as the graph does, and with LIST_TOO_LONG where paths lead to too many.
 */
export async function bindFeatures({ graph, history, registry: current }: BindPorts, request: BindRequest): Promise<BindResult> {
  const { specs, vantage, window, knowledge = 'RECEIVED', simulation, signal } = request
  const [registry, twins, problems] = [current(), [...new Set(request.twins)], createBindProblems()]
  const failed = (): BindResult => ({ ok: false, problems: problems.all() })
  findUnknownPaths(specs, registry, problems)
  if (twins.length * specs.length > mostFeatures) problems.add('TOO_LARGE', {}, `${specs.length.toLocaleString('en')} features of ${twins.length.toLocaleString('en')} twins are more than ${mostFeatures.toLocaleString('en')} together. Ask of fewer twins at a time.`)
  if (problems.count > 0) return failed()
  const lookUp = createLookUp(specs, registry)
  const { value: ground, cursor, at: head } = await graph.read(vantage, (moment) => readGround(moment, specs, twins, lookUp), signal)
  const at = vantage.at ?? head
  const binder: Binder = { ground, lookUp, problems, series: createSeriesBook(simulation, problems), properties: [], parts: 0 }
  const bound = await bindTwins(binder, specs, twins, signal)
  if (problems.count > 0) return failed()
  const from = window.from - specs.reduce((longest, { lag }) => Math.max(longest, lag), 0)
  await fillProperties(binder.properties, { from, to: window.to, at, knowledge }, { history, registry, problems, signal })
  if (problems.count > 0) return failed()
  const network = { twins: [...ground.things.values()].map(({ id, model }) => ({ id, model, properties: {} })), relationships: [] }
  return { ok: true, bound: { specs, twins: bound, series: binder.series.all() }, reads: [...ground.things.keys()].sort(), models: createNetworkFacts(network, registry).models, cursor, at }
}

function findUnknownPaths(specs: readonly FeatureSpec[], registry: Registry, problems: BindProblems): void {
  const names = relationshipNames(registry)
  for (const spec of specs) {
    for (const { name } of spec.over) {
      const near = nearest(name, names)
      if (!names.has(name)) problems.add('UNKNOWN_RELATIONSHIP', { spec }, `no model has a relationship ${JSON.stringify(name.slice(0, 80))}.${near === undefined ? '' : ` Did you mean ${near}?`}`)
    }
  }
}

function createLookUp(specs: readonly FeatureSpec[], registry: Registry): LookUp {
  const known = specs.map(() => new Map<string, Resolved>())
  return (index, model) => {
    const [spec, cache] = [specs[index], known[index]]
    if (!spec || !cache) throw new Error(`There is no feature ${index}.`)
    const found = cache.get(model) ?? resolveContent(spec, model, registry)
    cache.set(model, found)
    return found
  }
}

async function readGround(moment: GraphMoment, specs: readonly FeatureSpec[], twins: readonly string[], lookUp: LookUp): Promise<Ground> {
  const paths = await walkPaths(moment, specs, twins)
  const ids = new Set([...twins, ...specs.flatMap(({ twin }) => twin ?? [])])
  for (const reached of paths.values()) for (const some of reached.values()) for (const id of some) ids.add(id)
  const things = new Map((await moment.twins([...ids])).map((thing) => [thing.id, thing]))
  const parts = specs.flatMap((spec, index) => (spec.of.kind !== 'calendar' && spec.of.name.includes('.') ? [...things.values()].flatMap(({ id, model }) => {
    const found = lookUp(index, model)
    return found.ok && found.content.kind === 'property' && found.content.component !== undefined ? [componentId(id, found.content.component)] : []
  }) : []))
  const components = new Map((await moment.components([...new Set(parts)])).map((thing) => [thing.id, thing]))
  return { things, components, paths }
}

interface Binder {
  readonly ground: Ground
  readonly lookUp: LookUp
  readonly problems: BindProblems
  readonly series: SeriesBook
  readonly properties: PropertyPlace[]
  parts: number
}

/** Others have a turn after so many features. */
async function bindTwins(binder: Binder, specs: readonly FeatureSpec[], twins: readonly string[], signal: AbortSignal | undefined): Promise<BoundFeatures['twins']> {
  const bound: BoundFeatures['twins'][number][] = []
  const inTurn = Math.ceil(featuresInTurn / Math.max(1, specs.length))
  for (const [place, twin] of twins.entries()) {
    bound.push({ twin, features: bindTwin(binder, specs, twin) })
    if ((place + 1) % inTurn !== 0) continue
    await setImmediate()
    signal?.throwIfAborted()
  }
  return bound
}

function bindTwin(binder: Binder, specs: readonly FeatureSpec[], twin: string): readonly BoundFeature[] {
  if (binder.ground.things.has(twin)) return specs.map((spec, index) => bindFeature(binder, { spec, index, twin }))
  binder.problems.add('UNKNOWN_TWIN', { twin }, 'there is no such twin. Check the id.')
  return []
}

interface Place {
  readonly spec: FeatureSpec
  readonly index: number
  readonly twin: string
}

interface Part {
  readonly thing: GraphThing
  readonly content: FeatureContent
}

function bindFeature(binder: Binder, place: Place): BoundFeature {
  const { spec, twin } = place
  if (spec.of.kind === 'calendar') return { kind: 'calendar' }
  const parts = partsOf(binder, place)
  binder.parts += parts.length
  if (binder.parts > mostParts && binder.parts - parts.length <= mostParts) binder.problems.add('TOO_LARGE', { spec }, `paths lead to more than ${mostParts.toLocaleString('en')} twins in all. Ask of fewer twins at a time, or take shorter paths.`)
  if (binder.parts > mostParts) return { kind: 'telemetry', series: [], minus: [] }
  const properties = parts.filter(({ content }) => content.kind === 'property')
  if (properties.length === 0) return bindTelemetry(binder, place, parts)
  if (properties.length < parts.length) binder.problems.add('WRONG_TYPE', { spec, twin }, `${spec.of.name} is a property of some of the twins reached, such as ${JSON.stringify(properties[0]?.thing.id)}, and a telemetry of others. Take two features.`)
  const histories: PropertyPlace['histories'] = []
  for (const { thing, content } of properties) {
    const own = content.component === undefined ? thing : binder.ground.components.get(componentId(thing.id, content.component))
    if (own) binder.properties.push({ spec, twin, thing: own, content, histories })
  }
  return { kind: 'property', histories }
}

function bindTelemetry({ series }: Binder, { spec }: Place, parts: readonly Part[]): BoundFeature {
  const found = parts.flatMap(({ thing, content }) => series.add(spec, thing.id, content) ?? [])
  return { kind: 'telemetry', series: found.map((each) => each.series), minus: found.flatMap(({ minus }) => minus ?? []) }
}

/** The twins whose values the feature reads, with what it reads of them. */
function partsOf({ ground, lookUp, problems }: Binder, { spec, index, twin }: Place): readonly Part[] {
  const start = spec.twin ?? twin
  const wrong = (code: FeatureProblem['code'], message: string): readonly Part[] => {
    problems.add(code, { spec, twin: start }, message)
    return []
  }
  const isPath = spec.over.length > 0
  if (!ground.things.has(start)) return wrong('UNKNOWN_TWIN', 'there is no such twin, which the feature names. Check the id.')
  const reached = isPath ? ground.paths.get(pathKey(spec.over))?.get(start) ?? [] : [start]
  const things = reached.flatMap((id) => ground.things.get(id) ?? [])
  let isTold = false
  const parts = things.flatMap((thing): readonly Part[] => {
    const found = lookUp(index, thing.model)
    if (found.ok) return [{ thing, content: found.content }]
    if (isPath && found.problem.isAbsent) return []
    isTold = true
    problems.add(found.problem.code, { spec, twin: thing.id }, found.problem.message)
    return []
  })
  if (!isPath || parts.length > 0 || spec.fill !== undefined || spec.across === 'COUNT' || isTold) return parts
  const name = spec.of.kind === 'calendar' ? '' : spec.of.name
  const steps = spec.over.map(({ name: step, direction }) => `${direction} ${step}`).join(', then ')
  return wrong('MISSING_INPUT', things.length === 0 ? `the path ${steps} leads to no twin, so that it would always be missing. Give \`fill\`, or leave the twin out.` : `none of the ${things.length} twins that the path ${steps} leads to has ${JSON.stringify(name)}. Give \`fill\`, or leave the twin out.`)
}
