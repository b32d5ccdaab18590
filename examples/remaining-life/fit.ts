import type { Engine } from './engines.ts'
import { rowAt } from './features.ts'
import { type Network, predict } from './network.ts'

/** Engines are as new for long: beyond so many flights nobody can tell, and the label is "at least" (Heimes, PHM 2008). */
export const most = 125
export const level = 0.9

/** Rows, and what is left at each. */
export interface Labelled {
  readonly row: readonly number[]
  readonly left: number
  readonly unit: number
}

export const labelled = (engines: readonly Engine[]): readonly Labelled[] => engines.flatMap(({ unit, cycles }) =>
  cycles.map((_, at) => ({ unit, row: rowAt(cycles, at), left: Math.min(most, cycles.length - 1 - at) })))

const [hiddenUnits, heads, epochs, inOneBatch, fastest] = [24, 3, 30, 128, 0.01]

/** Squared errors for the value, pinball losses for both bounds; Adam (Kingma and Ba, 2015). The same rows and seed give the same network. */
export function fit(rows: readonly Labelled[], seed: number): Network {
  const draw = drawing(seed)
  const width = rows[0]?.row.length ?? 0
  const means = Array.from({ length: width }, (_, at) => rows.reduce((sum, { row }) => sum + (row[at] ?? 0), 0) / rows.length)
  const deviations = means.map((mean, at) => Math.sqrt(rows.reduce((sum, { row }) => sum + ((row[at] ?? 0) - mean) ** 2, 0) / rows.length) || 1)
  const inputs = rows.map(({ row }) => Float64Array.from(row, (value, at) => (value - (means[at] ?? 0)) / (deviations[at] ?? 1)))
  const uniform = (length: number, from: number): Float64Array => Float64Array.from({ length }, () => (2 * draw() - 1) * Math.sqrt(3 / from))
  const weights: Weights = { hidden: uniform(width * hiddenUnits, width), hiddenBias: new Float64Array(hiddenUnits), out: uniform(hiddenUnits * heads, hiddenUnits), outBias: Float64Array.of(0.6, 0.4, 0.8) }
  const gradients = zeros(weights)
  const moments = [zeros(weights), zeros(weights)] as const
  const order = Uint32Array.from(rows.keys())
  for (let epoch = 0, step = 1; epoch < epochs; epoch++) {
    const rate = fastest * 0.5 * (1 + Math.cos((Math.PI * epoch) / epochs))
    shuffle(order, draw)
    for (let start = 0; start < order.length; start += inOneBatch, step++) {
      const batch = order.subarray(start, start + inOneBatch)
      for (const name of parts) gradients[name].fill(0)
      for (const index of batch) addGradients(weights, gradients, inputs[index] as Float64Array, (rows[index]?.left ?? 0) / most)
      for (const name of parts) adam(weights[name], gradients[name], [moments[0][name], moments[1][name]], { rate, step, count: batch.length })
    }
  }
  const rounded = (values: Iterable<number>): readonly number[] => Array.from(values, (value) => Number(value.toPrecision(9)))
  return {
    means: rounded(means), deviations: rounded(deviations), hidden: rounded(weights.hidden), hiddenBias: rounded(weights.hiddenBias),
    out: rounded(weights.out.map((value) => value * most)), outBias: rounded(weights.outBias.map((value) => value * most)),
  }
}

const parts = ['hidden', 'hiddenBias', 'out', 'outBias'] as const
type Weights = Readonly<Record<typeof parts[number], Float64Array>>

const zeros = ({ hidden, hiddenBias, out, outBias }: Weights): Weights =>
  ({ hidden: new Float64Array(hidden.length), hiddenBias: new Float64Array(hiddenBias.length), out: new Float64Array(out.length), outBias: new Float64Array(outBias.length) })

const [layer, back] = [new Float64Array(hiddenUnits), new Float64Array(hiddenUnits)]

/** One row forwards, and its losses backwards. Indexes are within the arrays. */
function addGradients({ hidden, hiddenBias, out, outBias }: Weights, gradients: Weights, input: Float64Array, target: number): void {
  const width = input.length
  for (let unit = 0; unit < hiddenUnits; unit++) {
    let sum = hiddenBias[unit] as number
    for (let at = 0; at < width; at++) sum += (input[at] as number) * (hidden[at * hiddenUnits + unit] as number)
    layer[unit] = sum > 0 ? sum : 0
  }
  back.fill(0)
  for (let head = 0; head < heads; head++) {
    let value = outBias[head] as number
    for (let unit = 0; unit < hiddenUnits; unit++) value += (layer[unit] as number) * (out[unit * heads + head] as number)
    const slope = head === 0 ? 2 * (value - target) : pinballSlope(head === 1 ? (1 - level) / 2 : (1 + level) / 2, value, target)
    add(gradients.outBias, head, slope)
    for (let unit = 0; unit < hiddenUnits; unit++) {
      add(gradients.out, unit * heads + head, slope * (layer[unit] as number))
      add(back, unit, slope * (out[unit * heads + head] as number))
    }
  }
  for (let unit = 0; unit < hiddenUnits; unit++) {
    if (layer[unit] === 0) continue
    const slope = back[unit] as number
    add(gradients.hiddenBias, unit, slope)
    for (let at = 0; at < width; at++) add(gradients.hidden, at * hiddenUnits + unit, slope * (input[at] as number))
  }
}

