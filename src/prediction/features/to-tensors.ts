import type { ItemProblem } from '../../problem.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import { type FeatureSpec, widthOf } from '../feature.ts'
import type { ModelCard } from '../model-card.ts'
import { PredictorError } from '../runtime.ts'
import type { Tensor, TensorType } from '../tensor.ts'
import { nearest } from '../../util/nearest.ts'
import type { FeatureRows } from './bound-features.ts'

/** What rows lacked. */
export interface MissingFeature {
  /** Index into the card's features. */
  readonly feature: number
  /** Index into `BoundFeatures.twins`. */
  readonly twin: number
  /** Rows of the twin without it, and the first instant of them. */
  readonly count: number
  readonly at: Microseconds
  /** Why the value of the first of them cannot be taken, such as "is 2.5, which is no INT64"; undefined: there was none. */
  readonly wrong?: string | undefined
}

export interface FilledTensors {
  /** By the card's inputs; none where no row is whole. */
  readonly tensors: readonly Tensor[]
  /** Indexes of the rows that they have, in order. */
  readonly kept: Uint32Array
  /** In the order in which they were met. */
  readonly missing: readonly MissingFeature[]
}

type Card = Pick<ModelCard, 'features' | 'inputs'>

/** What one input takes of a row: the place of each number, and the tensor's shape behind the rows. */
interface Layout {
  readonly name: string
  readonly type: TensorType
  readonly places: readonly number[]
  readonly shape: readonly number[]
}

/** Rows as a model takes them: those that lack a feature are left out, and told; so are those with a number that is none of its tensor's type. */
export function toTensors(card: Card, { twins, at, values, width }: FeatureRows): FilledTensors {
  const starts = startsOf(card.features)
  const features = card.features.flatMap((spec, feature) => Array.from({ length: widthOf(spec) }, () => feature))
  if (features.length !== width) throw new Error(`Rows have ${width} numbers, and the card's features make ${features.length}.`)
  const layouts = card.inputs.map((input) => layoutOf(input, card.features, starts))
  const takers = takersOf(layouts, width)
  const lacks = new Map<string, { -readonly [Key in keyof MissingFeature]: MissingFeature[Key] }>()
  const kept: number[] = []
  for (let row = 0; row < twins.length; row++) {
    let last = -1
    for (let number = 0; number < width; number++) {
      const [feature, value] = [features[number] ?? 0, values[row * width + number] ?? NaN]
      if (feature === last) continue
      const taker = Number.isNaN(value) ? undefined : takers[number]?.find(({ type }) => !isOf[type](value))
      if (!Number.isNaN(value) && !taker) continue
      last = feature
      const [twin, key] = [twins[row] ?? 0, `${twins[row]} ${feature} ${taker === undefined}`]
      const known = lacks.get(key)
      if (known) known.count++
      else lacks.set(key, { feature, twin, count: 1, at: at[row] ?? NaN, ...(taker && { wrong: `is ${value}, which is no ${taker.type}, as the tensor ${taker.name} takes` }) })
    }
    if (last < 0) kept.push(row)
  }
  const rows = Uint32Array.from(kept)
  return { kept: rows, missing: [...lacks.values()], tensors: rows.length === 0 ? [] : layouts.map((layout) => fill(layout, rows, values, width)) }
}

/** Of each number of a row the tensors that take it. */
function takersOf(layouts: readonly Layout[], width: number): readonly (readonly Layout[])[] {
  const takers = Array.from({ length: width }, (): Layout[] => [])
  for (const layout of layouts) for (const place of layout.places) takers[place]?.push(layout)
  return takers
}

const startsOf = (features: readonly FeatureSpec[]): ReadonlyMap<string, { readonly start: number; readonly width: number }> => {
  let start = 0
  return new Map(features.map((spec) => {
    const width = widthOf(spec)
    start += width
    return [spec.name, { start: start - width, width }]
  }))
}

