import { execute, type ExecutionResult, type GraphQLSchema, parse, validate } from 'graphql'
import { expect } from 'vitest'
import { executeDomain } from '../../src/domain/complete/execute-domain.ts'
import { buildSchema } from '../../src/domain/schema/build-schema.ts'
import type { GraphReader } from '../../src/domain/statement.ts'
import { createTwinReader } from '../../src/domain/twin-reader.ts'
import type { Registry } from '../../src/model/registry.ts'
import { registryOf } from './models.ts'
import { platformSchema } from './platform.ts'

export interface TestDomain {
  readonly schema: GraphQLSchema
  readonly registry: Registry
  query(text: string, variables?: Record<string, unknown>): Promise<ExecutionResult>
}

/** A reader of what is now: nothing asks it for another time or for a scenario. */
export const presentOnly = {
  vantages: { find: () => Promise.reject(new Error('This reader looks at the present only.')) },
  latestValues: () => Promise.reject(new Error('This reader looks at the present only.')),
}

/** The domain's schema over a graph, without a server. */
export async function createTestDomain(documents: readonly unknown[], { graph, tenant, tenantLabel }: { graph: GraphReader; tenant: string; tenantLabel: string }): Promise<TestDomain> {
  const registry = registryOf(documents)
  const reader = createTwinReader({ graph, tenant, tenantLabel, ...presentOnly })
  const schema = buildSchema(await platformSchema, registry, registry.models.values(), { read: (_source, args, _context, info) => reader.root(args, info), create: () => () => null, update: () => () => null })
  return {
    schema,
    registry,
    async query(text, variables = {}) {
      const document = parse(text)
      const errors = validate(schema, document)
      if (errors.length > 0) return { errors }
      const answer = await execute({ schema, document, variableValues: variables, contextValue: {} })
      const short = await executeDomain({ schema, document, variableValues: variables, contextValue: undefined, read: (args, info) => reader.root(args, info) })
      if (short) expect(JSON.stringify(short), 'the shorter way answers as graphql-js does').toBe(JSON.stringify(answer))
      return answer
    },
  }
}
