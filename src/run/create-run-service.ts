import type { ArtifactStore } from '../artifact/artifact-store.ts'
import type { InferenceRequest } from '../prediction/inference/inference-request.ts'
import type { Conflict, NotFound } from '../problem.ts'
import type { RunQueue } from '../job/run-queue.ts'
import { newId } from '../util/id.ts'
import type { Json } from '../util/json.ts'
import { done, refused } from '../util/result.ts'
import { type InputsConfig, openInputs } from './open-inputs.ts'
import type { OutputBook } from './output-book.ts'
import { planCalibration, planSweep } from './plan-task.ts'
import type { RunBoard } from './run-board.ts'
import type { Repeated, RunRequest, RunService, Started } from './run-service.ts'
import type { RunStore } from './run-store.ts'
import type { RunTwinReader } from './run-twins.ts'
import { isEnded, type Run, type RunState } from './run.ts'
import { startRun, type StartingConfig } from './start-run.ts'
import { tooMany } from './store-run.ts'

export interface RunServiceConfig extends StartingConfig, Pick<InputsConfig, 'runtimes'> {
  readonly store: RunStore
  readonly artifacts: ArtifactStore
  readonly queue: Pick<RunQueue, 'add' | 'cancel'>
  readonly board: Pick<RunBoard, 'tell'>
  readonly outputs: OutputBook
  readonly twins: Pick<RunTwinReader, 'twins'>
  /** Of predictors, as the other three are of engines. */
  readonly startInference: (request: InferenceRequest, by: RunRequest) => Promise<Started>
  /** Takes the readings of runs away; of sweeps those of their members, too. */
  forgetResults(runs: readonly Run[]): Promise<void>
  /** The queue cannot be reached: the run waits in the store, from which it is taken up. */
  readonly onTrouble: (error: unknown, what: string) => void
}

