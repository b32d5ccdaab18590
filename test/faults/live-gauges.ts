import { setTimeout as wait } from 'node:timers/promises'
import type { Server } from './server.ts'

const gauges = Array.from({ length: 6 }, (_, index) => `gauge-${index}`)
const begin = Date.parse('2026-02-01T00:00:00Z')

export const gaugeModel = { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:storm:Gauge;1', '@type': 'Interface', contents: [{ '@type': 'Telemetry', name: 'height', schema: 'double' }] }
export const gaugeTwins = gauges.map((id) => ({ id, model: gaugeModel['@id'] }))

export const readingsDocument = 'subscription ($after: Cursor) { readingReceived(after: $after) { __typename ... on ReadingReceived { cursor twinId reading { at value } } ... on Gap { from to } ... on CaughtUp { cursor } } }'

export interface ToldReading {
  readonly twinId: string
  readonly reading: { readonly at: string; readonly value: number }
}
export const toReadingLine = ({ twinId, reading: { at, value } }: ToldReading): string => `${twinId} ${at} ${value}`

/** Sends a reading of each gauge at a time of its own; resolves to the cursor behind them. Rejects where no answer comes. */
async function send(url: string, n: number, random: () => number): Promise<string> {
  const lines = gauges.map((twin) => JSON.stringify({ twin, at: new Date(begin + n * 1_000).toISOString(), values: { height: Math.round(random() * 10_000) / 100 } }))
  const response = await fetch(`${url}/ingest`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: lines.join('\n'), signal: AbortSignal.timeout(5_000) })
  const { cursor } = await response.json() as { readonly cursor?: string }
  if (cursor === undefined) throw new Error(`Readings were refused with ${response.status}.`)
  return cursor
}

export const sendFirst = (server: Server): Promise<string> => send(server.url, 0, () => 0)

/** Sends readings until it is stopped, each once, whether they are acknowledged or not: the store tells which of them are there. */
export async function sendReadings(url: () => string, random: () => number, signal: AbortSignal): Promise<void> {
  for (let n = 1; !signal.aborted; n++) await Promise.all([send(url(), n, random).catch(() => wait(100)), wait(20 + random() * 60)]) // where the server is away, this one is lost
}

/** All readings behind the first, as the store has them, in no order. */
export async function storedReadings(server: Server): Promise<readonly string[]> {
  const lines: string[] = []
  for (const id of gauges) {
    for (let [after, hasMore]: [string | null, boolean] = [null, true]; hasMore;) {
      const { gauge: { height: { readings } } }: Stored = await server.ask<Stored>(
        'query ($id: ID!, $from: DateTime, $after: String) { gauge(id: $id) { height { readings(from: $from, first: 1000, after: $after) { edges { node { at value } } pageInfo { hasNextPage endCursor } } } } }',
        { id, from: new Date(begin + 1).toISOString(), after })
      lines.push(...readings.edges.map(({ node }) => toReadingLine({ twinId: id, reading: node })))
      ;({ hasNextPage: hasMore, endCursor: after } = readings.pageInfo)
    }
  }
  return lines
}

interface Stored {
  readonly gauge: { readonly height: { readonly readings: { readonly edges: readonly { readonly node: ToldReading['reading'] }[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string } } } }
}
