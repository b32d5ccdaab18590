import type { Dtmi } from '../../model.ts'
import type { Element } from '../element.ts'
import type { PropertyFacts } from '../metamodel/table.ts'
import { metamodelTable } from '../metamodel/table.ts'
import type { ActiveContext, ContextOptions } from './context.ts'
import type { JsonObject } from './json.ts'
import type { LiteralContext } from './literal.ts'
import type { Place } from './place.ts'
import type { Report } from './report.ts'

/** What reading documents takes along, and what it fills. */
export interface Reading {
  readonly options: ContextOptions
  readonly report: Report
  /** All elements read so far. */
  readonly elements: Element[]
  /** Those that documents can refer to, because they have an `@id` of their own. */
  readonly byId: Map<Dtmi, Element>
  /** Are these documents published ones, read again because new ones refer to them? */
  readonly known: boolean
  /**
   * Reads an element and all inside it; undefined where it cannot be read at all (which is reported).
   * It is here because elements hold elements, and files that import each other would be the other way.
   */
  readonly readElement: (json: JsonObject, place: Place, slot: Slot | undefined, reading: Reading) => Element | undefined
}

/** Where an element stands inside another one. */
export interface Slot {
  readonly parent: Element
  readonly property: PropertyFacts
  readonly context: ActiveContext
}

export const literalContext = (property: string, { dtdl }: Pick<ActiveContext, 'dtdl'>, { report }: Pick<Reading, 'report'>): LiteralContext => ({
  property,
  keywordsRestricted: metamodelTable.keywordsRestricted.includes(dtdl),
  report,
})
