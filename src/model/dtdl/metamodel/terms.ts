import { metamodelTable, unpack } from './table.ts'

const contexts: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries(metamodelTable.contexts).map(([id, packed]) => [id, new Map(unpack(packed))]),
)

/** The terms that a context defines, with their ids; undefined where no such context is known. */
export const termsOf = (context: string): ReadonlyMap<string, string> | undefined => contexts.get(context)

/** Is there any version of the context? */
export const isKnownContext = (versionless: string): boolean => versionlessContexts.has(versionless)

const versionlessContexts = new Set([...contexts.keys()].map((id) => id.split(';')[0]))
const terms = new Map([...contexts.values()].flatMap((context) => [...context].map(([term, id]) => [id, term] as const)))

/** The term of an id, in whichever context defines it; its last word where none does. */
export const termOf = (id: string): string => terms.get(id) ?? id.split(';', 1)[0]?.split(':').at(-1) ?? id
