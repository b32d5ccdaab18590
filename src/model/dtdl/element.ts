import type { DtdlVersion, Dtmi } from '../model.ts'
import type { AdjunctType } from './metamodel/adjuncts.ts'
import type { ClassName } from './metamodel/classes.ts'
import type { ActiveContext } from './read/context.ts'
import type { JsonObject, Placed } from './read/json.ts'
import type { Place } from './read/place.ts'

/** An element of a model as it was read: everything DTDL's metamodel calls an Entity. What it only names is looked up when all documents are read. */
export interface Element {
  readonly id: Dtmi
  readonly class: ClassName
  readonly dtdl: DtdlVersion
  /** Which limits are in force here; see `ActiveContext`. */
  readonly limits: string
  readonly adjuncts: readonly AdjunctType[]
  /** Values by the term of a class's property or the id of an adjunct type's. */
  readonly literals: Map<string, Placed<Literal>>
  readonly texts: Map<string, ReadonlyMap<string, string>>
  readonly links: Map<string, readonly Link[]>
  /** The element that it is written inside of, and under which property. */
  readonly parent: { readonly element: Element; readonly property: string } | undefined
  /** The innermost Interface it is written in; itself, if it is one. Undefined for standard elements. */
  readonly owner: Dtmi | undefined
  readonly place: Place
  readonly json: JsonObject
  /** Absent in standard elements. */
  readonly context: ActiveContext | undefined
  /** What was read before it was published: not part of what is validated. */
  readonly known: boolean
}

export type Literal = string | number | boolean

/** One value of a property that refers to elements. */
export interface Link {
  readonly to: Dtmi
  readonly place: Place
  /** Where it is written there, and not only named. */
  readonly element: Element | undefined
}
