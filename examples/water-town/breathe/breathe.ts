import { createMischief, type Line, toLine } from './mischief.ts'
import type { Town } from './operation.ts'
import { type Instrument, readingsAt } from './readings.ts'
import { nothing, type Sender, sum, type Tally } from './sender.ts'

/** Times are milliseconds, instants since 1970. */
export interface Breath {
  readonly town: Town
  readonly instruments: readonly Instrument[]
  readonly sender: Sender
  readonly every: number
  readonly faults: boolean
}

/** Messages in one request of the past. */
const batch = 1_000

/** What arrives at an instant, mischief included. */
export function toLines({ town, instruments, faults }: Breath): (instant: number) => readonly Line[] {
  const mischief = createMischief(town.chance)
  return (instant) => {
    const messages = readingsAt(town, instruments, instant)
    return faults ? mischief.send(instant, messages) : messages.map(toLine)
  }
}

/** Sends everything of `[from, to)` as fast as it is taken. `onProgress`: after every batch, with where it has come to. */
export async function backfill(breath: Breath, lines: (instant: number) => readonly Line[], range: { readonly from: number; readonly to: number }, onProgress: (instant: number) => void): Promise<Tally> {
  let total = nothing
  let gathered: Line[] = []
  const flush = async (instant: number): Promise<void> => {
    for (; gathered.length > 0; gathered = gathered.slice(batch)) total = sum(total, await breath.sender.send(gathered.slice(0, batch)))
    onProgress(instant)
  }
  for (let instant = firstStep(range.from, breath.every); instant < range.to; instant += breath.every) {
    gathered.push(...lines(instant))
    if (gathered.length >= batch) await flush(instant)
  }
  await flush(range.to)
  return total
}

/** The first whole step not before the instant: steps count from 1970, so that a second run sends at the same instants. */
export const firstStep = (instant: number, every: number): number => Math.ceil(instant / every) * every
