import type { GraphQLInputType, GraphQLInterfaceType, GraphQLNamedType, GraphQLOutputType, GraphQLSchema } from 'graphql'
import { isInputType, isInterfaceType, isOutputType } from 'graphql'
import type { Described, LanguageMap } from '../../model/model.ts'
import type { Registry } from '../../model/registry.ts'

/** The types of one build of the domain's schema: each is made once, when it is first asked for. */
export interface Book {
  readonly registry: Registry
  /** The platform's `Twin`. */
  readonly twin: GraphQLInterfaceType
  define<T extends GraphQLNamedType>(name: string, make: (name: string) => T): T
  /** A platform type of the name, if there is one. */
  platform(name: string): GraphQLNamedType | undefined
  output(name: string): GraphQLOutputType
  input(name: string): GraphQLInputType
}

export function createBook(registry: Registry, platform: GraphQLSchema): Book {
  const types = new Map<string, GraphQLNamedType>()
  const twin = platform.getType('Twin')
  if (!isInterfaceType(twin)) throw new Error('The platform schema has no interface Twin.')
  return {
    registry,
    twin,
    platform: (name) => platform.getType(name),
    define<T extends GraphQLNamedType>(name: string, make: (name: string) => T): T {
      const known = types.get(name)
      if (known) return known as T // the name decides the kind of type: every caller of one name makes the same
      const made = make(name)
      types.set(name, made)
      return made
    },
    output(name) {
      const type = types.get(name) ?? platform.getType(name)
      if (!type || !isOutputType(type)) throw new Error(`The platform schema has no output type ${name}.`)
      return type
    },
    input(name) {
      const type = types.get(name) ?? platform.getType(name)
      if (!type || !isInputType(type)) throw new Error(`The platform schema has no input type ${name}.`)
      return type
    },
  }
}

/** A described element's text in the schema: its description, else its display name; English if there is one. */
export function describe(element: Described, fallback: string, ...more: readonly (string | undefined)[]): string {
  const text = inEnglish(element.description) ?? inEnglish(element.displayName) ?? fallback
  return [text, ...more.filter((part) => part !== undefined && part !== '')].join('\n\n')
}

function inEnglish(texts: LanguageMap): string | undefined {
  const text = texts.get('en') ?? texts.values().next().value
  return text === '' ? undefined : text
}

/** A record whose keys come from models: without a prototype, so that `constructor` is a key like any other. */
export function byName<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const record = Object.create(null) as Record<string, T>
  for (const [name, value] of entries) record[name] = value
  return record
}
