import type { InputsNode } from './lineage-node.ts'

/** The most frequent first, then by name. */
export const countBy = (names: readonly string[]): InputsNode['parts'] =>
  [...Map.groupBy(names, (name) => name)].map(([name, { length }]) => ({ name, count: length })).sort((left, right) => right.count - left.count || (left.name < right.name ? -1 : 1))
