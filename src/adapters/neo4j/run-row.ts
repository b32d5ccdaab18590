import type { BindingReport } from '../../simulation/engine.ts'
import type { Kpis } from '../../simulation/engine-program.ts'
import type { EngineStamp, Run, RunAttempts, RunEnd, RunFailure, RunKind, RunPhase, RunPin, RunProgress, RunResults, RunState, RunWarning } from '../../run/run.ts'
import type { NewRun } from '../../run/run-store.ts'
import type { Json } from '../../util/json.ts'

/** The properties of a `:_Run` that statements return: whole numbers, texts, lists of texts; what has parts is JSON. Absent ones are null. */
export interface RunRow {
  readonly id: string
  readonly kind: RunKind
  readonly state: RunState
  readonly engine: string
  readonly engineVersion: string
  readonly build: string
  readonly predictor: string | null
  readonly request: string
  readonly inputs: string
  readonly configHash: string
  readonly pin: string
  readonly from: number
  readonly horizon: number
  readonly step: number
  readonly seed: number
  readonly scenarioId: string | null
  readonly scenarioNumber: number | null
  readonly tags: readonly string[]
  readonly priority: number
  readonly deadlineMs: number
  readonly dueAtMs: number
  readonly owner: string | null
  readonly leaseUntilMs: number | null
  readonly cancelledBy: string | null
  readonly attempts: number
  readonly mostAttempts: number
  readonly lastFailure: string | null
  readonly failureCode: string | null
  readonly failureMessage: string | null
  readonly failureTwin: string | null
  readonly failureRetryable: boolean | null
  readonly timedOutAfterMs: number | null
  readonly resultHash: string | null
  readonly progress: number
  readonly simulatedAtUs: number | null
  readonly values: number
  readonly positionUs: number | null
  readonly warnings: string
  readonly partial: string
  readonly report: string
  readonly kpis: string | null
  readonly writes: readonly string[] | null
  readonly detail: string | null
  readonly repeats: string | null
  readonly createdAtMs: number
  readonly createdBy: string
  readonly startedAtMs: number | null
  readonly finishedAtMs: number | null
}

export type RunColumn = keyof RunRow

const perSecond = 1_000_000

/** What a statement makes `datetime(…)` of, which takes no microseconds. */
export function toTime(microseconds: number): { readonly epochSeconds: bigint; readonly nanosecond: bigint } {
  const seconds = Math.floor(microseconds / perSecond)
  return { epochSeconds: BigInt(seconds), nanosecond: BigInt(Math.round(microseconds - seconds * perSecond)) * 1_000n }
}

/** Of a new run; its instants of the store's clock are set by the statement. */
export function toColumns(run: NewRun): Readonly<Record<string, unknown>> {
  const { id, kind, engine, predictor, request, inputs, configHash, pin, window, seed, scenario, tags, priority, deadlineMs, mostAttempts, report, repeats, createdBy } = run
  return {
    id, kind, engine: engine.id, engineVersion: engine.version, build: engine.build, predictor: predictor ?? null, request: JSON.stringify(request), inputs, configHash, pin: JSON.stringify(pin),
    from: BigInt(window.from), horizon: BigInt(window.horizon), step: BigInt(window.step), seed: BigInt(seed),
    scenarioId: scenario?.id ?? null, scenarioNumber: scenario ? BigInt(scenario.number) : null, tags: [...tags], priority: BigInt(priority), deadlineMs: BigInt(deadlineMs),
    attempts: 0n, mostAttempts: BigInt(mostAttempts), report: JSON.stringify(report), repeats: repeats ?? null, createdBy,
  }
}

export const toFailureColumns = ({ code, message, twin, isRetryable }: RunFailure): Readonly<Record<string, unknown>> =>
  ({ failureCode: code, failureMessage: message, failureTwin: twin ?? null, failureRetryable: isRetryable })

export function toEndColumns(end: RunEnd): Readonly<Record<string, unknown>> {
  switch (end.kind) {
    case 'SUCCEEDED': return { resultHash: end.resultHash }
    case 'FAILED': return toFailureColumns(end.failure)
    case 'CANCELLED': return { cancelledBy: end.by }
    case 'TIMED_OUT': return { timedOutAfterMs: BigInt(Math.round(end.afterMs)) }
  }
}

