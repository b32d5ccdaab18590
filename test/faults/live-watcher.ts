import { setTimeout as wait } from 'node:timers/promises'
import { createTwinfoldClient, type Live } from '../../sdk/src/index.ts'
import { readingsDocument, toReadingLine, type ToldReading } from './live-gauges.ts'
import { feedDocument, liveDocument, toLine, type Told, watched } from './live-town.ts'

/** A client that watches everything at once, behind a network that fails, and can be killed. */
export interface Watcher {
  readonly name: string
  /** Changes it was told of in all its lives, a line each. */
  readonly told: readonly string[]
  /** Readings, likewise. */
  readonly toldReadings: readonly string[]
  /** What it did not expect. */
  readonly faults: readonly string[]
  /** Attempts to connect. */
  readonly attempts: number
  readonly lives: readonly Live<unknown>[]
  /** Of each live query: the twins as one has them who only replays deltas, slowly. */
  readonly replayed: readonly ReadonlyMap<string, unknown>[]
  /** Another begins in its place, which knows of the feed's last cursor and nothing else. */
  kill(): Promise<void>
  close(): Promise<void>
}

export interface WatcherConfig {
  readonly name: string
  readonly url: string
  readonly transport: 'websocket' | 'sse'
  /** The cursor to begin behind. */
  readonly start: string
  /** The same for readings. */
  readonly startOfReadings: string
  readonly random: () => number
}

/** One that is silent for so long is dead; so that a storm has many deaths. */
const silenceMs = 2_500

export function createWatcher({ name, url, transport, start, startOfReadings, random }: WatcherConfig): Watcher {
  const told: string[] = []
  const toldReadings: string[] = []
  const faults: string[] = []
  const counts = { attempts: 0 }
  let [after, afterReading] = [start, startOfReadings]
  const begin = () => {
    const client = createTwinfoldClient({ url, transport, silenceMs: transport === 'sse' ? 3 * silenceMs : silenceMs, backoff: { baseMs: 50, maxMs: 500, random } })
    const lives = watched.map((query) => client.live<unknown>(liveDocument(query)))
    const replayed = lives.map(() => new Map<string, unknown>())
    const replays = lives.map((live, index) => replay(live, replayed[index] ?? new Map(), random))
    const feed = client.feed<{ changes: { __typename: string } & Told }>(feedDocument, { after }, { onStatus: ({ kind }) => { if (kind === 'connecting') counts.attempts++ } })
    const reading = (async () => {
      for await (const event of feed) {
        if (event.__typename === 'Change') told.push(toLine(event))
        else if (event.__typename === 'Gap') faults.push('a gap')
        after = feed.cursor ?? after
      }
    })()
    const readings = client.feed<{ readingReceived: { __typename: string } & ToldReading }>(readingsDocument, { after: afterReading })
    const readingReadings = (async () => {
      for await (const event of readings) {
        if (event.__typename === 'ReadingReceived') toldReadings.push(toReadingLine(event))
        else if (event.__typename === 'Gap') faults.push('a gap of readings')
        afterReading = readings.cursor ?? afterReading
      }
    })()
    const all = Promise.all([reading, readingReadings, ...replays]).catch((error: unknown) => { faults.push(String(error)) })
    return { client, lives, replayed, end: async () => { await client.dispose(); await all } }
  }
  let life = begin()
  return {
    name, told, toldReadings, faults,
    get attempts() {
      return counts.attempts
    },
    get lives() {
      return life.lives
    },
    get replayed() {
      return life.replayed
    },
    async kill() {
      await life.end()
      life = begin()
    },
    close: () => life.end(),
  }
}

/** As slow as to miss steps, which must not matter. */
async function replay(live: Live<unknown>, nodes: Map<string, unknown>, random: () => number): Promise<void> {
  for await (const delta of live) {
    if (delta.kind === 'RESET') nodes.clear()
    else if (delta.kind === 'LEAVE') nodes.delete(delta.id)
    else if (delta.kind !== 'CAUGHT_UP') nodes.set(delta.id, delta.node)
    if (random() < 0.3) await wait(random() * 60)
  }
}
