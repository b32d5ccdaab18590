/**
 * An operation: a plain string, or a `TypedDocumentString` of GraphQL codegen's client preset with `documentMode: 'string'`, which carries the types of its result
 * and variables. The field never exists: it is how codegen's `DocumentTypeDecoration` remembers them.
 */
export interface Document<Data, Variables> {
  toString(): string
  readonly __apiType?: (variables: Variables) => Data
}

export type AnyVariables = Readonly<Record<string, unknown>>

/** Variables may be left out where none is required. */
export type Arguments<Variables, Options = never> = NonNullable<unknown> extends Variables
  ? [variables?: Variables, options?: Options]
  : [variables: Variables, options?: Options]

/** The value of a subscription's one field. */
export type RootValue<Data> = NonNullable<Data[Exclude<keyof Data, '__typename'>]>

/** The twins that a live query tells of. */
export type NodeOf<Data> = unknown extends Data ? Readonly<Record<string, unknown>> : RootValue<Data> extends { readonly node?: infer Node } ? NonNullable<Node> : never

/** The events of a feed. */
export type EventOf<Data> = unknown extends Data ? Readonly<Record<string, unknown>> : RootValue<Data>

/** `$name:` stands where a variable is declared and nowhere else, once comments and strings are out of the way. */
export const declaresVariable = (document: string, name: string): boolean => bare(document).split(/\s*:/).some((part) => part.endsWith(`$${name}`))

const bare = (document: string): string => document.replace(/"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n\r]*/g, ' ')
