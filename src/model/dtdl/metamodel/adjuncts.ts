import { metamodelTable, type AdjunctConstraint, type AdjunctPropertyFacts, type AdjunctShape, type SiblingRule } from './table.ts'

/** A type beside an element's class, from DTDL itself or from an extension: `Temperature`, `ValueAnnotation`, `Mqtt`. */
export interface AdjunctType extends Omit<AdjunctShape, 'constraints' | 'siblings' | 'properties'> {
  readonly id: string
  /** The last word of the id. */
  readonly term: string
  /** Own and inherited. */
  readonly constraints: readonly AdjunctConstraint[]
  readonly siblings: readonly SiblingRule[]
  /** By id; a type's own stand for those of its parents that have the same id. */
  readonly properties: ReadonlyMap<string, AdjunctPropertyFacts>
}

const shapes = new Map<string, { term: string; shape: AdjunctShape }>()
for (const { pattern, shape, names } of metamodelTable.adjuncts) {
  for (const [term, unit] of Object.entries(names)) {
    // `:%` in a shape stands for the unit type, by which quantitative types differ.
    const own = unit === '' ? shape : (JSON.parse(JSON.stringify(shape).replaceAll(':%', `:${unit}`)) as AdjunctShape)
    shapes.set(pattern.replace('*', term), { term, shape: own })
  }
}

const types = new Map<string, AdjunctType>()

export function adjunctType(id: string): AdjunctType | undefined {
  const known = types.get(id)
  const found = shapes.get(id)
  if (known || !found) return known
  const { term, shape } = found
  const parent = shape.parent === undefined ? undefined : adjunctType(shape.parent)
  const type: AdjunctType = {
    ...shape,
    id,
    term,
    constraints: [...(shape.constraints ?? []), ...(parent?.constraints ?? [])],
    siblings: [...(shape.siblings ?? []), ...(parent?.siblings ?? [])],
    properties: new Map([...(parent?.properties ?? []), ...Object.entries(shape.properties ?? {})]),
  }
  types.set(id, type)
  return type
}

/** Is the adjunct type the other one, or below it? */
export function isAdjunctOf(type: AdjunctType, id: string): boolean {
  for (let next: string | undefined = type.id; next !== undefined; next = shapes.get(next)?.shape.parent) if (next === id) return true
  return false
}
