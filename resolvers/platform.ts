import type { IResolvers } from '@graphql-tools/utils'
import { type GraphQLSchema, printSchema } from 'graphql'
import type { Context } from '../src/graphql/context.ts'

const printed = new WeakMap<GraphQLSchema, string>()

export const platformResolvers: IResolvers<unknown, Context> = {
  Query: {
    schemaSdl(_source, _args, _context, { schema }) {
      const text = printed.get(schema) ?? printSchema(schema)
      printed.set(schema, text)
      return text
    },
  },
}
