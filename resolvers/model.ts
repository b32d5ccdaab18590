import type { IResolvers } from '@graphql-tools/utils'
import DataLoader from 'dataloader'
import type { GraphQLResolveInfo } from 'graphql'
import { encodeCursor } from '../src/change/cursor.ts'
import { findNodes } from '../src/graphql/catalogue/find-nodes.ts'
import type { Context } from '../src/graphql/context.ts'
import type { ModelCommand, ModelsChanged } from '../src/model/model-service.ts'
import type { Problem } from '../src/problem.ts'
import type { Result } from '../src/util/result.ts'

interface Keyed {
  readonly idempotencyKey?: string | null
}

/** What a Success is resolved from: the ids of the models; the models themselves are read when they are asked for. */
interface Success {
  readonly kind: string
  readonly ids: readonly string[]
}

export const modelResolvers: IResolvers<unknown, Context> = {
  Query: {
    compareModels(_, { documents }: { documents: readonly unknown[] }, { services }) {
      const compared = services.models.compare(documents)
      return compared.ok ? { kind: 'CompareModelsSuccess', changes: compared.value } : compared.problem
    },
  },
  Mutation: {
    async publishModels(_, { documents, dryRun, ...keyed }: Keyed & { documents: readonly unknown[]; dryRun?: boolean | null }, context) {
      return toUnion('PublishModelsSuccess', await context.services.models.publish(documents, { dryRun, ...toCommand(keyed, context) }))
    },
    async deprecateModel(_, { dtmi, replacedBy, removeAfter, ...keyed }: Keyed & { dtmi: string; replacedBy?: string | null; removeAfter?: string | null }, context) {
      return toUnion('DeprecateModelSuccess', await context.services.models.deprecate(dtmi, { replacedBy, removeAfter, ...toCommand(keyed, context) }))
    },
    async retireModel(_, { dtmi, ...keyed }: Keyed & { dtmi: string }, context) {
      return toUnion('RetireModelSuccess', await context.services.models.retire(dtmi, toCommand(keyed, context)))
    },
    async exposeModels(_, { ids, pinned, ...keyed }: Keyed & { ids: readonly string[]; pinned: boolean }, context) {
      return toUnion('ExposeModelsSuccess', await context.services.models.expose(ids, pinned, toCommand(keyed, context)))
    },
    async migrateTwins(_, { from, to, dryRun }: { from: string; to: string; dryRun?: boolean | null }, { services, principal }) {
      const migrated = await services.migration.migrateTwins(from, to, { actor: principal.subject, dryRun })
      if (!migrated.ok) return migrated.problem
      const { twins, refused, seq } = migrated.value
      return { kind: 'MigrateTwinsSuccess', twins, refused, cursor: toCursor(seq) }
    },
  },
  PublishModelsSuccess: { models: findModels },
  ExposeModelsSuccess: { models: findModels },
  DeprecateModelSuccess: { model: findModel },
  RetireModelSuccess: { model: findModel },
  Model: {
    document: ({ _source }: { readonly _source: string }): unknown => JSON.parse(_source),
    twinCount: ({ _dtmi }: { readonly _dtmi: string }, _, context) => twinCounts(context).load(_dtmi),
  },
}

const toCommand = ({ idempotencyKey }: Keyed, { principal }: Context): ModelCommand => ({ actor: principal.subject, idempotencyKey })

function toUnion(kind: string, result: Result<ModelsChanged>): Problem | (Success & Readonly<Record<string, unknown>>) {
  if (!result.ok) return result.problem
  const { models, changes, schemaVersion, seq } = result.value
  return { kind, ids: models, changes, schemaVersion, cursor: toCursor(seq) }
}

const toCursor = (seq: number | null): string | null => (seq === null ? null : encodeCursor(seq))

async function findModels({ ids }: Success, _: unknown, context: Context, info: GraphQLResolveInfo): Promise<readonly unknown[]> {
  return ids.length === 0 ? [] : await findNodes('models', { where: { dtmi: { in: ids } }, sort: [{ dtmi: 'ASC' }], limit: ids.length }, context, info)
}

async function findModel(success: Success, args: unknown, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  return (await findModels(success, args, context, info))[0]
}

/** One count a list, for the length of a request. */
const loaders = new WeakMap<Context, DataLoader<string, number>>()

function twinCounts(context: Context): DataLoader<string, number> {
  const known = loaders.get(context)
  if (known) return known
  const loader = new DataLoader<string, number>(async (ids) => {
    const counts = await context.services.models.countTwins(ids)
    return ids.map((id) => counts.get(id) ?? 0)
  }, { cache: false }) // the fields of a mutation run one after the other, and each must see what those before it did
  loaders.set(context, loader)
  return loader
}
