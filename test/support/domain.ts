import { execute, type ExecutionResult, type GraphQLSchema, parse, validate } from 'graphql'
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

/** The domain's schema over a graph, without a server. */
export async function createTestDomain(documents: readonly unknown[], { graph, tenant, tenantLabel }: { graph: GraphReader; tenant: string; tenantLabel: string }): Promise<TestDomain> {
  const registry = registryOf(documents)
  const reader = createTwinReader({ graph, tenant, tenantLabel })
  const schema = buildSchema(await platformSchema, registry, registry.models.values(), { read: (_source, args, _context, info) => reader.root(args, info), create: () => () => null, update: () => () => null })
  return {
    schema,
    registry,
    async query(text, variables = {}) {
      const document = parse(text)
      const errors = validate(schema, document)
      return errors.length > 0 ? { errors } : await execute({ schema, document, variableValues: variables, contextValue: {} })
    },
  }
}
