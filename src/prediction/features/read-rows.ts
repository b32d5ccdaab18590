import { setImmediate as afterOthers } from 'node:timers/promises'
import { failure } from '../../errors.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import type { BoundFeatures, FeatureRows, ReadRows, RowRequest } from './bound-features.ts'
import { type Group, openGroup, widthOfAll } from './group.ts'
import { type ReadLimits, usualLimits } from './read-limits.ts'
import { seekLast } from './seek-last.ts'
import { createLoader, type StreamAsk } from './series-stream.ts'

/**
 * Rows of features, as of each instant: of readings that count only those in sight of it (`RowRequest.knowledge`), of properties what they were. Each series is
 * read once from the first instant to the last, in pages, and its windows move over it; so many twins cost few calls of the store, and many instants of a twin no
 * more than its readings. What a row says depends on its twin and instant alone, not on the others that are asked for: sums are exact until they are rounded once.
 *
 * Of a reading that was replaced since, only the later one is seen, from its receipt on: what stood there before is seen by `reads` that look from that instant alone.
 * Fails as the store does, and with LIST_TOO_LONG where more readings lie in one twin's windows than memory is kept for.
 */
export const readRows: ReadRows = (bound, request) => readRowsWithin(usualLimits, bound, request)

/** The same, so much at a time. */
export async function* readRowsWithin(limits: ReadLimits, bound: BoundFeatures, request: RowRequest): AsyncGenerator<FeatureRows> {
  const { instants, twins = bound.twins.map((_, index) => index) } = request
  if (instants.some((at, index) => index > 0 && at < (instants[index - 1] ?? 0))) throw new Error('Instants of rows are in ascending order.')
  if (instants.length > 0) for (const group of groupsOf(bound, twins, instants.length, limits)) yield* readGroup(bound, group, { ...request, limits })
}

/** As many twins together as make a portion; one at least. */
function* groupsOf(bound: BoundFeatures, twins: readonly number[], instants: number, limits: ReadLimits): Generator<readonly number[]> {
  const width = widthOfAll(bound.specs)
  let group: number[] = []
  let [numbers, series] = [0, 0]
  for (const twin of twins) {
    const own = (bound.twins[twin]?.features ?? []).reduce((sum, feature) => sum + (feature.kind === 'telemetry' ? feature.series.length + feature.minus.length : 0), 0)
    if (group.length > 0 && (numbers + width * instants > limits.numbers || series + own > limits.series)) {
      yield group
      ;[group, numbers, series] = [[], 0, 0]
    }
    group.push(twin)
    numbers += width * instants
    series += own
  }
  if (group.length > 0) yield group
}

class WindowsTooFull extends Error {}

type LimitedRequest = RowRequest & Pick<StreamAsk, 'limits'>

/** Where the windows of many twins hold too much together, there are fewer of them at a time. */
async function* readGroup(bound: BoundFeatures, twins: readonly number[], request: LimitedRequest): AsyncGenerator<FeatureRows> {
  try {
    yield* readSideBySide(bound, twins, request)
  } catch (error) {
    if (!(error instanceof WindowsTooFull)) throw error
    if (twins.length === 1) {
      const { twin = '' } = bound.twins[twins[0] ?? 0] ?? {}
      throw failure('LIST_TOO_LONG', { message: `More than ${request.limits.held.toLocaleString('en')} readings lie in the windows of ${JSON.stringify(twin)}, or of the twins that its features reach. Take shorter windows, or fewer features.` })
    }
    const middle = Math.ceil(twins.length / 2)
    yield* readGroup(bound, twins.slice(0, middle), request)
    yield* readGroup(bound, twins.slice(middle), request)
  }
}

/** Of several twins there is one portion, so that nothing was given when it is found to be too much; one twin's may be many. */
async function* readSideBySide(bound: BoundFeatures, twins: readonly number[], request: LimitedRequest): AsyncGenerator<FeatureRows> {
  const { instants, limits } = request
  const span = { first: instants[0] ?? 0, last: instants.at(-1) ?? 0 }
  const group = openGroup(bound, twins, span, request)
  await seed(group, span, request)
  const width = widthOfAll(bound.specs)
  const inPortion = twins.length > 1 ? instants.length : Math.max(1, Math.floor(limits.numbers / Math.max(1, width, group.windows.length)))
  const loader = createLoader(group.streams, leastLag(group.windows), request)
  for (let start = 0; start < instants.length; start += inPortion) {
    const some = instants.slice(start, start + inPortion)
    const found = await moveWindows(group, loader, some, request)
    yield toRows(group, { twins, instants: some, width, found })
    await afterOthers() // what others wait for comes in between
  }
}

/** What windows without a beginning have at the first instant. */
async function seed({ windows }: Group, span: Readonly<Record<'first' | 'last', Microseconds>>, ask: LimitedRequest): Promise<void> {
  for (const [lag, some] of Map.groupBy(windows.filter(({ window }) => window.window === Infinity), ({ window }) => window.lag)) {
    const seeds = await seekLast(some.map(({ source }) => source), { before: span.first - lag + 1, ...span }, ask)
    for (const [index, { window }] of some.entries()) for (const { at, value, known } of seeds[index] ?? []) window.seed(at, value, known)
  }
}

/** Of each window its values at the instants, one after the other. */
async function moveWindows({ streams, sources, windows }: Group, loader: ReturnType<typeof createLoader>, instants: readonly Microseconds[], { limits, signal }: LimitedRequest): Promise<Float64Array> {
  const found = new Float64Array(windows.length * instants.length)
  const lag = leastLag(windows)
  for (let start = 0; windows.length > 0 && start < instants.length;) {
    signal?.throwIfAborted()
    const loaded = loader.loaded()
    let end = start
    while (end < instants.length && (instants[end] ?? 0) - lag <= loaded) end++
    const isLoaded = end > start
    if (!isLoaded) {
      await loader.load(instants, start)
      for (const source of sources) source.pull()
      end = start + 1 // what the next instant does not need is not kept until the rest has come
    }
    for (const [index, { window }] of windows.entries()) {
      const offset = index * instants.length
      for (let place = start; place < end; place++) found[offset + place] = window.valueAt(instants[place] ?? 0)
    }
    for (const { columns } of [...sources, ...streams]) columns.release()
    if (isLoaded) start = end
    else if (streams.reduce((sum, { columns }) => sum + columns.size, 0) > limits.held) throw new WindowsTooFull()
  }
  return found
}

const leastLag = (windows: Group['windows']): number => windows.reduce((least, { window }) => Math.min(least, window.lag), Infinity)

interface Portion {
  readonly twins: readonly number[]
  readonly instants: readonly Microseconds[]
  readonly width: number
  readonly found: Float64Array
}

function toRows({ columns }: Group, { twins, instants, width, found }: Portion): FeatureRows {
  const rows = twins.length * instants.length
  const [twinOf, at, values] = [new Uint32Array(rows), new Float64Array(rows), new Float64Array(rows * width)]
  for (const [place, twin] of twins.entries()) {
    for (const [index, instant] of instants.entries()) {
      const row = place * instants.length + index
      const read = (window: number): number => found[window * instants.length + index] ?? NaN
      twinOf[row] = twin
      at[row] = instant
      for (const [number, column] of columns[place]?.entries() ?? []) values[row * width + number] = column(instant, read)
    }
  }
  return { twins: twinOf, at, values, width }
}
