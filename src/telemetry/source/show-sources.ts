import { createSerial } from '../../util/serial.ts'
import type { Source, SourceStatus } from './source.ts'

/** Where people look for the state of sources: the catalogue. */
export interface SourceBoard {
  /** In the place of what it said of them before; sources that are not among them are gone. */
  write(sources: readonly (SourceStatus & Pick<Source, 'id' | 'kind' | 'url'>)[]): Promise<void>
}

const everyMs = 2_000
const laggingMs = 60_000

/** Writes the state of the sources down, at once and then every two seconds while anything of it changes. */
export async function showSources(sources: readonly Source[], board: SourceBoard, onTrouble: (error: unknown) => void): Promise<AsyncDisposable> {
  const serial = createSerial()
  let shown = ''
  const show = (): Promise<void> => serial(async () => {
    const states = sources.map((source) => ({ id: source.id, kind: source.kind, url: source.url, ...source.status() }))
    const now = JSON.stringify(states.map(({ lagMs, ...rest }) => ({ ...rest, isLagging: lagMs !== null && lagMs > laggingMs }))) // a lag alone grows all the time
    if (now === shown) return
    await board.write(states)
    shown = now
  }).catch(onTrouble)
  await show()
  if (sources.length === 0) return { [Symbol.asyncDispose]: () => Promise.resolve() }
  const timer = setInterval(() => { void show() }, everyMs).unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await show()
    },
  }
}
