import { setImmediate } from 'node:timers/promises'
import type { PropertyHistory } from '../../history/property-history.ts'
import type { Registry } from '../../model/registry.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import type { FeatureSpec } from '../feature.ts'
import type { BindProblems } from './bind-problems.ts'
import { type FeatureContent, resolveContent, type Resolved } from './feature-content.ts'
import type { GraphThing } from './feature-graph.ts'
import { type AskedProperty, readTimelines, type TimelineSpan } from './property-timelines.ts'

type History = readonly { readonly since: Microseconds; readonly value: number | null }[]

/** A property that a feature reads, and where its values go. */
export interface PropertyPlace {
  readonly spec: FeatureSpec
  readonly twin: string
  readonly thing: GraphThing
  readonly content: FeatureContent
  readonly histories: History[]
}

interface FillContext {
  readonly history: Pick<PropertyHistory, 'page' | 'values'>
  readonly registry: Registry
  readonly problems: BindProblems
  readonly signal: AbortSignal | undefined
}

/** Others have a turn after so many. */
const placesInTurn = 2_000

/** Puts the values that properties had into their places, as numbers in the features' units; each property is read once. */
export async function fillProperties(places: readonly PropertyPlace[], span: TimelineSpan, { history, registry, problems, signal }: FillContext): Promise<void> {
  const asked = new Map<string, AskedProperty>()
  const keyOf = ({ thing, content }: PropertyPlace): string => JSON.stringify([thing.id, content.name])
  for (const place of places) {
    const { thing, content: { component, name, schema } } = place
    if (schema) asked.set(keyOf(place), { thing, isComponent: component !== undefined, name, schema })
  }
  const timelines = await readTimelines(history, [...asked.values()], span, signal)
  const found = new Map([...asked.keys()].map((key, index) => [key, timelines[index]]))
  const lookUp = createThenLookUp(registry)
  for (const [index, place] of places.entries()) {
    if (index % placesInTurn === placesInTurn - 1) await setImmediate()
    const { spec, twin, content, thing, histories } = place
    const timeline = found.get(keyOf(place))
    if (!timeline) problems.add('TOO_LARGE', { spec, twin }, `${content.name} was set more often in the time that is asked for than can be read. Take a shorter time.`)
    else histories.push(timeline.map(({ since, value, model }) => ({ since, value: toNumber(model === thing.model ? content : lookUp(spec, content.name, model), value) })))
  }
}

/** Of values from before a thing had the model that it has now: what the property was in the other one. */
function createThenLookUp(registry: Registry) {
  const known = new Map<string, Resolved>()
  return (spec: FeatureSpec, name: string, model: string): FeatureContent | undefined => {
    const key = JSON.stringify([spec.name, name, model])
    const found = known.get(key) ?? resolveContent({ ...spec, of: { kind: 'property', name } }, model, registry)
    known.set(key, found)
    return found.ok ? found.content : undefined
  }
}

/** Null: it stands for no number. */
function toNumber(content: FeatureContent | undefined, value: unknown): number | null {
  if (!content || value === null || typeof value === 'object' || (typeof value === 'string' && !content.encode && content.seriesKind !== 'integer')) return null
  const text = String(value)
  const number = content.encode ? (Object.hasOwn(content.encode, text) ? content.encode[text] ?? NaN : NaN) : Number(value)
  const converted = number * (content.affine?.scale ?? 1) + (content.affine?.shift ?? 0) + 0
  return Number.isFinite(converted) ? converted : null
}
