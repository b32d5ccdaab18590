import type { IResolvers } from '@graphql-tools/utils'
import DataLoader from 'dataloader'
import type { GraphQLResolveInfo } from 'graphql'
import { encodeCursor } from '../src/change/cursor.ts'
import { type SeriesRef, seriesTypeOf } from '../src/domain/schema/series-value.ts'
import { presentVantage } from '../src/domain/vantage.ts'
import { failure } from '../src/errors.ts'
import { findNode } from '../src/graphql/catalogue/node-loader.ts'
import type { Context } from '../src/graphql/context.ts'
import { toPageInfo } from '../src/graphql/page-info.ts'
import type { InferenceRequest } from '../src/prediction/inference/inference-request.ts'
import type { Problem } from '../src/problem.ts'
import type { CalibrationRequest, SimulationRequest, SweepRequest } from '../src/run/run-request.ts'
import type { RunRequest, Started } from '../src/run/run-service.ts'
import { toRunProblems } from '../src/run/run-problems.ts'
import type { SweepMember } from '../src/run/run-store.ts'
import type { Run } from '../src/run/run.ts'
import type { RunOutput } from '../src/run/run-inputs.ts'
import { foundBy } from '../src/run/found.ts'
import { memberRun, resultKey } from '../src/simulation/result-series.ts'
import { predictedKey } from '../src/prediction/prediction-series.ts'
import type { SeriesKey } from '../src/telemetry/reading.ts'
import { formatDuration } from '../src/telemetry/duration.ts'
import { formatInstant } from '../src/telemetry/instant.ts'
import type { Result } from '../src/util/result.ts'

/** What the catalogue's rows, and the successes of mutations, are resolved from. */
interface Row {
  readonly _id: string
  readonly _scenario?: string | null
}

interface Keyed { readonly idempotencyKey?: string | null }
interface Page { readonly first?: number | null; readonly after?: string | null }
interface SeriesArguments { readonly twin: string; readonly name: string }
interface Member extends SweepMember { readonly run: Run }

const [usualPage, mostPage] = [100, 1_000]

