import { newId } from '../util/id.ts'
import { createSerial } from '../util/serial.ts'
import type { Passed } from './intake.ts'
import type { Delivery } from './message.ts'
import type { Refusal } from './pipeline/refusal.ts'
import type { Quarantined, QuarantineStore } from './quarantine-store.ts'

export interface Quarantine {
  /** Keeps refused readings as far as there is room; resolves to how many were kept and how many were not. */
  add(refusals: readonly Refusal[]): Promise<{ readonly kept: number; readonly dropped: number }>
  /** Runs them through the pipeline again. Those that pass are stored and leave the quarantine; the others stay, with what is wrong with them now. */
  replay(ids: readonly string[]): Promise<Replayed>
  discard(ids: readonly string[]): Promise<number>
  state(): { readonly kept: number; readonly dropped: number; readonly limit: number }
}

export interface Replayed {
  readonly accepted: number
  readonly duplicates: number
  /** Left in the quarantine. */
  readonly refused: readonly { readonly id: string; readonly code: string; readonly message: string }[]
  readonly cursor: string
}

/** The way back through the pipeline. A source's mapping may make several messages of one payload. */
export interface Replayer {
  /** Throws an Error with a helpful message where the payload cannot be read. */
  toDeliveries(entry: Quarantined): Promise<readonly Delivery[]>
  store(deliveries: readonly Delivery[]): Promise<Passed>
}

export interface QuarantineConfig {
  readonly store: QuarantineStore
  /** Entries kept at most. What comes beyond is counted and let go: a flood of broken readings must not fill the graph. */
  readonly limit: number
  readonly replayer: Replayer
}

/** A payload of more characters is kept shortened, and cannot be replayed; sources should not send such messages. */
const longestPayload = 1_000_000
/** Readings that are replayed together. */
const inOneGo = 1_000

export async function createQuarantine({ store, limit, replayer }: QuarantineConfig): Promise<Quarantine> {
  let { kept, dropped } = await store.count()
  const serial = createSerial()
  const replaySome = async (ids: readonly string[]): Promise<Replayed> => {
    const found = await store.find(ids)
    const deliveries: { readonly entry: Quarantined; readonly delivery: Delivery }[] = []
    const refused = new Map<string, { readonly id: string; readonly code: string; readonly message: string }>()
    for (const entry of found) {
      try {
        for (const delivery of await replayer.toDeliveries(entry)) deliveries.push({ entry, delivery })
      } catch (error) {
        refused.set(entry.id, { id: entry.id, code: 'UNDECODABLE', message: error instanceof Error ? error.message : String(error) })
      }
    }
    const { refused: refusals, ...stored } = await replayer.store(deliveries.map(({ delivery }) => delivery))
    for (const { delivery, refusal } of refusals) {
      const { id } = deliveries[delivery]?.entry ?? { id: '' }
      refused.set(id, { id, code: refusal.code, message: refusal.message })
    }
    await store.renew([...refused.values()])
    kept -= await store.remove(found.flatMap(({ id }) => (refused.has(id) ? [] : [id]))) // what passed is durable already: a crash in between replays it as a duplicate
    return { ...stored, refused: [...refused.values()] }
  }

  return {
    add: async (refusals) => (refusals.length === 0 ? { kept: 0, dropped: 0 } : await serial(async () => {
      const room = Math.max(0, limit - kept)
      const entries = refusals.slice(0, room).map((refusal): Quarantined => ({ ...refusal, id: newId(), payload: refusal.payload.slice(0, longestPayload) }))
      const lost = refusals.length - entries.length
      await store.add(entries, lost)
      kept += entries.length
      dropped += lost
      return { kept: entries.length, dropped: lost }
    })),
    replay: (ids) => serial(async () => {
      const total = { accepted: 0, duplicates: 0, refused: [] as Replayed['refused'][number][], cursor: '' }
      for (let start = 0; start === 0 || start < ids.length; start += inOneGo) {
        const { accepted, duplicates, refused, cursor } = await replaySome(ids.slice(start, start + inOneGo))
        total.accepted += accepted
        total.duplicates += duplicates
        total.refused.push(...refused)
        total.cursor = cursor
      }
      return total
    }),
    discard: (ids) => serial(async () => {
      const removed = await store.remove(ids)
      kept -= removed
      return removed
    }),
    state: () => ({ kept, dropped, limit }),
  }
}
