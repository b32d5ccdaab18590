import type { IResolvers } from '@graphql-tools/utils'
import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql'
import type { Context } from '../src/graphql/context.ts'
import type { RegisteredModel } from '../src/model/registry.ts'
import type { Problem } from '../src/problem.ts'
import type { Relate, UpdateTwin, Values } from '../src/twin/command.ts'
import type { CommittedItem } from '../src/twin/decide/decide.ts'
import type { Outcome, Request } from '../src/twin/twin-service.ts'
import { newId } from '../src/util/id.ts'

type Arguments = Readonly<Record<string, unknown>>

interface RelationshipArguments {
  readonly name: string
  readonly to: string
  readonly id?: string | null
  readonly properties?: Values
}

interface TwinArguments {
  readonly id: string
  readonly model: string
  readonly properties?: Values
  readonly components?: Values
  readonly relationships?: readonly RelationshipArguments[] | null
}

/** What a Success is resolved from: twins are read when they are asked for. */
interface Success {
  readonly kind: string
  readonly cursor: string
  readonly items: readonly CommittedItem[]
}

export const twinCommandResolvers: IResolvers<unknown, Context> = {
  Mutation: {
    async createTwins(_, args: Arguments & { twins: readonly TwinArguments[] }, context) {
      return toUnion('CreateTwinsSuccess', await context.services.twins.createTwins(args.twins.map(toCreateTwin), toRequest(args, context)))
    },
    async updateTwin(_, args: Arguments & { id: string; patch: unknown; ifVersion?: number | null }, context) {
      return toUnion('UpdateTwinSuccess', await context.services.twins.updateTwin(toUpdate(args.id, args.patch, args.ifVersion), toRequest(args, context)))
    },
    async deleteTwins(_, args: Arguments & { ids: readonly string[]; cascade?: boolean | null }, context) {
      return toUnion('DeleteTwinsSuccess', await context.services.twins.deleteTwins(args.ids.map((id) => ({ kind: 'deleteTwin', id, cascade: args.cascade === true })), toRequest(args, context)))
    },
    async relate(_, args: Arguments & { relationships: readonly (RelationshipArguments & { from: string })[] }, context) {
      return toUnion('RelateSuccess', await context.services.twins.relate(args.relationships.map(({ from, ...rest }) => ({ from, ...toRelate(rest) })), toRequest(args, context)))
    },
    async updateRelationship(_, args: Arguments & { from: string; name: string; id: string; patch: unknown; ifVersion?: number | null }, context) {
      const { from, name, id, patch, ifVersion } = args
      return toUnion('UpdateRelationshipSuccess', await context.services.twins.updateRelationship({ kind: 'updateRelationship', from, name, id, patch, ifVersion: ifVersion ?? undefined }, toRequest(args, context)))
    },
    async unrelate(_, args: Arguments & { relationships: readonly { from: string; name: string; id?: string | null; to?: string | null }[] }, context) {
      const keys = args.relationships.map(({ from, name, id, to }) => ({ kind: 'unrelate' as const, from, name, id: id ?? undefined, to: to ?? undefined }))
      return toUnion('UnrelateSuccess', await context.services.twins.unrelate(keys, toRequest(args, context)))
    },
  },
  CreateTwinsSuccess: { twins: readTwins },
  CreateTwinSuccess: { twin: readTwin },
  UpdateTwinSuccess: { twin: readTwin },
  DeleteTwinsSuccess: { ids: ({ items }: Success) => items.map(({ id }) => id) },
  RelateSuccess: { relationships: toRelationships },
  UnrelateSuccess: { relationships: toRelationships },
  UpdateRelationshipSuccess: { relationship: (success: Success) => toRelationships(success)[0] },
}

/** `createPump`: as createTwins of one, of that model. */
export const createTyped = (model: RegisteredModel): GraphQLFieldResolver<unknown, Context> =>
  async (_, args: Arguments & Omit<TwinArguments, 'model'>, context) =>
    toUnion('CreateTwinSuccess', await context.services.twins.createTwin(toCreateTwin({ ...args, model: model.id }), toRequest({ ...args, model: model.id }, context)))

/** `updatePump`: as updateTwin, of a twin of that model. */
export const updateTyped = (model: RegisteredModel): GraphQLFieldResolver<unknown, Context> =>
  async (_, args: Arguments & { id: string; properties: Values; ifVersion?: number | null }, context) =>
    toUnion('UpdateTwinSuccess', await context.services.twins.updateTwin({ ...toUpdate(args.id, args.properties, args.ifVersion), model: model.id }, toRequest({ ...args, model: model.id }, context)))

function toUnion(kind: string, outcome: Outcome): Problem | (Success & Arguments) {
  return outcome.ok ? { kind, ...outcome.value } : outcome.problem
}

const toRequest = (given: Arguments, { principal }: Context): Request => ({
  actor: principal.subject, given, idempotencyKey: given['idempotencyKey'] as string | null | undefined, onProblem: given['onProblem'] as Request['onProblem'],
})

const toCreateTwin = ({ id, model, properties, components, relationships }: TwinArguments) => ({
  kind: 'createTwin' as const, id, model, properties: properties ?? {}, components: components ?? {}, relationships: (relationships ?? []).map(toRelate),
})

const toRelate = ({ name, to, id, properties }: RelationshipArguments): Omit<Relate, 'from'> => ({
  kind: 'relate', name, to, ...(typeof id === 'string' ? { id } : { id: newId(), isIdFresh: true }), properties: properties ?? {},
})

const toUpdate = (id: string, patch: unknown, ifVersion: number | null | undefined): UpdateTwin => ({ kind: 'updateTwin', id, patch, ifVersion: ifVersion ?? undefined, model: undefined })

function toRelationships({ items }: Success): readonly unknown[] {
  return items.map(({ id, name, to, relationship, version }) => ({ from: id, name, to, id: relationship, version }))
}

/** The twins as they are by now: without those that were deleted since. */
async function readTwins({ items }: Success, _: unknown, { services, signal }: Context, info: GraphQLResolveInfo): Promise<readonly unknown[]> {
  const rows = await services.reader.byIds(items.map(({ id }) => id), info, { signal })
  return rows.filter((row) => row !== null)
}

async function readTwin(success: Success, args: unknown, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  const [row = null] = await readTwins(success, args, context, info)
  return row
}
