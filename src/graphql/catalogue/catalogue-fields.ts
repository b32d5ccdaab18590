import type { GraphQLArgument, GraphQLFieldResolver } from 'graphql'
import { coerceInputValue } from 'graphql'
import { longestList, withinLongest } from '../../domain/list-limit.ts'
import { failure } from '../../errors.ts'
import type { CatalogueReader } from './catalogue-reader.ts'
import { withoutIsNull } from './is-null.ts'

/** What a catalogue field needs of the request. */
export interface CatalogueContext {
  readonly principal: { readonly tenant: string }
  readonly signal?: AbortSignal | undefined
}

type Arguments = Readonly<Record<string, unknown>>
type Resolver = GraphQLFieldResolver<unknown, CatalogueContext, Arguments>

/**
 * A root field of the library as a root field of ours. The library gets a context of its own, which it writes to, with the tenant its rules ask for,
 * and arguments as its own scalars read them: its statements want the driver's dates, everything else here wants texts.
 */
export function catalogueField(name: string, resolve: GraphQLFieldResolver<unknown, unknown>, args: readonly GraphQLArgument[], reader: CatalogueReader): Resolver {
  return async (source, given, context, info) => {
    checkPage(given)
    const answer: unknown = await resolve(source, toLibrary(args, given), libraryContext(reader, context), info)
    return Array.isArray(answer) ? withinLongest(answer, given['limit'] as number | null | undefined, name) : answer
  }
}

function checkPage(given: Arguments): void {
  for (const [name, most] of [['first', longestList], ['limit', Number.MAX_SAFE_INTEGER], ['offset', Number.MAX_SAFE_INTEGER]] as const) {
    const value = given[name]
    if (typeof value === 'number' && (value < 0 || value > most)) {
      throw failure('BAD_USER_INPUT', { message: `\`${name}\` is ${value}; give a whole number, ${most === longestList ? `from 0 to ${most}` : '0 or more'}.` })
    }
  }
}

/** Null stands for absent, as in the domain's fields. */
function toLibrary(args: readonly GraphQLArgument[], given: Arguments): Arguments {
  return Object.fromEntries(args.flatMap(({ name, type }) => {
    const value = given[name] ?? (name === 'first' ? 50 : undefined)
    return value === undefined ? [] : [[name, coerceInputValue(name === 'where' ? withoutIsNull(value) : value, type)]]
  }))
}

/** The library runs statements in a transaction it is given; this one is a reader, each statement on its own. */
function libraryContext(reader: CatalogueReader, { principal, signal }: CatalogueContext): Readonly<Record<string, unknown>> {
  return {
    tenant: principal.tenant,
    executionContext: {
      async run(text: string, parameters: Readonly<Record<string, unknown>>) {
        const rows = await reader.read(text, parameters, { signal })
        return { records: rows.map(toRecord), summary: { counters: { updates: () => ({}) } } }
      },
    },
  }
}

/** The little of the driver's `Record` that the library uses. */
const toRecord = (row: Readonly<Record<string, unknown>>): object => ({ toObject: () => row, [Symbol.iterator]: () => Object.values(row).values() })
