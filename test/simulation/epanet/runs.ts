import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { epanetBuild, epanetProgram, epanetVersion } from '../../../src/adapters/epanet/build.ts'
import { program } from '../../../src/adapters/epanet/program.ts'
import type { BindRequest, Bound, RunWindow } from '../../../src/simulation/engine.ts'
import type { InputSeries, Kpis, OpenModel, RunContext, Setting, Warning } from '../../../src/simulation/engine-program.ts'
import { createEpanetEngine } from '../../../src/simulation/epanet/engine.ts'
import { demoContent, demoNetwork } from './demo-network.ts'

export const engine = createEpanetEngine({ program: epanetProgram, version: epanetVersion, build: epanetBuild() })

const second = 1_000_000
/** A Monday, at midnight. */
export const monday = Date.UTC(2026, 0, 5) * 1_000
export const hours = (horizon: number, step = 0.25, from = monday): RunWindow => ({ from, horizon: horizon * 3_600 * second, step: step * 3_600 * second })

export function request(given: Partial<BindRequest> = {}): BindRequest {
  const network = given.network ?? demoNetwork()
  return { network, parameters: {}, window: hours(24), artifacts: new Map(), contentOf: demoContent(network), latest: new Map(), ...given }
}

export function bound(given: Partial<BindRequest> = {}): Bound {
  const result = engine.bind(request(given))
  if (!result.ok) throw new Error(result.issues.map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`).join('\n'))
  return result
}

export interface Ran {
  readonly kpis: Kpis
  /** Seconds since the start. */
  readonly times: readonly number[]
  /** By `twin.output`, in the outputs' units. */
  readonly series: ReadonlyMap<string, readonly number[]>
  readonly warnings: readonly Warning[]
}

export const seriesOf = (ran: Ran, name: string): readonly number[] => {
  const series = ran.series.get(name)
  if (!series) throw new Error(`No ${name} among ${[...ran.series.keys()].slice(0, 20).join(', ')}`)
  return series
}

export interface Opened extends AsyncDisposable {
  run(settings?: readonly Setting[], signal?: AbortSignal): Promise<Ran>
  readonly model: OpenModel
}

/** `simulate` for whoever wants to run more than once. */
export async function open(to: Bound, given: { readonly window?: RunWindow; readonly files?: readonly Uint8Array[]; readonly series?: readonly InputSeries[] } = {}): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'epanet-'))
  const artifacts = new Map<string, string>()
  for (const file of given.files ?? []) {
    const name = sha256(file)
    artifacts.set(name, join(folder, name))
    await writeFile(join(folder, name), file)
  }
  const input = JSON.parse(JSON.stringify(to.input)) as Bound['input'] // as it comes out of the artifact store
  const model = await program.open({ input, artifacts, series: given.series ?? [], window: given.window ?? hours(24), folder, signal: new AbortController().signal, pulse: () => undefined })
  return {
    model,
    run: (settings = [], signal = new AbortController().signal) => collect(to, model, settings, signal),
    async [Symbol.asyncDispose]() { await model.close(); await rm(folder, { recursive: true }) },
  }
}

export async function simulate(given: Partial<BindRequest> & { readonly series?: readonly InputSeries[] } = {}): Promise<Ran> {
  const window = given.window ?? hours(24)
  await using opened = await open(bound(given), { window, files: [...given.artifacts?.values() ?? []], ...(given.series ? { series: given.series } : {}) })
  return await opened.run() // before it is closed
}

async function collect({ outputs }: Bound, model: OpenModel, settings: readonly Setting[], signal: AbortSignal): Promise<Ran> {
  const [times, warnings] = [[] as number[], new Map<string, Warning>()]
  const columns = outputs.map(() => [] as number[])
  const context: RunContext = {
    signal, seed: 1,
    emit(at, values) {
      times.push(at / second)
      for (const [index, { affine }] of outputs.entries()) columns[index]?.push(affine ? (values[index] ?? Number.NaN) * affine.scale + affine.shift : values[index] ?? Number.NaN)
      return undefined
    },
    progress: () => undefined,
    warn: (warning) => { warnings.set(`${warning.code} ${warning.twin}`, warning) },
    random: () => { throw new Error('EPANET needs no chance') },
  }
  const kpis = await model.run(settings, context)
  return { kpis, times, series: new Map(outputs.map(({ twin, name }, index) => [`${twin}.${name}`, columns[index] ?? []])), warnings: [...warnings.values()] }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
