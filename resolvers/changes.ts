import type { IResolvers } from '@graphql-tools/utils'
import DataLoader from 'dataloader'
import type { FieldNode, GraphQLResolveInfo } from 'graphql'
import type { Change, ChangeEvent } from '../src/change/change.ts'
import { encodeCursor } from '../src/change/cursor.ts'
import type { ChangeChoice } from '../src/change/feed/change-filter.ts'
import { vantageOf } from '../src/domain/find-vantage.ts'
import type { Context } from '../src/graphql/context.ts'
import { selectedFields } from '../src/graphql/selected-fields.ts'
import type { Scenario } from '../src/scenario/scenario.ts'
import { scenarioToTell } from '../src/scenario/scenario-to-tell.ts'

interface Arguments extends Omit<ChangeChoice, 'scenario'> {
  readonly after?: string | null
  readonly first?: number | null
  readonly scenario?: string | null
}

const usualPage = 100

export const changeResolvers: IResolvers<unknown, Context> = {
  Query: {
    async changes(_, { first, scenario: id, ...given }: Arguments, { services, signal }, info) {
      const { schema, fragments, variableValues: variables } = info
      const scenario = await scenarioToTell(services.scenarios, id, signal)
      const withProperties = selectedFields({ schema, fragments, variables }, info.returnType, info.fieldNodes, ['edges', 'node']).has('properties')
      const { changes, gap, hasNextPage, end } = await services.feed.page({ ...given, scenario, first: first ?? usualPage, withProperties }, signal)
      return {
        edges: changes.map((node) => ({ cursor: node.cursor, node })), gap,
        pageInfo: { hasNextPage, hasPreviousPage: typeof given.after === 'string', startCursor: changes[0]?.cursor() ?? null, endCursor: encodeCursor(end) },
      }
    },
  },
  Change: {
    async twin({ twinId, scenario: id }: Change, _args, context, info) {
      if (twinId === null) return null
      const scenario = id === null ? undefined : await context.services.scenarios.find(id, context.signal)
      if (id !== null && scenario?.state !== 'OPEN') return null
      return await twins(context, info, scenario).load(twinId)
    },
  },
  ChangeEvent: { __resolveType: ({ __typename }: ChangeEvent) => __typename },
}

/** One reading for the twins of a page, or of changes that came at once, by the place where they are selected: all of one feed are of one scenario, or of the base. */
const loaders = new WeakMap<Context, Map<FieldNode | undefined, DataLoader<string, unknown>>>()

function twins(context: Context, info: GraphQLResolveInfo, scenario: Scenario | undefined): DataLoader<string, unknown> {
  const known = loaders.get(context) ?? new Map<FieldNode | undefined, DataLoader<string, unknown>>()
  loaders.set(context, known)
  const [node] = info.fieldNodes
  const vantage = vantageOf(scenario)
  const loader = known.get(node) ?? new DataLoader<string, unknown>((ids) => context.services.reader.byIds(ids, info, { signal: context.signal, vantage }), { maxBatchSize: 1_000 })
  known.set(node, loader)
  return loader
}
