import type { DtdlVersion } from '../../model.ts'
import { metamodelTable, type PropertyFacts } from './table.ts'

/** The classes of DTDL's metamodel: `Interface`, `Property`, `Double` ...; what elements are, apart from their adjunct types. */
export type ClassName = string

const { classes } = metamodelTable

/** The class that a type in a document of the version names, as a term or as an id, such as `dtmi:dtdl:class:Property;3`. */
export function toClass(type: string, version: DtdlVersion): ClassName | undefined {
  const name = idForm.exec(type)
  if (name) return name[2] === String(version) ? toClass(name[1] ?? '', version) : undefined
  return Object.hasOwn(classes, type) ? type : undefined
}

const idForm = /^dtmi:dtdl:class:([A-Za-z]+);(\d)$/

/** May documents of the version say that an element is of the class? Not where it is abstract, or of another version. */
export const isConcrete = (name: ClassName, version: DtdlVersion): boolean => classes[name]?.versions?.includes(version) ?? false

/** Is the class the other one, or below it? */
export function isSubclass(name: ClassName, ancestor: ClassName): boolean {
  for (let next: string | undefined = name; next !== undefined; next = classes[next]?.parent) if (next === ancestor) return true
  return false
}

/** A class's properties in a version, own and inherited, by every way to write them: the term and the id. */
export function propertiesOf(name: ClassName, version: DtdlVersion): ReadonlyMap<string, PropertyFacts> {
  const key = `${name};${version}`
  const known = properties.get(key)
  if (known) return known
  const made = new Map<string, PropertyFacts>()
  for (let next: string | undefined = name; next !== undefined; next = classes[next]?.parent) {
    for (const [property, versions] of Object.entries(classes[next]?.properties ?? {})) {
      const facts = versions[version]
      if (!facts) continue
      const named = { name: property, ...facts }
      made.set(property, named)
      made.set(`dtmi:dtdl:property:${property};${version}`, named)
    }
  }
  properties.set(key, made)
  return made
}

const properties = new Map<string, ReadonlyMap<string, PropertyFacts>>()

/** The limit in force: DTDL's own, or the one of a limits context, such as `onvif_1`. */
export const limitOf = (limits: Readonly<Record<string, number>> | undefined, spec: string): number => limits?.[spec] ?? limits?.[''] ?? Infinity
