import { insist } from '../../run/insist.ts'
import type { Performance } from '../../run/performance.ts'
import type { RunStore } from '../../run/run-store.ts'
import type { ReadingTail } from '../../telemetry/reading-tail.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import type { Received, TelemetryStore } from '../../telemetry/telemetry-store.ts'
import { monotonicMs, nowMicroseconds } from '../../util/clock.ts'
import type { Instants } from './inference-task.ts'
import type { InferenceConfig, InferenceWork } from './perform-inference.ts'
import { createStreamScorer, type StreamScorer } from './score-stream.ts'
import { type Arrived, createArrivals } from './stream-arrivals.ts'
import type { StreamBinder, StreamBinding } from './stream-binding.ts'
import { findReaders, wantedRows } from './stream-readers.ts'

export interface StreamConfig extends InferenceConfig {
  readonly streams: StreamBinder
  readonly store: InferenceConfig['store'] & Pick<RunStore, 'addWrites'>
}

export interface StreamWork extends InferenceWork {
  readonly instants: Extract<Instants, { readonly kind: 'stream' }>
  readonly tail: Pick<ReadingTail, 'listen' | 'started' | 'position'>
  readonly received: Pick<TelemetryStore, 'received'>
}

/** Rows that are put together before they are read. */
const mostWanted = 20_000
/** How often it is looked whether the graph changed; where binding takes long, so many times as long. */
const [lookEveryMs, timesBinding] = [5_000, 10]
/** How late what arrives may be to find properties as they were. */
const latest = 86_400_000_000
/** Where nothing is predicted, the place it has come to is kept so often. */
const keepEveryMs = 30_000

/**
 * Predicts as readings arrive, until it is stopped: each twin at each instant at which something that its features read was measured, with what is known when its turn
 * comes. It goes through what is received from a place that is kept with the run, which is moved on only once what was received until then is stored: whoever takes the
 * run up again, after a failure or when a server ended, begins there. Something may be predicted twice, and nothing is left out. It is bound anew when the graph changes:
 * twins, paths and properties are those of a few seconds ago at most, and what arrived since then is predicted again.
 */
export async function performStream(config: StreamConfig, performance: Performance, work: StreamWork): Promise<never> {
  const { run, tracker, begun, signal } = performance
  const binding = createBinding(config, performance, work)
  const scorer = createStreamScorer(config, performance, work, () => binding.now)
  const lag = createLagWatch(tracker, work.instants.maxLag)
  using arrivals = createArrivals({ tail: work.tail, store: work.received, from: run.progress.position ?? run.pin.watermark, isWanted: (series) => binding.readersOf(series).length > 0 })
  let keptMs = monotonicMs()
  const keep = (): void => {
    keptMs = monotonicMs()
    const { values, rows, predicted } = scorer.sums
    tracker.set({ position: arrivals.position, values, partial: { rows, predicted, lagMs: lag.ms, timesBehind: lag.timesBehind } })
  }
  await arrivals.started()
  await begun()
  await insist(() => config.store.addWrites(run, binding.writes), config.insistMs, signal)
  for (;;) {
    const since = await binding.look(arrivals.position)
    if (since !== undefined) arrivals.back(since)
    const arrived = await insist(() => arrivals.next(lookEveryMs, signal), config.insistMs, signal)
    signal.throwIfAborted()
    const first = arrived && await scoreAll(scorer, arrived, binding)
    if (first) lag.look(first)
    else if (monotonicMs() - keptMs < keepEveryMs) continue
    keep()
  }
}

/** The reading that waited longest of those that were wanted; undefined where there was nothing to predict. */
async function scoreAll(scorer: StreamScorer, { readings }: Arrived, { readersOf }: Pick<Binding, 'readersOf'>): Promise<Received | undefined> {
  for (const wanted of wantedRows(readings, readersOf, mostWanted)) await scorer.score(wanted)
  return readings.find(({ series }) => readersOf(series).length > 0)
}

