import type { IResolvers } from '@graphql-tools/utils'
import DataLoader from 'dataloader'
import type { GraphQLResolveInfo } from 'graphql'
import type { Alert } from '../src/alert/alert.ts'
import { failure } from '../src/errors.ts'
import { findNode } from '../src/graphql/catalogue/node-loader.ts'
import type { Context } from '../src/graphql/context.ts'
import { toPageInfo } from '../src/graphql/page-info.ts'
import type { Problem } from '../src/problem.ts'
import { formatInstant } from '../src/telemetry/instant.ts'
import type { Result } from '../src/util/result.ts'
import { lineageOfAlert } from './alert-lineage.ts'

/** What the catalogue's rows have for the fields that are ours. */
interface Row {
  readonly _id: string
  readonly _rule: string
  readonly _twin: string | null
}
interface Named { readonly id: string }
interface ByHand { readonly ids: readonly string[]; readonly note?: string | null }
interface Page { readonly first?: number | null; readonly after?: string | null }

const [usualPage, mostPage] = [100, 1_000]

export const alertResolvers: IResolvers<unknown, Context> = {
  Query: { alert: findAlert },
  Mutation: {
    acknowledgeAlerts: async (_, { ids, note }: ByHand, { services, principal }) => toChanged('AcknowledgeAlertsSuccess', await services.alerts.acknowledge(ids, { actor: principal.subject, note })),
    resolveAlerts: async (_, { ids, note }: ByHand, { services, principal }) => toChanged('ResolveAlertsSuccess', await services.alerts.resolve(ids, { actor: principal.subject, note })),
  },
  Alert: {
    lineage: lineageOfAlert(load),
    rule: ({ _rule }: Row, _, context, info) => findNode('rules', _rule, context, info),
    twin: ({ _twin }: Row, _, context, info) => (_twin === null ? null : findTwin(_twin, context, info)),
    labels: async (row: Row, _, context) => (await load(row, context)).labels,
    annotations: async (row: Row, _, context) => (await load(row, context)).annotations,
    async evidence(row: Row, _, context) {
      const { evidence, since } = await load(row, context)
      return { ...evidence, since: formatInstant(since), at: formatInstant(evidence.at), contributions: evidence.contributions.map(({ twin, ...rest }) => ({ ...rest, twinId: twin })) }
    },
    async affected({ _id }: Row, { first, after }: Page, { services }) {
      const size = first ?? usualPage
      if (size < 0 || size > mostPage) throw failure('BAD_USER_INPUT', { message: `first is from 0 to ${mostPage}, not ${size}.` })
      const start = typeof after === 'string' ? fromCursor(after) + 1 : 0
      const found = await services.alerts.affected(_id, { first: size + 1, after: start })
      const edges = found.slice(0, size).map((twinId, index) => ({ cursor: toCursor(start + index), node: { twinId } }))
      return { edges, pageInfo: toPageInfo(edges, found.length > size, after) }
    },
  },
  AlertTwin: { twin: ({ twinId }: { readonly twinId: string }, _, context, info) => findTwin(twinId, context, info) },
  AlertEvidence: { run: ({ run }: { readonly run: string | null }, _, context, info) => (run === null ? null : findNode('runs', run, context, info)) },
  AlertRaised: { alert: findAlert },
  ...Object.fromEntries(['AcknowledgeAlertsSuccess', 'ResolveAlertsSuccess'].map((type) => [type, { alerts: findAlerts }])),
}

const toChanged = (kind: string, outcome: Result<readonly Alert[]>): Problem | { readonly kind: string; readonly ids: readonly string[] } =>
  (outcome.ok ? { kind, ids: outcome.value.map(({ id }) => id) } : outcome.problem)

/** As the catalogue shows it; of an event, the one it is about. */
async function findAlert(source: unknown, args: Partial<Named>, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  return await findNode('alerts', args.id ?? (source as Named).id, context, info)
}

async function findAlerts({ ids }: { readonly ids: readonly string[] }, _: unknown, context: Context, info: GraphQLResolveInfo): Promise<readonly unknown[]> {
  return (await Promise.all(ids.map((id) => findNode('alerts', id, context, info)))).filter((alert) => alert !== null)
}

/** Twins that are asked for at one place of an answer are read together. */
const twinLoaders = new WeakMap<Context, Map<unknown, DataLoader<string, unknown>>>()

async function findTwin(id: string, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  const ofContext = twinLoaders.get(context) ?? new Map<unknown, DataLoader<string, unknown>>()
  twinLoaders.set(context, ofContext)
  const [place] = info.fieldNodes
  const loader = ofContext.get(place) ?? new DataLoader<string, unknown>((ids) => context.services.reader.byIds(ids, info, { signal: context.signal }), { cache: false, maxBatchSize: mostPage })
  ofContext.set(place, loader)
  return await loader.load(id)
}

/** Whole alerts of a request; a mutation's later fields read anew. */
const loaders = new WeakMap<Context, DataLoader<string, Alert | undefined>>()

async function load({ _id }: Pick<Row, '_id'>, context: Context): Promise<Alert> {
  const known = loaders.get(context) ?? new DataLoader<string, Alert | undefined>((ids) => context.services.alerts.find(ids), { cache: false, maxBatchSize: mostPage })
  loaders.set(context, known)
  const alert = await known.load(_id)
  if (!alert) throw failure('BAD_USER_INPUT', { message: `The alert ${JSON.stringify(_id)} was forgotten at this moment.` })
  return alert
}

const toCursor = (place: number): string => Buffer.from(`a1:${place}`).toString('base64url')

function fromCursor(cursor: string): number {
  const place = /^a1:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (place === undefined) throw failure('BAD_USER_INPUT', { message: 'after is no cursor of affected twins. Give back the endCursor of the page before.' })
  return Number(place)
}
