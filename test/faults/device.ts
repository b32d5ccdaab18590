import type { IngestAnswer, Server } from './server.ts'

/** A message as `/ingest` takes it. */
export interface SentMessage {
  readonly twin: string
  readonly at: string
  readonly values: { readonly level: number }
  readonly origin: string
  readonly sequence: number
}

export type Batch = readonly SentMessage[]

/**
 * A client that sends for twins of its own, one batch after the other, and remembers what was acknowledged. Every tenth message is late, and every fiftieth
 * corrects an earlier one. A batch without an answer is sent again before anything new. It numbers its messages over all its twins, so that every message is a
 * gap in the numbers of a twin; two batches are 30 such gaps, fewer than the 32 that are remembered (docs/decisions.md).
 */
export interface Device {
  readonly twins: readonly string[]
  /** What must be there: by twin, the value at each time in ms. */
  readonly expected: ReadonlyMap<string, ReadonlyMap<number, number>>
  /** Sent, but never answered. */
  readonly unanswered: Batch | undefined
  readonly lastAcknowledged: Batch | undefined
  readonly acknowledgedBatches: number
  /** Refusals, which a test decides about. */
  readonly refusals: readonly IngestAnswer[]
  /** The next batch, or again the unanswered one; resolves to the answer. Rejects where none comes. */
  send(server: Pick<Server, 'ingest'>): Promise<IngestAnswer>
}

export interface DeviceConfig {
  readonly name: string
  readonly twinCount?: number
  readonly batchSize?: number
}

const start = Date.parse('2026-01-01T00:00:00Z')

/** How many of its twin's messages ago the one is that a message corrects, a punctual or a late one of a batch before; 0: none. */
const correctionReach = (n: number): number => (n % 100 === 57 || n % 100 === 83 ? 40 : 0)

export function createDevice({ name, twinCount = 8, batchSize = 120 }: DeviceConfig): Device {
  const twins = Array.from({ length: twinCount }, (_, index) => `${name}-${index}`)
  const expected = new Map(twins.map((twin) => [twin, new Map<number, number>()]))
  const refusals: IngestAnswer[] = []
  let next = 0
  let unanswered: Batch | undefined
  let lastAcknowledged: Batch | undefined
  let acknowledgedBatches = 0

  /** Late ones have times of their own, between those of others. */
  const timeOf = (n: number): number => {
    const corrected = n - correctionReach(n) * twinCount
    if (corrected !== n && corrected >= 0) return timeOf(corrected)
    return start + (n % 10 === 3 && n >= 100 ? (n - 100) * 1_000 + 500 : n * 1_000)
  }
  const message = (n: number): SentMessage => ({ twin: twins[n % twinCount] ?? '', at: new Date(timeOf(n)).toISOString(), values: { level: n / 2 }, origin: name, sequence: n })

  return {
    twins, expected, refusals,
    get unanswered() {
      return unanswered
    },
    get lastAcknowledged() {
      return lastAcknowledged
    },
    get acknowledgedBatches() {
      return acknowledgedBatches
    },
    async send(server) {
      const batch = unanswered ?? Array.from({ length: batchSize }, (_, index) => message(next + index))
      if (!unanswered) next += batchSize
      unanswered = batch
      const answer = await server.ingest(batch)
      if (answer.report === undefined) {
        refusals.push(answer)
        return answer
      }
      for (const { twin, at, values } of batch) expected.get(twin)?.set(Date.parse(at), values.level)
      unanswered = undefined
      lastAcknowledged = batch
      acknowledgedBatches++
      return answer
    },
  }
}

const model = {
  '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:faults:FaultMeter;1', '@type': 'Interface', contents: [{ '@type': 'Telemetry', name: 'level', schema: 'double' }],
}

/** The twins that devices send for. */
export async function createTwins(server: Pick<Server, 'ask'>, devices: readonly Device[]): Promise<void> {
  await server.ask('mutation($d: [JSON!]!) { publishModels(documents: $d) { __typename ... on Problem { message } } }', { d: [model] })
  const twins = devices.flatMap((device) => device.twins).map((id) => ({ id, model: model['@id'] }))
  const { createTwins: { __typename: outcome } } = await server.ask<{ createTwins: { __typename: string } }>('mutation($t: [TwinInput!]!) { createTwins(twins: $t) { __typename } }', { t: twins })
  if (outcome !== 'CreateTwinsSuccess') throw new Error(`The twins were not created: ${outcome}`)
}

/** Sends until the signal, or until no answer comes; resolves to what it died of, if it did. */
export async function sendUntil(device: Device, server: Pick<Server, 'ingest'>, signal: AbortSignal): Promise<unknown> {
  try {
    while (!signal.aborted) await device.send(server)
    return undefined
  } catch (error) {
    return error
  }
}
