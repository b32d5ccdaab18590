import type { GraphQLSchema } from 'graphql'

/** The schema in use. Replaced whole: an operation keeps the schema it began with. */
export interface LiveSchema {
  readonly current: GraphQLSchema
  replace(schema: GraphQLSchema): void
  /** Calls the listener with every later schema; returns how to end that. */
  onReplace(listener: (schema: GraphQLSchema) => void): () => void
}

export function createLiveSchema(first: GraphQLSchema): LiveSchema {
  let current = first
  const listeners = new Set<(schema: GraphQLSchema) => void>()
  return {
    get current() {
      return current
    },
    replace(schema) {
      current = schema
      for (const listener of listeners) listener(schema)
    },
    onReplace(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
  }
}
