import type { ArtifactStore } from '../artifact/artifact-store.ts'
import { vantageOf } from '../domain/find-vantage.ts'
import { presentVantage, type Vantage } from '../domain/vantage.ts'
import type { PredictorRuntime, RuntimeId } from '../prediction/runtime.ts'
import type { ScenarioBook } from '../scenario/scenario.ts'
import type { Engine } from '../simulation/engine.ts'
import type { TelemetryService } from '../telemetry/telemetry-service.ts'
import { decodeInputs, readsTelemetry, type RunInputs } from './run-inputs.ts'
import { vantageOfRun } from './run-readings.ts'
import type { Run } from './run.ts'

export interface InputsConfig {
  readonly engines: ReadonlyMap<string, Engine>
  readonly runtimes: ReadonlyMap<RuntimeId, PredictorRuntime>
  readonly artifacts: Pick<ArtifactStore, 'read' | 'path'>
  readonly scenarios: ScenarioBook
  readonly telemetry: Pick<TelemetryService, 'overrideVersions'>
}

/** What does it. */
export type Computer = { readonly kind: 'engine'; readonly engine: Engine } | { readonly kind: 'runtime'; readonly runtime: PredictorRuntime }

/** All that a run computes with, or what of it is not there any more, or not what it was. */
export type OpenInputs =
  | {
    readonly ok: true
    readonly inputs: RunInputs
    readonly computer: Computer
    /** Files, by SHA-256. */
    readonly artifacts: ReadonlyMap<string, string>
    /** From where its telemetry is read. */
    readonly vantage: Vantage
  }
  | { readonly ok: false; readonly code: 'ENGINE_GONE' | 'ENGINE_CHANGED' | 'INPUTS_GONE' | 'INPUTS_CHANGED'; readonly message: string }

/** A run is done with the very inputs it was made with, or not at all. */
export async function openInputs(config: InputsConfig, run: Pick<Run, 'inputs' | 'scenario' | 'pin'>, signal?: AbortSignal): Promise<OpenInputs> {
  const { pin } = run
  const bytes = await config.artifacts.read(run.inputs)
  if (!bytes) return gone('INPUTS_GONE', 'What the run computes with is not kept any more. Start it anew.')
  const inputs = decodeInputs(bytes)
  const computer = findComputer(config, inputs)
  if ('ok' in computer) return computer
  const paths = await Promise.all(inputs.artifacts.map(async (name) => [name, await config.artifacts.path(name)] as const))
  const missing = paths.find(([, path]) => path === undefined)
  if (missing) return gone('INPUTS_GONE', `The artifact ${missing[0]} is not kept any more. PUT it again, and try again.`)
  const vantage = readsTelemetry(inputs) ? await vantageThen(config, run, signal) : presentVantage
  if ('ok' in vantage) return vantage
  return { ok: true, inputs, computer, artifacts: new Map(paths.map(([name, path]) => [name, path ?? ''])), vantage: vantageOfRun(vantage, pin.watermark) }
}

/** An engine of the very build; of predictors, whose builds do not change, the runtime. */
function findComputer({ engines, runtimes }: InputsConfig, { engine: stamp, task }: RunInputs): Computer | Gone {
  if (task.kind === 'infer') {
    const runtime = runtimes.get(task.predictor.runtime)
    return runtime ? { kind: 'runtime', runtime } : gone('ENGINE_GONE', `This server has no runtime ${task.predictor.runtime} for predictors.`)
  }
  const engine = engines.get(stamp.id)
  if (!engine) return gone('ENGINE_GONE', `This server has no engine ${JSON.stringify(stamp.id)} any more.`)
  const { build, version } = engine.describe()
  if (build !== stamp.build) return gone('ENGINE_CHANGED', `The run was made for ${stamp.id} ${stamp.version}, and this server has another build, ${version}: its results would not be the same. Start it anew.`)
  return { kind: 'engine', engine }
}

/** What was measured is pinned by the watermark. What a scenario says of telemetry is not kept once it says something else. */
async function vantageThen({ scenarios, telemetry }: InputsConfig, { scenario, pin }: Pick<Run, 'scenario' | 'pin'>, signal: AbortSignal | undefined): Promise<Vantage | Gone> {
  if (!scenario) return presentVantage
  const found = await scenarios.find(scenario.id, signal)
  if (found?.state !== 'OPEN') return gone('INPUTS_GONE', `The scenario ${JSON.stringify(scenario.id)} has ended, and its telemetry with it.`)
  const versions = await telemetry.overrideVersions(found.chain)
  if (JSON.stringify(versions) !== JSON.stringify(pin.overrides)) return gone('INPUTS_CHANGED', `What the scenario ${JSON.stringify(scenario.id)} says of telemetry was changed since the run was made. Start it anew.`)
  return vantageOf(found)
}

type Gone = Extract<OpenInputs, { readonly ok: false }>

const gone = (code: Gone['code'], message: string): Gone => ({ ok: false, code, message })