export const toResultColumns = ({ kpis, writes, detail }: RunResults): Readonly<Record<string, unknown>> =>
  ({ kpis: JSON.stringify(kpis), writes: [...writes], detail: JSON.stringify(detail) })

/** `simulatedTime` goes beside it: temporal values are made by the statement. A position that is not known leaves the one that is kept. */
export const toProgressColumns = ({ fraction, simulatedAt, position, values, warnings, partial }: RunProgress): Readonly<Record<string, unknown>> => ({
  progress: fraction, simulatedAtUs: simulatedAt === undefined ? null : BigInt(Math.round(simulatedAt)), values: BigInt(values), warnings: JSON.stringify(warnings), partial: JSON.stringify(partial),
  ...(position !== undefined && { positionUs: BigInt(position) }),
})

export const noProgress: RunProgress = { fraction: 0, simulatedAt: undefined, position: undefined, values: 0, warnings: [], partial: {} }

export function toRun(row: RunRow): Run {
  return {
    id: row.id, kind: row.kind, engine: toStamp(row), predictor: row.predictor ?? undefined, phase: toPhase(row), request: JSON.parse(row.request) as Json, inputs: row.inputs, configHash: row.configHash,
    pin: JSON.parse(row.pin) as RunPin, window: { from: row.from, horizon: row.horizon, step: row.step }, seed: row.seed,
    scenario: row.scenarioId === null || row.scenarioNumber === null ? undefined : { id: row.scenarioId, number: row.scenarioNumber },
    tags: row.tags, priority: row.priority, deadlineMs: row.deadlineMs, attempts: toAttempts(row), progress: toProgress(row),
    report: JSON.parse(row.report) as BindingReport, results: toResults(row), repeats: row.repeats ?? undefined,
    createdAt: row.createdAtMs, createdBy: row.createdBy, startedAt: row.startedAtMs ?? undefined, finishedAt: row.finishedAtMs ?? undefined,
  }
}

const toStamp = ({ engine, engineVersion, build }: RunRow): EngineStamp => ({ id: engine, version: engineVersion, build })

function toPhase(row: RunRow): RunPhase {
  switch (row.state) {
    case 'QUEUED': return { kind: 'QUEUED', dueAt: row.dueAtMs }
    case 'BINDING':
    case 'RUNNING': return { kind: row.state, owner: row.owner ?? '', leaseUntil: row.leaseUntilMs ?? 0, cancelledBy: row.cancelledBy ?? undefined }
    case 'SUCCEEDED': return { kind: 'SUCCEEDED', resultHash: row.resultHash ?? '' }
    case 'CANCELLED': return { kind: 'CANCELLED', by: row.cancelledBy ?? '' }
    case 'TIMED_OUT': return { kind: 'TIMED_OUT', afterMs: row.timedOutAfterMs ?? 0 }
    case 'FAILED': return {
      kind: 'FAILED', failure: { code: row.failureCode ?? '', message: row.failureMessage ?? '', twin: row.failureTwin ?? undefined, isRetryable: row.failureRetryable ?? false },
    }
  }
}

const toAttempts = ({ attempts, mostAttempts, lastFailure }: RunRow): RunAttempts =>
  ({ made: attempts, most: mostAttempts, last: lastFailure === null ? undefined : toFailure(JSON.parse(lastFailure) as RunFailure) })

/** JSON leaves out what is undefined, which the types have. */
const toFailure = ({ code, message, twin, isRetryable }: RunFailure): RunFailure => ({ code, message, twin, isRetryable })

function toProgress({ progress, simulatedAtUs, positionUs, values, warnings, partial }: RunRow): RunProgress {
  return {
    fraction: progress, simulatedAt: simulatedAtUs ?? undefined, position: positionUs ?? undefined, values, partial: JSON.parse(partial) as Kpis,
    warnings: (JSON.parse(warnings) as readonly RunWarning[]).map(({ code, message, twin, count, at }) => ({ code, message, twin, count, at })),
  }
}

const toResults = ({ kpis, writes, detail }: RunRow): RunResults | undefined =>
  (kpis === null ? undefined : { kpis: JSON.parse(kpis) as Kpis, writes: writes ?? [], detail: JSON.parse(detail ?? 'null') as Json })