/** Single numbers are columns; rows of k numbers are k steps, of which each has one number of each feature. */
function layoutOf({ tensor: name, type, features }: Card['inputs'][number], specs: readonly FeatureSpec[], starts: ReturnType<typeof startsOf>): Layout {
  const found = features.map((feature) => starts.get(feature) ?? unknownFeature(name, feature, specs))
  const steps = Math.max(1, ...found.map(({ width }) => width))
  const places = Array.from({ length: steps }, (_, step) => found.map(({ start }) => start + step)).flat()
  return { name, type, places, shape: steps > 1 && found.length > 1 ? [steps, found.length] : [places.length] }
}

const unknownFeature = (tensor: string, feature: string, specs: readonly FeatureSpec[]): never => {
  throw new PredictorError('WRONG_SHAPE', `The input ${tensor} takes the feature ${feature}, which the card does not have. It has ${specs.slice(0, 20).map(({ name }) => name).join(', ') || 'none'}.`)
}

const wholeFrom = (least: number, most: number) => (value: number): boolean => Number.isInteger(value) && value >= least && value <= most

const isOf: Readonly<Record<TensorType, (value: number) => boolean>> = {
  FP64: Number.isFinite, FP32: (value) => Number.isFinite(Math.fround(value)), BOOL: wholeFrom(0, 1),
  INT32: wholeFrom(-(2 ** 31), 2 ** 31 - 1), INT64: wholeFrom(-(2 ** 63), 2 ** 63 - 1024),
}

function fill({ name, type, places, shape: inner }: Layout, rows: Uint32Array, values: Float64Array, width: number): Tensor {
  const shape = [rows.length, ...inner]
  const size = rows.length * places.length
  const filled = <T extends { [index: number]: number }>(data: T): T => {
    for (let row = 0; row < rows.length; row++) {
      const from = (rows[row] ?? 0) * width
      for (let index = 0; index < places.length; index++) data[row * places.length + index] = values[from + (places[index] ?? 0)] ?? NaN
    }
    return data
  }
  switch (type) {
    case 'FP64': return { name, type, shape, data: filled(new Float64Array(size)) }
    case 'FP32': return { name, type, shape, data: filled(new Float32Array(size)) }
    case 'INT64': return { name, type, shape, data: BigInt64Array.from(filled(new Float64Array(size)), BigInt) }
    case 'INT32': return { name, type, shape, data: filled(new Int32Array(size)) }
    case 'BOOL': return { name, type, shape, data: filled(new Uint8Array(size)) }
  }
}

/** What is wrong between the inputs of a card and its features; paths as of the card. */
export function checkCardInputs({ features, inputs }: Card): readonly ItemProblem[] {
  const widths = new Map(features.map((spec) => [spec.name, widthOf(spec)]))
  const problems: ItemProblem[] = []
  const wrong = (path: readonly string[], message: string): void => { problems.push({ code: 'INVALID_INPUT', path: ['inputs', ...path], message }) }
  if (inputs.length === 0) wrong([], 'A card has at least one input: the name of a tensor of the model, and the features that fill it.')
  const seen = new Set<string>()
  for (const [index, { tensor, features: names }] of inputs.entries()) {
    const path = [String(index)]
    if (tensor === '') wrong([...path, 'tensor'], 'An input has the name of a tensor of the model.')
    if (seen.has(tensor)) wrong([...path, 'tensor'], `The tensor ${tensor} is filled by another input already: list all its features there.`)
    seen.add(tensor)
    if (names.length === 0) wrong([...path, 'features'], `The tensor ${tensor} has no feature that fills it.`)
    for (const [place, name] of names.entries()) {
      if (widths.has(name)) continue
      const near = nearest(name, widths.keys())
      wrong([...path, 'features', String(place)], `The card has no feature ${JSON.stringify(name.slice(0, 80))}.${near === undefined ? '' : ` Did you mean ${near}?`}`)
    }
    const [first = 1, ...others] = names.flatMap((name) => widths.get(name) ?? [])
    if (others.some((width) => width !== first)) {
      wrong([...path, 'features'], `The tensor ${tensor} has features of ${names.flatMap((name) => (widths.has(name) ? [`${widths.get(name)} (${name})`] : [])).slice(0, 10).join(', ')} numbers: features of one tensor give equally many. Put them into tensors of their own.`)
    }
  }
  return problems
}
