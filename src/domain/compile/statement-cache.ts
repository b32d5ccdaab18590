import type { GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { Variables } from './argument.ts'
import type { Compiled } from './root.ts'
import { createShapeOf, type ShapeOf } from './shape.ts'

/** Shapes of one operation kept; a client that makes up shapes without end only recompiles. */
const maxShapes = 200

/**
 * Compiled statements by operation, root field and shape of the variables. Operations are known by identity: the server parses a document once.
 * A schema has its own cache and takes it along when it is replaced.
 */
export interface StatementCache {
  find(operation: OperationDefinitionNode, key: string, variables: Variables, compile: () => Compiled): Compiled
}

export function createStatementCache(schema: GraphQLSchema): StatementCache {
  const operations = new WeakMap<OperationDefinitionNode, { readonly shapeOf: ShapeOf; readonly statements: Map<string, Compiled> }>()
  return {
    find(operation, key, variables, compile) {
      let entry = operations.get(operation)
      if (!entry) operations.set(operation, (entry = { shapeOf: createShapeOf(schema, operation), statements: new Map() }))
      const shape = `${key} ${entry.shapeOf(variables)}`
      const known = entry.statements.get(shape)
      if (known) return known
      const compiled = compile()
      if (entry.statements.size >= maxShapes) entry.statements.delete(entry.statements.keys().next().value ?? '')
      entry.statements.set(shape, compiled)
      return compiled
    },
  }
}
