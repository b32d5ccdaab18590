import type { IResolvers } from '@graphql-tools/utils'
import DataLoader from 'dataloader'
import type { GraphQLResolveInfo } from 'graphql'
import { findNode } from '../src/graphql/catalogue/node-loader.ts'
import type { Context } from '../src/graphql/context.ts'
import { toPageInfo } from '../src/graphql/page-info.ts'
import type { Problem } from '../src/problem.ts'
import type { ScenarioDraft } from '../src/scenario/decide-scenario.ts'
import type { OnScenarioConflict } from '../src/scenario/plan-promotion.ts'
import type { ScenarioChanged, ScenarioRequest } from '../src/scenario/scenario-service.ts'
import type { Result } from '../src/util/result.ts'

interface Keyed {
  readonly idempotencyKey?: string | null
}

/** What a Success is resolved from: the scenario is read when it is asked for. */
interface Success {
  readonly kind: string
  readonly id: string
  readonly cursor: string
}

/** What the catalogue's rows have for the fields that are ours. */
interface Row {
  readonly _id: string
  readonly _parent: string | null
}

const usualPage = 100

export const scenarioResolvers: IResolvers<unknown, Context> = {
  Query: { scenario: findScenario },
  Mutation: {
    async createScenario(_, { idempotencyKey, ...draft }: Keyed & ScenarioDraft, context) {
      return toUnion('CreateScenarioSuccess', await context.services.scenarioLife.create(draft, toRequest({ idempotencyKey: idempotencyKey ?? null }, context)))
    },
    async discardScenario(_, { id, ...keyed }: Keyed & { readonly id: string }, context) {
      return toUnion('DiscardScenarioSuccess', await context.services.scenarioLife.discard(id, toRequest(keyed, context)))
    },
    async promoteScenario(_, { id, onConflict, ...keyed }: Keyed & { readonly id: string; readonly onConflict?: OnScenarioConflict | null }, context) {
      const promoted = await context.services.scenarioLife.promote(id, onConflict ?? 'REFUSE', toRequest(keyed, context))
      return promoted.ok ? { kind: 'PromoteScenarioSuccess', ...promoted.value } : promoted.problem
    },
  },
  Scenario: {
    parent: ({ _parent }: Row, _, context, info) => (_parent === null ? null : findNode('scenarios', _parent, context, info)),
    async edits({ _id }: Row, { first, after }: { readonly first?: number | null; readonly after?: string | null }, { services, signal }) {
      const { edges, hasNextPage } = await services.scenarioEdits.page(_id, { first: first ?? usualPage, after }, signal)
      return { edges, pageInfo: toPageInfo(edges, hasNextPage, after) }
    },
    editCount: ({ _id }: Row, _, context) => editCounts(context).load(_id),
  },
  CreateScenarioSuccess: { scenario: findScenario },
  DiscardScenarioSuccess: { scenario: findScenario },
  PromoteScenarioSuccess: { scenario: findScenario },
}

const toRequest = ({ idempotencyKey }: Keyed, { principal }: Context): ScenarioRequest => ({ actor: principal.subject, idempotencyKey })

function toUnion(kind: string, result: Result<ScenarioChanged>): Problem | Success {
  return result.ok ? { kind, id: result.value.scenario.id, cursor: result.value.cursor } : result.problem
}

/** As the catalogue shows it; of a Success, the one it is about. */
async function findScenario(source: unknown, args: { readonly id?: string }, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  return await findNode('scenarios', args.id ?? (source as Success).id, context, info)
}

/** One count a list, however often it is asked for. */
const counts = new WeakMap<Context, DataLoader<string, number>>()

function editCounts(context: Context): DataLoader<string, number> {
  const known = counts.get(context) ?? new DataLoader<string, number>((ids) => context.services.scenarioEdits.counts(ids, context.signal), { cache: false }) // the fields of a mutation run one after the other
  counts.set(context, known)
  return known
}
