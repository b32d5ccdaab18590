import { setTimeout as pause } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import type { Line } from './mischief.ts'

/** How many messages were sent, and what became of their readings, where the other side says so: `/ingest` does, a broker does not. */
export interface Tally {
  readonly sent: number
  readonly accepted: number
  readonly duplicates: number
  readonly quarantined: number
}

export const nothing: Tally = { sent: 0, accepted: 0, duplicates: 0, quarantined: 0 }

export const sum = (one: Tally, other: Tally): Tally => ({
  sent: one.sent + other.sent, accepted: one.accepted + other.accepted, duplicates: one.duplicates + other.duplicates, quarantined: one.quarantined + other.quarantined,
})

/** Rejects when the lines could not be handed over, or when it is aborted. */
export interface Sender extends AsyncDisposable {
  readonly send: (lines: readonly Line[]) => Promise<Tally>
}

const longestPause = 30_000

/** Lines to `/ingest`. While the server is away, busy or in trouble, it tries again: what was not taken is not lost. */
export function createHttpSender(url: string, signal: AbortSignal, say: (text: string) => void): Sender {
  return {
    async send(lines) {
      const body = lines.map(({ text }) => text).join('\n')
      for (let attempt = 1; ; attempt++) {
        const answer = await post(`${url}/ingest`, body, signal)
        if (answer.tally) return { ...answer.tally, sent: lines.length }
        if (!answer.mayTryAgain) throw new Error(answer.problem)
        const wait = Math.min(answer.retryAfter ?? 250 * 2 ** attempt, longestPause)
        if (attempt % 5 === 1) say(`${answer.problem} Trying again in ${(wait / 1_000).toFixed(1)} s.`)
        await pause(wait, undefined, { signal })
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

interface Answer {
  readonly tally?: Omit<Tally, 'sent'>
  readonly problem: string
  readonly mayTryAgain: boolean
  /** Milliseconds. */
  readonly retryAfter?: number
}

async function post(url: string, body: string, signal: AbortSignal): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body, signal })
  } catch (error) {
    if (signal.aborted) throw error
    return { problem: `No server answers at ${url}.`, mayTryAgain: true }
  }
  const text = await response.text()
  if (response.ok) return { tally: JSON.parse(text) as Omit<Tally, 'sent'>, problem: '', mayTryAgain: false }
  const retryAfter = Number(response.headers.get('retry-after') ?? NaN) * 1_000
  return { problem: `${url} answers ${response.status}: ${text.slice(0, 300)}`, mayTryAgain: response.status === 429 || response.status >= 500, ...(retryAfter >= 0 && { retryAfter }) }
}

export const topicOf = ({ twin }: Line): string => `aldermere/${twin}/telemetry`

/** Lines to a broker with quality of service 1, each on the topic of its twin. Nobody says there what became of them. */
export async function createMqttSender(url: string, signal: AbortSignal, say: (text: string) => void): Promise<Sender> {
  const client = await connectAsync(url, { protocolVersion: 5, clientId: `aldermere-${process.pid}` }, false)
  client.on('error', ({ message }) => say(`The broker at ${url} cannot be reached: ${message || 'no answer'}. Trying again.`)) // it connects again by itself
  signal.addEventListener('abort', () => client.end(true), { once: true })
  return {
    async send(lines) {
      signal.throwIfAborted()
      await Promise.all(lines.map(async (line) => client.publishAsync(topicOf(line), line.text, { qos: 1 })))
      return { ...nothing, sent: lines.length }
    },
    [Symbol.asyncDispose]: () => (client.disconnected || signal.aborted ? Promise.resolve() : client.endAsync()),
  }
}
