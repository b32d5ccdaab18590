import type { Dtmi } from '../model.ts'

/**
 * What a change of the models does to clients of the API. ADDED: a model that was not there. COMPATIBLE: nothing that works now stops working.
 * BREAKING: a client may have to change; of a new version, the client that moves to it.
 */
export type ModelChangeKind = 'ADDED' | 'COMPATIBLE' | 'BREAKING'

export interface ModelChange {
  readonly dtmi: Dtmi
  readonly kind: ModelChangeKind
  /** A sentence: what changes, and for whom. */
  readonly what: string
  /** The GraphQL type, then the content, then what is inside it. */
  readonly path: readonly string[]
}

/** A difference inside a model, before it is known whose it is. */
export interface Difference {
  readonly kind: 'COMPATIBLE' | 'BREAKING'
  readonly what: string
  readonly path: readonly string[]
}

export const breaking = (what: string, ...path: readonly string[]): Difference => ({ kind: 'BREAKING', what, path })
export const compatible = (what: string, ...path: readonly string[]): Difference => ({ kind: 'COMPATIBLE', what, path })

/** The differences of a part, under the part's name. */
export const within = (name: string, differences: readonly Difference[]): readonly Difference[] =>
  differences.map((difference) => ({ ...difference, path: [name, ...difference.path] }))
