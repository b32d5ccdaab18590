import { insist } from '../../run/insist.ts'
import type { Performance } from '../../run/performance.ts'
import type { RunInputs } from '../../run/run-inputs.ts'
import type { ReadingTail } from '../../telemetry/reading-tail.ts'
import { type Microseconds, seriesKeyText } from '../../telemetry/reading.ts'
import { nowMicroseconds } from '../../util/clock.ts'
import { readRows } from '../features/read-rows.ts'
import { cutRows } from './cut-rows.ts'
import type { InferenceTask, Instants, ResultColumn } from './inference-task.ts'
import { createMissingBook } from './missing-book.ts'
import { groupRows, pickRows } from './group-rows.ts'
import { createPendingRows } from './pending-rows.ts'
import { type InferenceConfig, type InferenceWork, watchOf } from './perform-inference.ts'
import { predictedKey } from '../prediction-series.ts'
import { toReadings, toResultRows } from './result-readings.ts'
import { scoreRows } from './score-rows.ts'

export interface StreamWork extends InferenceWork {
  readonly instants: Extract<Instants, { readonly kind: 'stream' }>
  readonly tail: Pick<ReadingTail, 'listen' | 'started'>
}

const [mostPending, inOneBatch] = [100_000, 4_096]
const [inOnePage, seriesAtOnce] = [1_000, 64]

/**
 * Predicts as readings arrive, until it is stopped: each twin at each instant at which something that its features read was measured. What came while nobody did it, because
 * a server ended, is made up for from where it was. A row is predicted with what is known when its turn comes.
 */
export async function performStream(config: InferenceConfig, { run, tracker, begun, signal }: Performance, work: StreamWork): Promise<never> {
  const { task, inputs, tail } = work
  const pending = createPendingRows(mostPending)
  const missing = createMissingBook(task.features, tracker)
  const drift = config.drift.begin(watchOf(task, run))
  const readersOf = findReaders(task)
  const place = { run: run.id, publishes: task.publishes }
  const sum = { rows: 0, predicted: 0, values: 0, behind: 0 }
  let wake = Promise.withResolvers<void>()
  const add = (twin: number, at: Microseconds, receivedAt: Microseconds): void => {
    if (pending.add(twin, at, receivedAt)) return
    sum.behind += 1
    tracker.onWarning(0, { code: 'STREAM_BEHIND', message: `More than ${mostPending.toLocaleString('en')} rows waited: the oldest were not predicted. Give the stream fewer twins, or a quicker model.`, count: sum.behind, at: undefined })
  }
  const score = async (): Promise<void> => {
    const { instants, since } = pending.take()
    for (const { at, twins } of groupRows(instants)) {
      for await (const portion of readRows(task.features, { instants: at, twins, reads: work.reads, knowledge: 'MEASURED', signal })) {
        for (const rows of cutRows(pickRows(portion, instants), inOneBatch)) {
          const scored = await scoreRows(work, rows, signal)
          missing.lacking(scored.missing)
          const readings = toReadings(toResultRows(task, rows, scored), task, inputs.outputs, place, missing.noNumber)
          if (readings.length > 0) await insist(() => config.readings.append(readings), config.insistMs, signal)
          sum.rows += rows.twins.length
          sum.predicted += scored.kept.length
          sum.values += readings.length
          await drift.observe(rows)
        }
      }
    }
    tracker.set({ values: sum.values, partial: { rows: sum.rows, predicted: sum.predicted, lagMs: Math.max(0, (nowMicroseconds() - since) / 1_000) } })
  }
  const stopped = new Promise<void>((resolve) => { signal.addEventListener('abort', () => { resolve() }, { once: true }) })
  const unlisten = tail.listen((readings) => {
    for (const { series, at, receivedAt } of readings) for (const twin of readersOf.get(seriesKeyText(series)) ?? []) add(twin, at, receivedAt)
    if (pending.size > 0) wake.resolve()
  })
  try {
    await tail.started()
    await begun()
    await catchUp(work, run.id, add, signal)
    for (;;) {
      signal.throwIfAborted()
      if (pending.size > 0) await score()
      else await Promise.race([wake.promise, stopped])
      wake = Promise.withResolvers<void>()
      if (pending.size > 0) wake.resolve()
    }
  } finally {
    unlisten()
  }
}

/** By series, which twins' features read it. */
function findReaders({ features: { twins, series } }: InferenceTask): ReadonlyMap<string, readonly number[]> {
  const readers = new Map<string, number[]>()
  for (const [place, { features }] of twins.entries()) {
    const read = new Set(features.flatMap((feature) => (feature.kind === 'telemetry' ? [...feature.series, ...feature.minus] : [])))
    for (const index of read) {
      const key = series[index]?.key
      if (!key) continue
      const text = seriesKeyText(key)
      const known = readers.get(text) ?? []
      known.push(place)
      readers.set(text, known)
    }
  }
  return readers
}

/** What was measured since the stream began, or since the last that was said of a twin. */
async function catchUp({ task, inputs, instants: { from }, reads }: StreamWork, run: string, add: (twin: number, at: Microseconds, receivedAt: Microseconds) => void, signal: AbortSignal): Promise<void> {
  const { twins, series } = task.features
  const said = task.results.map(([column]) => ({ key: { ...predictedKey(...nameOf(inputs, column), run), kind: inputs.outputs[column?.output ?? 0]?.kind ?? 'float' }, horizon: column?.horizon ?? 0 }))
  const latest = await reads.latestBefore(said.map(({ key }) => key), Number.MAX_SAFE_INTEGER, { signal })
  const since = twins.map((_, place) => Math.max(from, (latest[place]?.at ?? -Infinity) - (said[place]?.horizon ?? 0)))
  const wanted = twins.flatMap(({ features }, twin) => [...new Set(features.flatMap((feature) => (feature.kind === 'telemetry' ? feature.series : [])))].flatMap((index) => {
    const key = series[index]?.key
    return key ? [{ twin, key, after: since[twin] ?? from }] : []
  }))
  for (let start = 0; start < wanted.length; start += seriesAtOnce) {
    for (let left = wanted.slice(start, start + seriesAtOnce); left.length > 0;) {
      const earliest = Math.min(...left.map(({ after }) => after))
      const pages = await reads.readings(left.map(({ key }) => key), { from: earliest + 1, to: Number.MAX_SAFE_INTEGER }, { first: inOnePage, signal })
      left = left.flatMap((each, index) => {
        const page = pages[index] ?? []
        for (const { at, receivedAt } of page) if (at > each.after) add(each.twin, at, receivedAt)
        const last = page.at(-1)
        return last && page.length === inOnePage ? [{ ...each, after: Math.max(each.after, last.at) }] : []
      })
    }
  }
}

const nameOf = ({ outputs }: RunInputs, column: ResultColumn | undefined): [twin: string, name: string] => {
  const output = outputs[column?.output ?? -1]
  if (!output) throw new Error('A stream predicts nothing of a twin.')
  return [output.twin, output.name]
}
