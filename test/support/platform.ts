import type { GraphQLSchema } from 'graphql'
import { resolvers } from '../../resolvers/index.ts'
import { createPlatformSchema, readContract } from '../../src/graphql/platform-schema.ts'

/** The platform's schema without a store: what is tested is the domain's part. */
export const platformSchema: Promise<GraphQLSchema> = readContract().then((contract) => createPlatformSchema({ contract, resolvers, reader: { read: () => Promise.resolve([]) } }))
