import pluralize from 'pluralize'
import { parseDtmi } from './dtmi.ts'
import type { Dtmi } from './model.ts'
import type { ModelNames } from './registry.ts'
import { generatedSuffix, reservedFields, reservedTypes } from './reserved-names.ts'

interface Named {
  readonly model: { readonly id: Dtmi }
  readonly names: ModelNames
}

/**
 * Names for newly published models, given what already has a name.
 * A type is called after the last segment of its DTMI; two newcomers that clash both get the segment before it (`rec_Point`, `Brick_Point`),
 * one that clashes with an existing type gets it alone. Versions other than 1 end in `_v2`, `_v1_2`.
 * Root fields are camelCase, singular and plural; a clash adds `_`.
 */
export function assignNames(existing: Iterable<Named>, fresh: readonly { readonly id: Dtmi }[]): Map<Dtmi, ModelNames> {
  const types = new Set(reservedTypes)
  const fields = new Set(reservedFields)
  for (const { names } of existing) {
    types.add(names.type).add(`${names.type}_`)
    for (const field of rootFields(names)) fields.add(field)
  }
  const named = new Map<Dtmi, ModelNames>()
  for (const [id, type] of typeNames(fresh.map((model) => model.id), types)) named.set(id, { type, ...fieldNames(type, fields) })
  return named
}

/** The root fields that a model's names give rise to, those of later features included. */
export function rootFields({ singular, plural }: Pick<ModelNames, 'singular' | 'plural'>): readonly string[] {
  return [singular, plural, `${plural}Connection`, `${singular}Live`, `${plural}Live`]
}

/** Lengthens every clashing name by one more segment a round, until all are different. */
function typeNames(ids: readonly Dtmi[], taken: Set<string>): Map<Dtmi, string> {
  const given = new Map<Dtmi, string>()
  let open = ids.map((id) => ({ id, depth: 1 }))
  while (open.length > 0) {
    const groups = Map.groupBy(open, ({ id, depth }) => candidate(id, depth))
    const settled: string[] = []
    open = []
    for (const [name, claims] of groups) {
      const [first] = claims
      if (claims.length === 1 && first && !taken.has(name) && !taken.has(`${name}_`)) {
        given.set(first.id, name)
        settled.push(name, `${name}_`)
      } else {
        open.push(...claims.map(({ id, depth }) => ({ id, depth: depth + 1 })))
      }
    }
    for (const name of settled) taken.add(name)
  }
  return given
}

/** The last `depth` segments; when there are no more, a number, which ends the search. */
function candidate(id: Dtmi, depth: number): string {
  const { segments, version } = parseDtmi(id)
  const base = segments.slice(-depth).join('_')
  const spare = depth - segments.length
  const suffix = version === '' || version === '1' ? '' : `_v${version.replace('.', '_')}`
  const name = `${base}${spare > 0 ? `_${spare + 1}` : ''}${suffix}`
  return generatedSuffix.test(name) ? `${name}Type` : name
}

function fieldNames(type: string, taken: Set<string>): { singular: string; plural: string } {
  const [, stem = type, version = ''] = /^(.*?)(_v\d+(?:_\d+)?)?$/.exec(type) ?? []
  let singular = camelCase(stem) + version
  while (taken.has(singular)) singular += '_'
  taken.add(singular)
  let plural = pluralize(camelCase(stem)) + version
  while (rootFields({ singular, plural }).some((field) => field !== singular && taken.has(field)) || plural === singular) plural += '_'
  for (const field of rootFields({ singular, plural })) taken.add(field)
  return { singular, plural }
}

/** `HVACEquipment` → `hvacEquipment`, `rec_Point` → `recPoint`, `AHU` → `ahu`. */
export function camelCase(name: string): string {
  const joined = name.replace(/_+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return joined.replace(/^[A-Z]+(?=[A-Z][a-z]|[0-9]|$)|^[A-Z]/, (head) => head.toLowerCase())
}