export function createRunService(config: RunServiceConfig): RunService {
  const { engines, store, queue, board, outputs, mostOpen, onTrouble } = config
  const hand = async (run: Run): Promise<void> => {
    if (run.phase.kind !== 'QUEUED') return
    await queue.add({ run: run.id, priority: run.priority, dueAt: run.phase.dueAt }).catch((error: unknown) => { onTrouble(error, 'the queue of runs did not take a run; it will be taken up from the store') })
  }
  const started = async (outcome: Started): Promise<Started> => {
    if (outcome.ok && !outcome.value.isKnown) {
      board.tell([outcome.value.run])
      await hand(outcome.value.run)
    }
    return outcome
  }
  /** The twins that a run was made of. */
  const readsOf = async (id: string): Promise<readonly string[]> => {
    const reads: string[] = []
    for (let after: string | undefined; ;) {
      const page = await config.twins.twins(id, { first: twinsInPage, after })
      for (const link of page) if (link.reads) reads.push(link.twin)
      if (page.length < twinsInPage) return reads
      after = page.at(-1)?.twin
    }
  }
  /** A run with the very inputs of another. */
  const repeat = async (id: string, actor: string, allowed: (run: Run) => Conflict | undefined): Promise<Repeated> => {
    const [run] = await store.find([id])
    if (!run) return refused(noRun(id))
    const notAllowed = allowed(run)
    if (notAllowed) return refused(notAllowed)
    const opened = await openInputs(config, run)
    if (!opened.ok) return refused(conflict('INPUTS_GONE', `The run ${shown(id)} cannot be repeated. ${opened.message}`))
    const created = await store.create({ ...run, id: newId(), repeats: run.id, createdBy: actor, mostAttempts: run.kind === 'STREAM' ? run.attempts.most : config.mostAttempts, reads: await readsOf(id) }, { force: true, mostOpen, idempotency: undefined })
    if (created.kind === 'tooMany') return refused(tooMany(created.open, mostOpen))
    if (created.kind === 'keyReused') throw new Error('A run was made without an idempotency key.')
    board.tell([created.run])
    await hand(created.run)
    return done(created.run)
  }

  return {
    get engines() { return [...engines.values()].map((engine) => engine.describe()) },
    startSimulation: async (simulation, by) => await started(await startRun(config, {
      kind: 'SIMULATION', simulation, whole: toJson(simulation), path: ['input'], plan: () => ({ task: { kind: 'simulate' }, problems: [] }),
    }, by)),
    startSweep: async (request, by) => await started(await startRun(config, {
      kind: 'SWEEP', simulation: request.simulation, whole: toJson(request), path: ['input', 'simulation'], plan: (bound) => planSweep(request, bound),
    }, by)),
    startCalibration: async (request, by) => await started(await startRun(config, {
      kind: 'CALIBRATION', simulation: request.simulation, whole: toJson(request), path: ['input', 'simulation'], plan: (bound, { keyOf }) => planCalibration(request, bound, keyOf),
    }, by)),
    startInference: async (request, by) => await started(await config.startInference(request, by)),
    async cancel(id, actor) {
      const [before] = await store.find([id])
      if (!before) return refused(noRun(id))
      if (isEnded(before.phase)) return refused(conflict('RUN_ENDED', `The run ${shown(id)} is ${before.phase.kind} already.`))
      const run = await store.cancel(id, actor)
      if (!run) return refused(noRun(id))
      await queue.cancel(id).catch((error: unknown) => { onTrouble(error, 'the queue of runs did not take a cancellation; who computes the run sees it in the store') })
      board.tell([run])
      return done(run)
    },
    retry: (id, actor) => repeat(id, actor, ({ phase }) => (retryable.has(phase.kind) ? undefined
      : phase.kind === 'SUCCEEDED' ? conflict('RUN_ENDED', `The run ${shown(id)} succeeded; do it once more by rerun.`) : conflict('RUN_NOT_ENDED', `The run ${shown(id)} is ${phase.kind}: wait for its end, or cancel it.`))),
    rerun: (id, actor) => repeat(id, actor, ({ phase }) => (phase.kind === 'SUCCEEDED' ? undefined
      : conflict('RUN_NOT_SUCCEEDED', `The run ${shown(id)} is ${phase.kind}, so that there is nothing to come to again. ${isEnded(phase) ? 'Try it again by retryRun.' : 'Wait for its end.'}`))),
    async remove(ids) {
      const runs = await store.find(ids)
      const missing = ids.find((_, index) => !runs[index])
      if (missing !== undefined) return refused(noRun(missing))
      const found = runs.filter((run) => run !== undefined)
      const open = found.find(({ phase }) => !isEnded(phase))
      if (open) return refused(conflict('RUN_NOT_ENDED', `The run ${shown(open.id)} is ${open.phase.kind}: cancel it first.`))
      await config.forgetResults(found)
      await store.remove(ids)
      return done(ids)
    },
    find: (ids) => store.find(ids),
    async outputsOf({ inputs }) { return [...(await outputs.find(inputs)).values()] },
    async outputOf({ inputs }, { twin, name }) { return (await outputs.find(inputs)).get(JSON.stringify([twin, name])) },
    members: (run, page) => store.members(run, page),
  }
}

const twinsInPage = 5_000

const retryable: ReadonlySet<RunState> = new Set(['FAILED', 'CANCELLED', 'TIMED_OUT'])

const shown = (id: string): string => JSON.stringify(id.slice(0, 80))

const noRun = (id: string): NotFound => ({ kind: 'NotFound', code: 'NOT_FOUND', id, path: ['id'], message: `There is no run ${shown(id)}. Check the id; the field runs lists those there are.` })

const conflict = (code: Conflict['code'], message: string): Conflict => ({ kind: 'Conflict', code, path: ['id'], message })

/** GraphQL's inputs have no prototypes, and hold nothing but JSON. */
const toJson = (request: object): Json => JSON.parse(JSON.stringify(request)) as Json
