import { createSerial } from './serial.ts'

/** Something that is done again and again, one round at a time. */
export interface Rounds extends AsyncDisposable {
  /** Another round now, or when the one under way is done. Resolves to what it resolves to. */
  now(): Promise<number>
}

export interface RoundsConfig {
  /** A long round looks at `isClosed` between its parts, and ends early. */
  round(isClosed: () => boolean): Promise<number>
  /** From the end of a round to the next. */
  readonly everyMs: number
  /** Of rounds that nobody asked for. */
  readonly onTrouble: (error: unknown) => void
}

/** Disposing waits for the round under way; none begins after that. */
export function createRounds({ round, everyMs, onTrouble }: RoundsConfig): Rounds {
  const serial = createSerial()
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  const now = (): Promise<number> => serial(async () => (isClosed ? 0 : await round(() => isClosed)))
  const rest = (): void => {
    timer = setTimeout(() => void now().catch(onTrouble).then(() => { if (!isClosed) rest() }), everyMs).unref()
  }
  rest()
  return {
    now,
    async [Symbol.asyncDispose]() {
      isClosed = true
      clearTimeout(timer)
      await serial(() => Promise.resolve())
    },
  }
}
