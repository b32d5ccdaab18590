import { join } from 'node:path'
import { median } from '../reads.ts'
import { bareAppend } from './bare-append.ts'
import { closedLoop, type Latencies, openLoop } from './loops.ts'
import { postBatch, reportOf } from './post.ts'
import { type Batch, batchReadings, createTraffic } from './traffic.ts'

export interface IngestFigures {
  readonly values: 1 | 4
  /** Rows a second of DuckDB's own appender, and readings a second over HTTP; medians of the rounds. */
  readonly bare: number
  readonly http: number
  /** The median of the rounds' ratios. */
  readonly ratio: number
  /** At half of `http`, in ms. */
  readonly acknowledgement: Latencies
}

export interface IngestConfig {
  readonly values: 1 | 4
  readonly directory: string
  readonly rounds: number
  readonly seconds: number
  readonly inFlight: number
}

/** Bodies are made beforehand: the client has the same two cores. Bare and HTTP take turns, so that the machine's noise meets both. */
export async function measureIngest(url: string, { values, directory, rounds, seconds, inFlight }: IngestConfig): Promise<IngestFigures> {
  const traffic = createTraffic({ values })
  const prepare = (count: number): Batch[] => Array.from({ length: count }, () => traffic.next())
  let [sent, repeated, accepted, duplicates] = [0, 0, 0, 0]
  const send = async (batch: Batch): Promise<void> => {
    const report = reportOf(await postBatch(url, batch.body))
    sent += batchReadings
    repeated += batch.duplicates
    accepted += report.accepted
    duplicates += report.duplicates
  }
  const rates: { readonly bare: number; readonly http: number }[] = []
  await sendAll(prepare(300), inFlight, send) // warm-up
  for (let round = 0; round < rounds; round++) {
    const batches = prepare(Math.ceil(seconds * 300))
    const waiting = batches.values()
    const rows = batches.values()
    const bare = await bareAppend(join(directory, `bare-${values}-${round}.duckdb`), seconds, () => rows.next().value?.rows)
    const http = batchReadings * await closedLoop(inFlight, seconds, () => {
      const { value } = waiting.next()
      return value && send(value)
    })
    rates.push({ bare, http })
    await sendAll([...waiting], inFlight, send) // what is left: later minutes repeat messages of it
  }
  const http = median(rates.map((rate) => rate.http))
  const half = prepare(Math.ceil((http / 2 / batchReadings) * (seconds * 2 + 1))).values()
  const acknowledgement = await openLoop(http / 2 / batchReadings, AbortSignal.timeout(seconds * 2_000), () => {
    const { value } = half.next()
    if (!value) throw new Error('Too few bodies were prepared.')
    return send(value)
  })
  if (duplicates !== repeated || accepted + duplicates !== sent) throw new Error(`Of ${sent} readings, ${repeated} of them repeated, ${accepted} were accepted and ${duplicates} taken for duplicates.`)
  return { values, bare: median(rates.map((rate) => rate.bare)), http, ratio: median(rates.map((rate) => rate.http / rate.bare)), acknowledgement }
}

async function sendAll(batches: readonly Batch[], inFlight: number, send: (batch: Batch) => Promise<void>): Promise<void> {
  const waiting = batches.values()
  await closedLoop(inFlight, 600, () => {
    const { value } = waiting.next()
    return value && send(value)
  })
}
