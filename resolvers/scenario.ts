import type { IResolvers } from '@graphql-tools/utils'
import type { GraphQLResolveInfo } from 'graphql'
import { findNodes } from '../src/graphql/catalogue/find-nodes.ts'
import type { Context } from '../src/graphql/context.ts'
import type { Problem } from '../src/problem.ts'
import type { ScenarioDraft } from '../src/scenario/decide-scenario.ts'
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

export const scenarioResolvers: IResolvers<unknown, Context> = {
  Query: { scenario: findScenario },
  Mutation: {
    async createScenario(_, { idempotencyKey, ...draft }: Keyed & ScenarioDraft, context) {
      return toUnion('CreateScenarioSuccess', await context.services.scenarioLife.create(draft, toRequest({ idempotencyKey: idempotencyKey ?? null }, context)))
    },
    async discardScenario(_, { id, ...keyed }: Keyed & { readonly id: string }, context) {
      return toUnion('DiscardScenarioSuccess', await context.services.scenarioLife.discard(id, toRequest(keyed, context)))
    },
  },
  CreateScenarioSuccess: { scenario: findScenario },
  DiscardScenarioSuccess: { scenario: findScenario },
}

const toRequest = ({ idempotencyKey }: Keyed, { principal }: Context): ScenarioRequest => ({ actor: principal.subject, idempotencyKey })

function toUnion(kind: string, result: Result<ScenarioChanged>): Problem | Success {
  return result.ok ? { kind, id: result.value.scenario.id, cursor: result.value.cursor } : result.problem
}

/** As the catalogue shows it; of a Success, the one it is about. */
async function findScenario(source: unknown, args: { readonly id?: string }, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  const id = args.id ?? (source as Success).id
  return (await findNodes('scenarios', { where: { id: { eq: id } }, limit: 1 }, context, info))[0] ?? null
}