export const runResolvers: IResolvers<unknown, Context> = {
  Query: {
    run: (_source, { id }: { readonly id: string }, context, info) => findRun(id, context, info),
    async runsOfTwin(_source, { twin, ...page }: Page & { readonly twin: string }, { services }) {
      const { first, after } = toPage(page)
      const found = await services.runTwins.runsOfTwin(twin, { first: first + 1, after: after === undefined ? undefined : toTwinRunPlace(after) })
      return toConnection(found.map(({ run: id, at, reads, writes }) => ({ cursor: toCursor(`${at}:${id}`), node: { id, isRead: reads, isWritten: writes } })), first, after)
    },
  },
  Mutation: {
    startSimulation: async (_, { input, ...keyed }: Keyed & { readonly input: SimulationRequest }, context) => toStarted('StartSimulationSuccess', await context.services.runs.startSimulation(input, toRequest(keyed, context))),
    startSweep: async (_, { input, ...keyed }: Keyed & { readonly input: SweepRequest }, context) => toStarted('StartSweepSuccess', await context.services.runs.startSweep(input, toRequest(keyed, context))),
    startInference: async (_, { input, ...keyed }: Keyed & { readonly input: InferenceRequest }, context) => toStarted('StartInferenceSuccess', await context.services.runs.startInference(input, toRequest(keyed, context))),
    startCalibration: async (_, { input, ...keyed }: Keyed & { readonly input: CalibrationRequest }, context) => toStarted('StartCalibrationSuccess', await context.services.runs.startCalibration(input, toRequest(keyed, context))),
    cancelRun: async (_, { id }: { readonly id: string }, { services, principal }) => toChanged('CancelRunSuccess', await services.runs.cancel(id, principal.subject)),
    retryRun: async (_, { id }: { readonly id: string }, { services, principal }) => toChanged('RetryRunSuccess', await services.runs.retry(id, principal.subject)),
    rerun: async (_, { id }: { readonly id: string }, { services, principal }) => toChanged('RerunSuccess', await services.runs.rerun(id, principal.subject)),
    async applyCalibration(_, { run, name, onlyIdentifiable }: { readonly run: string; readonly name: string; readonly onlyIdentifiable?: boolean | null }, { services, principal, signal }) {
      const applied = await services.applyCalibration(run, { name, onlyIdentifiable: onlyIdentifiable ?? true, actor: principal.subject, signal })
      return applied.ok ? { kind: 'ApplyCalibrationSuccess', ...applied.value } : applied.problem
    },
    async deleteRuns(_, { ids }: { readonly ids: readonly string[] }, { services }) {
      if (ids.length > 100) throw failure('BAD_USER_INPUT', { message: `At most 100 runs are deleted at once, not ${ids.length}.` })
      const removed = await services.runs.remove([...new Set(ids)])
      return removed.ok ? { kind: 'DeleteRunsSuccess', deleted: removed.value } : removed.problem
    },
  },
  Run: {
    step: async (row: Row, _, context) => formatDuration((await load(row, context)).window.step),
    scenario: async ({ _scenario: id }: Row, _, context, info) => (typeof id === 'string' ? await findNode('scenarios', id, context, info) : null),
    async failure(row: Row, _, context) {
      const { phase } = await load(row, context)
      return phase.kind === 'FAILED' ? { ...phase.failure, retryable: phase.failure.isRetryable } : null
    },
    problems: async (row: Row, _, context) => toRunProblems(await load(row, context)),
    async kpis(row: Row, _, context) {
      const { results, progress } = await load(row, context)
      return results?.kpis ?? progress.partial
    },
    parameters: async (row: Row, _, context) => ((await load(row, context)).request as { readonly parameters?: unknown }).parameters ?? {},
    report: async (row: Row, _, context) => (await load(row, context)).report,
    async pin(row: Row, _, context) {
      const { pin, inputs } = await load(row, context)
      return { ...pin, inputs, cursor: encodeCursor(pin.cursor), at: new Date(pin.at).toISOString(), watermark: formatInstant(pin.watermark) }
    },
    async isReproduced(row: Row, _, context) {
      const { repeats, phase } = await load(row, context)
      if (repeats === undefined || phase.kind !== 'SUCCEEDED') return null
      const original = (await runsOf(context).load(repeats))?.phase
      return original?.kind === 'SUCCEEDED' ? original.resultHash === phase.resultHash : null
    },
    async twins({ _id }: Row, args: Page, { services }) {
      const { first, after } = toPage(args)
      const found = await services.runTwins.twins(_id, { first: first + 1, after })
      return toConnection(found.map(({ twin, reads, writes }) => ({ cursor: toCursor(twin), node: { twin, isRead: reads, isWritten: writes } })), first, after)
    },
    series: async (row: Row, { twin, name }: SeriesArguments, context) => await seriesOf(await load(row, context), undefined, { twin, name }, context),
    async members(row: Row, args: Page, context) {
      const { first, after } = toPage(args)
      const run = await load(row, context)
      const found = await context.services.runs.members(run.id, { first: first + 1, after: after === undefined ? undefined : toIndex(after) })
      return toConnection(found.map((member) => ({ cursor: toCursor(String(member.index)), node: { ...member, run } satisfies Member })), first, after)
    },
    async calibration(row: Row, _, context) {
      const found = foundBy(await load(row, context))
      if (!found) return null
      return { ...found, rmseBefore: found.rmse.before, rmseAfter: found.rmse.after, variables: found.variables.map(({ atBound, ...rest }) => ({ ...rest, isAtBound: atBound !== null })) }
    },
  },
  RunMember: {
    kpis: ({ kpis }: Member) => kpis ?? null,
    resultHash: ({ resultHash }: Member) => resultHash ?? null,
    failure: ({ failure: why }: Member) => (why ? { ...why, twin: null, retryable: false } : null),
    series: async ({ run, index }: Member, { twin, name }: SeriesArguments, context) => await seriesOf(run, index, { twin, name }, context),
  },
  ...Object.fromEntries(['StartSimulationSuccess', 'StartSweepSuccess', 'StartCalibrationSuccess', 'StartInferenceSuccess', 'CancelRunSuccess', 'RetryRunSuccess', 'RerunSuccess', 'TwinRun'].map((type) => [type, { run: ({ id }: { readonly id: string }, _: unknown, context: Context, info: GraphQLResolveInfo) => findRun(id, context, info) }])),
  ApplyCalibrationSuccess: { scenario: ({ scenario }: { readonly scenario: string }, _, context, info) => findNode('scenarios', scenario, context, info) },
  RunProgressed: { run: ({ id }: { readonly id: string }, _, context, info) => findRun(id, context, info) },
}