function add(to: Float64Array, at: number, value: number): void {
  to[at] = (to[at] as number) + value
}

/** Of max(q (y - v), (q - 1)(y - v)) by v. */
const pinballSlope = (quantile: number, value: number, target: number): number => (value < target ? -quantile : 1 - quantile)

function adam(values: Float64Array, gradient: Float64Array, [first, second]: readonly [Float64Array, Float64Array], { rate, step, count }: { readonly rate: number; readonly step: number; readonly count: number }): void {
  const [one, two] = [1 - 0.9 ** step, 1 - 0.999 ** step]
  for (let at = 0; at < values.length; at++) {
    const slope = (gradient[at] as number) / count
    const [mean, square] = [0.9 * (first[at] as number) + 0.1 * slope, 0.999 * (second[at] as number) + 0.001 * slope ** 2]
    first[at] = mean
    second[at] = square
    values[at] = (values[at] as number) - (rate * (mean / one)) / (Math.sqrt(square / two) + 1e-8)
  }
}

/** mulberry32. */
function drawing(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function shuffle(order: Uint32Array, draw: () => number): void {
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(draw() * (at + 1))
    const kept = order[at] as number
    order[at] = order[other] as number
    order[other] = kept
  }
}

export interface Held {
  readonly unit: number
  readonly left: number
  readonly value: number
  readonly lower: number
  readonly upper: number
}

/** What networks say of engines that they have not seen: each fold of the engines by a network of all others. */
export function crossPredict(engines: readonly Engine[], folds: number): readonly Held[] {
  return Array.from({ length: folds }, (_, fold) => {
    const network = fit(labelled(engines.filter((_, at) => at % folds !== fold)), fold + 1)
    return labelled(engines.filter((_, at) => at % folds === fold)).map(({ unit, left, row }) => {
      const [value, lower, upper] = predict(network, row)
      return { unit, left, value, lower, upper }
    })
  }).flat()
}

/**
 * How far bounds are to be moved outwards so that they hold the truth with the level (conformalised quantile regression; Romano et al., NeurIPS 2019). Rows of one engine
 * err alike, and engines live differently long: each counts by as many of its rows, evenly drawn from its sorted scores.
 */
export function conformalShift(held: readonly Held[]): number {
  const scores = [...Map.groupBy(held, ({ unit }) => unit).values()].flatMap((rows) => {
    const scored = rows.map(({ left, lower, upper }) => Math.max(lower - left, left - upper)).sort((one, other) => one - other)
    return Array.from({ length: rowsOfEngine }, (_, part) => scored[Math.floor(((part + 0.5) / rowsOfEngine) * scored.length)] ?? 0)
  }).sort((one, other) => one - other)
  return scores[Math.min(scores.length - 1, Math.ceil((scores.length + 1) * level) - 1)] ?? 0
}

const rowsOfEngine = 20

/** Bounds moved outwards. */
export const widened = (network: Network, shift: number): Network => ({ ...network, outBias: network.outBias.map((bias, head) => (head === 0 ? bias : head === 1 ? bias - shift : bias + shift)) })

/** How good networks are on engines that they have not seen, with bounds that were moved by what other engines tell. */
export function evaluate(held: readonly Held[]): { readonly rmse: number; readonly mae: number; readonly coverage: number; readonly width: number; readonly widthOfLast30: number } {
  const moved = [...Map.groupBy(held, ({ unit }) => unit)].flatMap(([unit, rows]) => {
    const shift = conformalShift(held.filter((row) => row.unit !== unit))
    return rows.map((row) => ({ ...row, lower: Math.max(0, row.lower - shift), upper: row.upper + shift }))
  })
  const mean = (rows: readonly Held[], of: (row: Held) => number): number => rows.reduce((sum, row) => sum + of(row) / rows.length, 0)
  const width = ({ lower, upper }: Held): number => upper - lower
  return {
    rmse: Math.sqrt(mean(moved, ({ value, left }) => (value - left) ** 2)), mae: mean(moved, ({ value, left }) => Math.abs(value - left)),
    coverage: mean(moved, ({ left, lower, upper }) => (left >= lower && left <= upper ? 1 : 0)), width: mean(moved, width), widthOfLast30: mean(moved.filter(({ left }) => left < 30), width),
  }
}
