import { createGround, type Explainers, type Ground } from './ground.ts'
import { explainProperty, explainSetting, ownerOf } from './explain-property.ts'
import { explainReading, explainSeries } from './explain-reading.ts'
import { explainRun } from './explain-run.ts'
import { findSeries, noTwin, readAt } from './find-series.ts'
import type { LineagePorts, LineageVantage } from './lineage-ports.ts'
import type { Found, LineageNode } from './lineage-node.ts'
import { failure } from '../errors.ts'
import type { Microseconds, Source } from '../telemetry/reading.ts'
import { nearest } from '../util/nearest.ts'
import { sentences } from './sentences.ts'
import { walk, type Walked } from './walk.ts'

/** Which value is asked about: a property, or a telemetry at an instant. */
export interface WhyRequest {
  readonly twin: string
  readonly property?: string | undefined
  readonly series?: string | undefined
  /** Or the name of either, whichever the twin has. */
  readonly content?: string | undefined
  /** The reading at it, or the last one before; undefined: the latest. */
  readonly at?: Microseconds | undefined
  readonly source?: Source | undefined
  readonly run?: string | undefined
  readonly depth: number
  readonly from: LineageVantage
  readonly signal?: AbortSignal | undefined
}

export interface Lineage {
  readonly root: LineageNode
  readonly walked: Walked
  /** The chain in sentences. */
  readonly summary: readonly string[]
}

/** Answers from a value to what made it. */
export interface LineageService {
  /** Fails with BAD_USER_INPUT (no such twin, property, telemetry or run), STORE_UNAVAILABLE, TELEMETRY_UNAVAILABLE, TIMEOUT. */
  explain(request: WhyRequest): Promise<Lineage>
}

const explainers: Explainers = { property: explainProperty, setting: explainSetting, reading: explainReading, series: explainSeries, run: explainRun }

/** Nodes of one answer. */
const mostNodes = 1_000

/** `mostMs`: how long it is looked for nodes; what was found by then is told. */
export function createLineageService(ports: LineagePorts, { mostMs }: { readonly mostMs: number }): LineageService {
  return {
    async explain(request) {
      const ground = createGround(ports, explainers, request.signal)
      const root = await findRoot(ground, request)
      const walked = await walk(root, { depth: request.depth, nodes: mostNodes, timeMs: mostMs }, request.signal)
      return { root: root.node, walked, summary: sentences(walked) }
    },
  }
}

async function findRoot(ground: Ground, request: WhyRequest): Promise<Found> {
  const { twin, from } = request
  const { property, series } = await whichIsMeant(ground, request)
  if (property !== undefined) return await explainProperty(ground, { twin, property }, from) ?? await noProperty(ground, { twin, property }, from)
  if (series === undefined) throw failure('BAD_USER_INPUT', { message: 'Say which value: give `property`, or `series`.' })
  const found = await findSeries(ground, { ...request, series })
  const reading = await readAt(ground, found, request.at)
  return reading ? await explainReading(ground, found, reading) : await explainSeries(ground, found, { from: undefined, to: (request.at ?? Number.MAX_SAFE_INTEGER - 1) + 1 })
}

async function whichIsMeant(ground: Ground, { twin: id, content, property, series, from }: WhyRequest): Promise<Pick<WhyRequest, 'property' | 'series'>> {
  if (content === undefined) return { property, series }
  const { twin: owner, property: name } = ownerOf({ twin: id, property: content })
  const twin = await ground.twin(owner, from)
  return twin && ground.registry().get(twin.model)?.contents.get(name)?.kind === 'Property' ? { property: content, series: undefined } : { property: undefined, series: content }
}

async function noProperty(ground: Ground, given: { readonly twin: string; readonly property: string }, from: LineageVantage): Promise<never> {
  const { twin: id, property } = ownerOf(given)
  const twin = await ground.twin(id, from)
  if (!twin) throw noTwin(id)
  const names = [...ground.registry().get(twin.model)?.contents.values() ?? []].flatMap((content) => (content.kind === 'Property' ? [content.name] : []))
  const near = nearest(property, names)
  throw failure('BAD_USER_INPUT', { message: `The model ${twin.model} has no property ${JSON.stringify(property.slice(0, 100))}. ${near === undefined ? `It has ${names.slice(0, 50).join(', ') || 'none'}.` : `Did you mean ${near}?`}` })
}
