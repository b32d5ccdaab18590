import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EngineHost, EngineOutcome, EngineTask } from '../../../src/simulation/engine-host.ts'
import type { InputSeries } from '../../../src/simulation/engine-program.ts'
import { type Heard, listen, never } from '../host/work.ts'
import { bound, type BindSpec, engine, second } from './binding.ts'

export interface Ran {
  readonly outcome: EngineOutcome
  readonly heard: Heard
  /** Values by time, an array for each output. */
  readonly rows: readonly (readonly number[])[]
  /** Microseconds. */
  readonly times: readonly number[]
}

export interface RunSpec extends BindSpec {
  readonly series?: readonly InputSeries[]
  readonly task?: EngineTask
  readonly signal?: AbortSignal
  readonly heard?: Heard
}

let runs = 0

/** Binds, and computes in a process of the host, as an executor does. */
export async function run(host: EngineHost, { series = [], task = { kind: 'simulate', settings: [], seed: 1 }, signal = never, heard = listen(), ...spec }: RunSpec): Promise<Ran> {
  const { input, outputs } = bound(spec)
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-fmus-'))
  try {
    const files = (spec.fmus ?? []).map(({ sha256, bytes }) => ({ sha256, bytes, path: join(folder, sha256) }))
    await Promise.all(files.map(({ path, bytes }) => writeFile(path, bytes)))
    const outcome = await host.compute({
      run: `fmi-${++runs}`, engine: engine.describe(), program: engine.program, input, artifacts: new Map(files.map(({ sha256, path }) => [sha256, path])), series, outputs,
      window: spec.window ?? { from: 0, horizon: 10 * second, step: second }, task,
    }, heard, signal)
    const times = heard.all.flatMap(({ at }) => [...at])
    const values = heard.all.flatMap((frames) => [...frames.values])
    return { outcome, heard, times, rows: times.map((_, row) => values.slice(row * outputs.length, (row + 1) * outputs.length)) }
  } finally {
    await rm(folder, { recursive: true })
  }
}
