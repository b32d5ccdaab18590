import { toJson } from '../../domain/values.ts'
import type { Schema } from '../../model/model.ts'
import type { RegisteredModel } from '../../model/registry.ts'
import type { NetworkTwin } from '../../simulation/network.ts'
import type { Json } from '../../util/json.ts'
import type { ValuePairs } from './exact-values.ts'

type Properties = NetworkTwin['properties']

/** A twin or component as a statement found it: its state, and what scenarios say of it, the nearest first. */
export type FoundThing = readonly [id: string, model: string, version: number, born: number, values: ValuePairs, words: readonly (readonly [version: number, set: readonly string[], values: ValuePairs])[]]

/** The properties as the API's `_properties` has them. Where a scenario says something of one, be it that there is none, that holds. */
export function propertiesOf([, , , , values, words]: FoundThing, model: RegisteredModel | undefined): Properties {
  const merged = new Map(values)
  for (const [, set, said] of [...words].reverse()) {
    const given = new Map(said)
    for (const name of set) if (!name.startsWith('_')) merged.set(name, given.get(name))
  }
  return shown(merged, (name) => {
    const content = model?.contents.get(name)
    return content?.kind === 'Property' ? content.schema : undefined
  })
}

/** The same of a relationship, whose properties its source's model says. */
export function relationshipProperties(name: string, values: ValuePairs, source: RegisteredModel | undefined): Properties {
  const content = source?.contents.get(name)
  const schemas = new Map(content?.kind === 'Relationship' ? content.properties.map((property) => [property.name, property.schema]) : [])
  return shown(values, (property) => schemas.get(property))
}

/** A value whose property the model lost is shown as it lies. By name, so that equal twins make equal text. */
function shown(values: Iterable<readonly [string, unknown]>, schemaOf: (name: string) => Schema | undefined): Properties {
  const entries = [...values].filter(([, stored]) => stored !== undefined && stored !== null).sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries.map(([name, stored]): readonly [string, Json] => {
    const schema = schemaOf(name)
    return [name, (schema ? toJson(schema, stored) : stored) as Json] // stored values are JSON's, or made so by their schema
  }))
}
