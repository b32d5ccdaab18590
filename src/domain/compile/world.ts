import type Cypher from '@neo4j/cypher-builder'

/**
 * Where a read happens. The present costs nothing: its patterns name only what is now. Other worlds name more, `feeds|_was_feeds`,
 * and hold nodes and relationships to a condition; so time and scenarios are arguments of the same compilation.
 */
export interface World {
  readonly key: string
  /** The relationship types of a hop. */
  types(name: string): string | Cypher.LabelExpr
  /** The labels of a twin of a type. */
  labels(type: string): string | Cypher.LabelExpr
  /** Does the node or relationship exist in this world? Undefined where everything the pattern names does. */
  exists(of: Cypher.Node | Cypher.Relationship): Cypher.Predicate | undefined
}

export const present: World = {
  key: 'now',
  types: (name) => name,
  labels: (type) => type,
  exists: () => undefined,
}
