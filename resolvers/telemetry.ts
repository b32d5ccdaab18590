import type { IResolvers } from '@graphql-tools/utils'
import type { GraphQLResolveInfo } from 'graphql'
import type { VantageArguments } from '../src/domain/vantage.ts'
import { failure } from '../src/errors.ts'
import { findIds } from '../src/graphql/catalogue/find-nodes.ts'
import { findNode } from '../src/graphql/catalogue/node-loader.ts'
import type { Context } from '../src/graphql/context.ts'
import type { LimitReached, NotFound } from '../src/problem.ts'
import { formatDuration } from '../src/telemetry/duration.ts'
import { formatInstant } from '../src/telemetry/instant.ts'
import type { RollupGroup } from '../src/telemetry/rollup.ts'
import type { Aggregate } from '../src/telemetry/telemetry-store.ts'
import { type TimeArguments, toBuckets, toTimeRange } from '../src/telemetry/time-range.ts'
import { done, refused, type Result } from '../src/util/result.ts'
import { nowMicroseconds } from '../src/util/clock.ts'

interface RollupArguments extends TimeArguments, VantageArguments {
  readonly of: readonly string[]
  readonly over?: readonly string[] | null
  readonly maxDepth?: number | null
  readonly models?: readonly string[] | null
  readonly series: string
  readonly every: string
  readonly aggregate: Aggregate
  readonly groupBy?: RollupGroup | null
}

interface PolicyArguments {
  readonly model: string
  readonly telemetry?: string | null
  readonly keep?: string | null
  readonly rollupEvery?: string | null
  readonly rollupKeep?: string | null
}

interface Choice {
  readonly ids?: readonly string[] | null
  readonly where?: Readonly<Record<string, unknown>> | null
}

const mostMessages = 10_000

export const telemetryResolvers: IResolvers<unknown, Context> = {
  Query: {
    telemetryStatus(_, _args, { services: { telemetry } }) {
      const { health, counts, projectionLagMs } = telemetry.status()
      return { ...health, ...counts, projectionLagMs, quarantine: telemetry.quarantine.state(), problem: health.problem ?? null }
    },
    telemetryOrigins(_, _args, { services: { telemetry } }) {
      const now = nowMicroseconds()
      return [...telemetry.origins].sort((left, right) => (left.origin < right.origin ? -1 : 1)).map(({ watermark, lastReceivedAt, ...counts }) => ({
        ...counts, watermark: formatInstant(watermark), lastReceivedAt: formatInstant(lastReceivedAt),
        eventLag: formatDuration(Math.max(0, now - watermark)), receiptLag: formatDuration(Math.max(0, now - lastReceivedAt)),
      }))
    },
    async rollup(_, args: RollupArguments, { services: { telemetry, vantages }, signal }) {
      const vantage = await vantages.find(args, signal)
      const { readingsUntil } = vantage
      const buckets = toBuckets(toTimeRange(args, readingsUntil ?? nowMicroseconds(), readingsUntil === undefined ? 0 : 1), { every: args.every })
      const { of, series, aggregate } = args
      const rows = await telemetry.rollup({ of, over: args.over ?? [], maxDepth: args.maxDepth ?? 25, models: args.models ?? undefined, series, buckets, aggregate, groupBy: args.groupBy ?? undefined, vantage }, signal)
      return rows.map((row) => ({ ...row, buckets: row.buckets.map(({ from, count, value }) => ({ from: formatInstant(from), to: formatInstant(Math.min(from + buckets.width, buckets.to)), count, value })) }))
    },
  },
  Mutation: {
    async ingest(_, { readings }: { readings: readonly Readonly<Record<string, unknown>>[] }, { services: { telemetry } }) {
      if (readings.length > mostMessages) return { kind: 'LimitReached', code: 'TOO_LARGE', limit: mostMessages, actual: readings.length, message: `At most ${mostMessages} readings are taken at once. Send them in parts, or by HTTP to /ingest.`, path: ['readings'] } satisfies LimitReached
      return { kind: 'IngestSuccess', ...await telemetry.intake.submit(readings.map((body) => ({ body: { ...body } }))) }
    },
    async replayQuarantined(_, choice: Choice, context, info) {
      const ids = await chosen(choice, context, info)
      return ids.ok ? { kind: 'ReplayQuarantinedSuccess', ...await context.services.telemetry.quarantine.replay(ids.value) } : ids.problem
    },
    async setTelemetryPolicy(_, { model, telemetry = null, keep = null, rollupEvery = null, rollupKeep = null }: PolicyArguments, { services }) {
      const set = await services.telemetry.policies.set({ model, telemetry, keep, rollupEvery, rollupKeep })
      return set.ok ? { kind: 'SetTelemetryPolicySuccess', id: set.value } : set.problem
    },
    async removeTelemetryPolicy(_, { model, telemetry = null }: PolicyArguments, { services }) {
      const removed = await services.telemetry.policies.remove(model, telemetry)
      return removed.ok ? { kind: 'RemoveTelemetryPolicySuccess', model, telemetry } : removed.problem
    },
    async discardQuarantined(_, choice: Choice, context, info) {
      const ids = await chosen(choice, context, info)
      return ids.ok ? { kind: 'DiscardQuarantinedSuccess', discarded: await context.services.telemetry.quarantine.discard(ids.value) } : ids.problem
    },
  },
  SetTelemetryPolicySuccess: { policy: findPolicy },
}

function findPolicy({ id }: { readonly id: string }, _args: unknown, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  return findNode('telemetryPolicies', id, context, info)
}

/** The ids that `ids` and `where` choose; a problem where one of `ids` is not there. */
async function chosen({ ids, where }: Choice, context: Context, info: GraphQLResolveInfo): Promise<Result<readonly string[], NotFound>> {
  if (!ids && !where) throw failure('BAD_USER_INPUT', { message: 'Say which readings: give ids, where or both.' })
  const found = await findIds('quarantinedReadings', { AND: [...(where ? [where] : []), ...(ids ? [{ id: { in: ids } }] : [])] }, context, info)
  const known = new Set(found)
  const missing = where ? undefined : ids?.find((id) => !known.has(id))
  if (missing === undefined) return done(found)
  return refused({ kind: 'NotFound', code: 'NOT_FOUND', message: `There is no quarantined reading ${JSON.stringify(missing)}. It may have been replayed or discarded already.`, path: ['ids'], id: missing })
}
