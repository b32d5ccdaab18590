import type { Component, Property, Relationship, Telemetry } from '../model/model.ts'
import type { RegisteredModel } from '../model/registry.ts'
import type { StoredKind } from '../twin/stored-value.ts'

/**
 * What a generated field stands for. The schema generator writes it into the field's extensions, the compiler reads it there:
 * it is all that the two need to know of each other.
 */
export type FieldRole =
  | { readonly kind: 'property'; readonly property: Property }
  | { readonly kind: 'telemetry'; readonly telemetry: Telemetry }
  | { readonly kind: 'relationship'; readonly relationship: Relationship; readonly target: RegisteredModel | undefined }
  | { readonly kind: 'relationshipConnection'; readonly relationship: Relationship; readonly target: RegisteredModel | undefined }
  | { readonly kind: 'component'; readonly component: Component; readonly model: RegisteredModel }

/** What a root field reads: the twins of a model, or of any. */
export interface RootRole {
  readonly kind: 'one' | 'list' | 'connection'
  readonly model: RegisteredModel | undefined
}

/** What a live field of a subscription follows: the twins of a model, or of any. */
export interface LiveRole {
  readonly model: RegisteredModel | undefined
}

/** A column's kind as filters and sorts see it; `instant` is milliseconds since 1970, shown as DateTime. */
export type ColumnKind = StoredKind | 'instant'

/** What an input field of a `where` filters on. */
export type WhereRole =
  | { readonly kind: 'value'; readonly column: string; readonly stored: ColumnKind; readonly list: boolean }
  | { readonly kind: 'latest'; readonly column: string; readonly stored: StoredKind }
  | { readonly kind: 'model' }
  | { readonly kind: 'map'; readonly column: string }
  | { readonly kind: 'relationship'; readonly relationship: Relationship; readonly target: RegisteredModel | undefined }
  | { readonly kind: 'relationshipConnection'; readonly relationship: Relationship; readonly target: RegisteredModel | undefined }
  | { readonly kind: 'component'; readonly component: Component; readonly model: RegisteredModel }
  | { readonly kind: 'node' | 'edge' }
  | { readonly kind: 'and' | 'or' | 'not' }

/** What a field of a `sort` orders by. */
export interface SortRole {
  readonly column: string
  readonly stored: ColumnKind
  /** In a connection's sort: the twin or the relationship. */
  readonly of?: 'node' | 'edge'
}

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    role?: FieldRole
    root?: RootRole
    live?: LiveRole
  }
  interface GraphQLInputFieldExtensions {
    where?: WhereRole
    sort?: SortRole
  }
}
