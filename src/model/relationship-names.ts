import type { Registry } from './registry.ts'

/** Of all models. */
export const relationshipNames = ({ models }: Registry): ReadonlySet<string> =>
  new Set([...models.values()].flatMap(({ model }) => model.contents.flatMap(({ kind, name }) => (kind === 'Relationship' ? [name] : []))))
