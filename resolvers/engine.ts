import type { IResolvers } from '@graphql-tools/utils'
import type { Context } from '../src/graphql/context.ts'

export const engineResolvers: IResolvers<unknown, Context> = {
  Query: { engines: (_source, _args, { services }) => services.runs.engines },
}