interface Binding {
  readonly now: StreamBinding
  readonly readersOf: ReturnType<typeof findReaders>
  /** Twins that it says something of. */
  readonly writes: readonly string[]
  /** Binds anew where that is due. Then it answers the place of the stream when the graph was last found as it was: what came since is to be predicted once more. */
  look(position: Microseconds): Promise<Microseconds | undefined>
}

function createBinding({ streams, store, insistMs }: StreamConfig, { run, tracker, signal }: Performance, { task, instants, inputs: { outputs } }: StreamWork): Binding {
  let now: StreamBinding = { task, outputs, cursor: run.pin.cursor }
  let readersOf = findReaders(task, outputs)
  let [seen, sureUntil, dueMs, refusals]: [number, Microseconds | undefined, number, number] = [run.pin.cursor, undefined, -Infinity, 0]
  const writesOf = (binding: StreamBinding): readonly string[] => [...new Set(binding.outputs.map(({ twin }) => twin))]
  const bind = async (position: Microseconds): Promise<boolean> => {
    const beganMs = monotonicMs()
    const bound = await insist(() => streams.bind(run, task, Math.max(instants.from, Math.min(position, nowMicroseconds())) - latest, signal), insistMs, signal)
    dueMs = monotonicMs() + Math.max(lookEveryMs, timesBinding * (monotonicMs() - beganMs))
    if (!bound.ok) {
      refusals += 1
      tracker.onWarning(0, { code: 'NOT_BOUND', message: `The graph changed so that the stream cannot be bound to it, and goes on with what it was bound to before. ${bound.why}`, twin: undefined, count: refusals, at: undefined })
      return false
    }
    const known = new Set(writesOf(now))
    seen = bound.binding.cursor
    if (isSame(now, bound.binding)) return false
    now = bound.binding
    readersOf = findReaders(now.task, now.outputs)
    const more = writesOf(now).filter((twin) => !known.has(twin))
    if (more.length > 0) await insist(() => store.addWrites(run, more), insistMs, signal)
    return true
  }
  return {
    get now() { return now },
    readersOf: (series) => readersOf(series),
    get writes() { return writesOf(now) },
    async look(position) {
      if (monotonicMs() < dueMs) return undefined
      const head = await insist(() => streams.head(signal), insistMs, signal)
      dueMs = monotonicMs() + lookEveryMs
      const since = sureUntil ?? position
      sureUntil = position
      if (head === seen) return undefined
      seen = head
      return await bind(position) ? since : undefined
    },
  }
}

const isSame = (one: StreamBinding, other: StreamBinding): boolean =>
  JSON.stringify([one.task.features, one.task.results, one.outputs]) === JSON.stringify([other.task.features, other.task.results, other.outputs])

interface LagWatch {
  readonly ms: number
  readonly timesBehind: number
  look(first: Received): void
}

/** From the receipt of what waited longest to its predictions. */
function createLagWatch(tracker: Performance['tracker'], maxLag: Microseconds): LagWatch {
  const lag = { ms: 0, timesBehind: 0 }
  let isBehind = false
  return {
    get ms() { return lag.ms },
    get timesBehind() { return lag.timesBehind },
    look({ receivedAt }) {
      lag.ms = Math.max(0, (nowMicroseconds() - receivedAt) / 1_000)
      const wasBehind = isBehind
      isBehind = lag.ms * 1_000 > maxLag
      if (!isBehind || wasBehind) return
      lag.timesBehind += 1
      tracker.onWarning(0, { code: 'STREAM_BEHIND', message: `What was received was predicted ${Math.round(lag.ms).toLocaleString('en')} ms later, and not within ${(maxLag / 1_000).toLocaleString('en')} ms: nothing is left out, but it comes late. Give the stream fewer twins, or a quicker model.`, twin: undefined, count: lag.timesBehind, at: undefined })
    },
  }
}