const toRequest = ({ idempotencyKey }: Keyed, { principal, signal }: Context): RunRequest => ({ actor: principal.subject, idempotencyKey, signal })

const toStarted = (kind: string, outcome: Started): unknown => (outcome.ok ? { kind, id: outcome.value.run.id, isKnown: outcome.value.isKnown, cursor: outcome.value.cursor } : outcome.problem)

const toChanged = (kind: string, outcome: Result<Run>): Problem | { readonly kind: string; readonly id: string } => (outcome.ok ? { kind, id: outcome.value.id } : outcome.problem)

/** As the catalogue shows it. */
const findRun = (id: string, context: Context, info: GraphQLResolveInfo): Promise<unknown> => findNode('runs', id, context, info)

/** Whole runs of a request, each read once; a mutation's later fields read anew. */
const loaders = new WeakMap<Context, DataLoader<string, Run | undefined>>()

function runsOf(context: Context): DataLoader<string, Run | undefined> {
  const known = loaders.get(context) ?? new DataLoader<string, Run | undefined>((ids) => context.services.runs.find(ids), { cache: false, maxBatchSize: mostPage })
  loaders.set(context, known)
  return known
}

async function load({ _id }: Row, context: Context): Promise<Run> {
  const run = await runsOf(context).load(_id)
  if (!run) throw failure('BAD_USER_INPUT', { message: `The run ${JSON.stringify(_id)} was deleted at this moment.` })
  return run
}

async function seriesOf(run: Run, member: number | undefined, { twin, name }: SeriesArguments, { services }: Context): Promise<SeriesRef | null> {
  const output = await services.runs.outputOf(run, { twin, name })
  return output ? toRef(output, run.predictor === undefined ? resultKey(output, memberRun(run.id, member)) : { ...predictedKey(twin, name, run.id), kind: output.kind }) : null
}

const toRef = (output: RunOutput, key: SeriesKey): SeriesRef =>
  ({ __typename: seriesTypeOf(output.kind), key, vantage: presentVantage, name: output.name, unit: output.unit, semanticType: output.semanticType })

function toPage({ first, after }: Page): { readonly first: number; readonly after: string | undefined } {
  const size = first ?? usualPage
  if (size < 0 || size > mostPage) throw failure('BAD_USER_INPUT', { message: `first is from 0 to ${mostPage}, not ${size}.` })
  return { first: size, after: typeof after === 'string' ? fromCursor(after) : undefined }
}

function toConnection<Node>(found: readonly { readonly cursor: string; readonly node: Node }[], first: number, after: string | undefined): unknown {
  const edges = found.slice(0, first)
  return { edges, pageInfo: toPageInfo(edges, found.length > first, after) }
}

function toIndex(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw failure('BAD_USER_INPUT', { message: 'after is no cursor of members. Give back the endCursor of the page before.' })
  return Number(text)
}

function toTwinRunPlace(text: string): { readonly at: number; readonly run: string } {
  const [, at, run] = /^(\d{1,16}):(.+)$/s.exec(text) ?? []
  if (at === undefined || run === undefined) throw failure('BAD_USER_INPUT', { message: 'after is no cursor of the runs of a twin. Give back the endCursor of the page before.' })
  return { at: Number(at), run }
}

const toCursor = (place: string): string => Buffer.from(`r1:${place}`).toString('base64url')

function fromCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  if (!text.startsWith('r1:')) throw failure('BAD_USER_INPUT', { message: 'after is no cursor of a run. Give back the endCursor of the page before.' })
  return text.slice(3)
}
