import type { RelationshipInput, TwinInput } from './twin-input.ts'

/** The outlet of the North Hill tower, as it is now, and the one that lay there before. */
const [present, former] = ['main-4', 'main-4-old']

/** What the survey found: the town, but for the outlet that was replaced afterwards. */
export const surveyed = (town: readonly TwinInput[]): TwinInput[] => town.map((twin) => ({
  ...(twin.id === present ? { ...twin, id: former, properties: { ...twin.properties, material: 'CAST_IRON', diameter: 200, roughness: 85 } } : twin),
  relationships: twin.relationships.map((each) => (each.to === present ? { ...each, to: former } : each)),
}))

/** What the crew did: took the old pipe out, laid the new one, and joined it. */
export function replacement(town: readonly TwinInput[]): { readonly removed: string; readonly laid: readonly TwinInput[]; readonly joined: readonly (RelationshipInput & { readonly from: string })[] } {
  return {
    removed: former,
    laid: town.filter(({ id }) => id === present),
    joined: town.flatMap(({ id: from, relationships }) => relationships.flatMap((each) => (each.to === present ? [{ ...each, from }] : []))),
  }
}
