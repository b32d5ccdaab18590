import type { IResolvers } from '@graphql-tools/utils'
import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql'
import { vantageOf } from '../src/domain/find-vantage.ts'
import type { Vantage } from '../src/domain/vantage.ts'
import type { Context } from '../src/graphql/context.ts'
import type { RegisteredModel } from '../src/model/registry.ts'
import type { Problem } from '../src/problem.ts'
import type { Relate, UpdateTwin, Values } from '../src/twin/command.ts'
import type { CommittedItem } from '../src/twin/decide/decide.ts'
import type { Outcome, Request, TwinService } from '../src/twin/twin-service.ts'
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
  /** From where its twins are looked at: in the scenario that it was done in. */
  readonly vantage: Vantage
}

export const twinCommandResolvers: IResolvers<unknown, Context> = {
  Mutation: {
    async createTwins(_, args: Arguments & { twins: readonly TwinArguments[] }, context) {
      return await answer('CreateTwinsSuccess', args, context, (twins, request) => twins.createTwins(args.twins.map(toCreateTwin), request))
    },
    async updateTwin(_, args: Arguments & { id: string; patch: unknown; ifVersion?: number | null }, context) {
      return await answer('UpdateTwinSuccess', args, context, (twins, request) => twins.updateTwin(toUpdate(args.id, args.patch, args.ifVersion), request))
    },
    async deleteTwins(_, args: Arguments & { ids: readonly string[]; cascade?: boolean | null }, context) {
      return await answer('DeleteTwinsSuccess', args, context, (twins, request) => twins.deleteTwins(args.ids.map((id) => ({ kind: 'deleteTwin', id, cascade: args.cascade === true })), request))
    },
    async relate(_, args: Arguments & { relationships: readonly (RelationshipArguments & { from: string })[] }, context) {
      return await answer('RelateSuccess', args, context, (twins, request) => twins.relate(args.relationships.map(({ from, ...rest }) => ({ from, ...toRelate(rest) })), request))
    },
    async updateRelationship(_, args: Arguments & { from: string; name: string; id: string; patch: unknown; ifVersion?: number | null }, context) {
      const { from, name, id, patch, ifVersion } = args
      return await answer('UpdateRelationshipSuccess', args, context, (twins, request) => twins.updateRelationship({ kind: 'updateRelationship', from, name, id, patch, ifVersion: ifVersion ?? undefined }, request))
    },
    async unrelate(_, args: Arguments & { relationships: readonly { from: string; name: string; id?: string | null; to?: string | null }[] }, context) {
      const keys = args.relationships.map(({ from, name, id, to }) => ({ kind: 'unrelate' as const, from, name, id: id ?? undefined, to: to ?? undefined }))
      return await answer('UnrelateSuccess', args, context, (twins, request) => twins.unrelate(keys, request))
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
    await answer('CreateTwinSuccess', { ...args, model: model.id }, context, (twins, request) => twins.createTwin(toCreateTwin({ ...args, model: model.id }), request))

/** `updatePump`: as updateTwin, of a twin of that model. */
export const updateTyped = (model: RegisteredModel): GraphQLFieldResolver<unknown, Context> =>
  async (_, args: Arguments & { id: string; properties: Values; ifVersion?: number | null }, context) =>
    await answer('UpdateTwinSuccess', { ...args, model: model.id }, context, (twins, request) => twins.updateTwin({ ...toUpdate(args.id, args.properties, args.ifVersion), model: model.id }, request))

/** Does it in the base, or in the scenario that the arguments name. That one ended is found out where it is written, so that a repeat still gets its answer. */
async function answer(kind: string, given: Arguments, { services, principal, signal }: Context, act: (twins: TwinService, request: Request) => Promise<Outcome>): Promise<Problem | (Success & Arguments)> {
  const id = given['scenario'] as string | null | undefined
  const scenario = typeof id === 'string' ? await services.scenarios.find(id, signal) : undefined
  if (typeof id === 'string' && !scenario) return { kind: 'NotFound', code: 'NOT_FOUND', message: `There is no scenario ${JSON.stringify(id.slice(0, 80))}. Check the id, or create it first.`, id, path: ['scenario'] }
  const outcome = await act(services.twins, {
    actor: principal.subject, given, scenario, idempotencyKey: given['idempotencyKey'] as string | null | undefined, onProblem: given['onProblem'] as Request['onProblem'],
  })
  if (!outcome.ok) return outcome.problem
  return { kind, ...outcome.value, vantage: vantageOf(scenario) }
}

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

/** The twins as they are by now, in their scenario: without those that were deleted since. */
async function readTwins({ items, vantage }: Success, _: unknown, { services, signal }: Context, info: GraphQLResolveInfo): Promise<readonly unknown[]> {
  const rows = await services.reader.byIds(items.map(({ id }) => id), info, { signal, vantage })
  return rows.filter((row) => row !== null)
}

async function readTwin(success: Success, args: unknown, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  const [row = null] = await readTwins(success, args, context, info)
  return row
}
