import type { Scenario } from '../scenario/scenario.ts'

/** Values by name, as clients send them: anything that is no object is refused, as are values that do not conform. */
export type Values = unknown

/** What clients ask for, as it arrives: ids and values are not yet checked. */
export interface CreateTwin {
  readonly kind: 'createTwin'
  readonly id: string
  /** DTMI. */
  readonly model: string
  readonly properties: Values
  /** Property values by component name. */
  readonly components: Values
  readonly relationships: readonly Omit<Relate, 'kind' | 'from'>[]
}

/** A merge patch (RFC 7396) of properties and, by name, of components. */
export interface UpdateTwin {
  readonly kind: 'updateTwin'
  readonly id: string
  readonly patch: Values
  readonly ifVersion: number | undefined
  /** Of this life of the id alone: the instant at which it came to be. */
  readonly ifBorn?: number | undefined
  /** The twin must be of this model or a subtype; for the typed mutations. */
  readonly model: string | undefined
}

export interface DeleteTwin {
  readonly kind: 'deleteTwin'
  readonly id: string
  /** Its relationships go with it; without, a related twin is not deleted. */
  readonly cascade: boolean
  readonly ifVersion?: number | undefined
  readonly ifBorn?: number | undefined
}

export interface Relate {
  readonly kind: 'relate'
  readonly from: string
  readonly name: string
  readonly to: string
  /** Unique among the source's relationships of the name. */
  readonly id: string
  /** The id was made up for it, so that no other can have it. */
  readonly isIdFresh?: boolean
  /** Of these lives of its ends alone; undefined: of any. */
  readonly ifBorn?: { readonly from: number | undefined; readonly to: number | undefined } | undefined
  readonly properties: Values
}

export interface UpdateRelationship {
  readonly kind: 'updateRelationship'
  readonly from: string
  readonly name: string
  readonly id: string
  readonly patch: Values
  readonly ifVersion: number | undefined
  readonly ifBorn?: number | undefined
}

/** By its id, or by its target: then every relationship of the name between the two. By neither is refused. */
export interface Unrelate {
  readonly kind: 'unrelate'
  readonly from: string
  readonly name: string
  readonly id: string | undefined
  readonly to: string | undefined
  /** Only where it is given by its id. */
  readonly ifVersion?: number | undefined
  readonly ifBorn?: number | undefined
}

export type Command = CreateTwin | UpdateTwin | DeleteTwin | Relate | UpdateRelationship | Unrelate

/** The end of a scenario whose edits a changeset carries over. */
export interface Promotion {
  readonly scenario: Scenario
  /** The scenario's last edit that the changeset knows of (`_Scenario.edited`, an entry's place in the journal; 0: none): a later one refuses it, rather than being lost. */
  readonly edited: number
  /** Stands in the answer, also in that of a repeat. */
  readonly note: string
}

/**
 * One mutation of a client: stored whole or, where items may be refused, item by item; never half.
 * Commands of several kinds go together. Each sees the twins that any of them makes or deletes, and the relationships that those before it made and ended:
 * what ends comes first.
 */
export interface Changeset {
  readonly commands: readonly Command[]
  readonly onProblem: 'REFUSE_ALL' | 'REFUSE_ITEM'
  /** Several items: problems name theirs by index. */
  readonly batch: boolean
  /** Where the items lie in the mutation's arguments, such as `twins`. */
  readonly path: string
  readonly actor: string
  /** The mutation's name. */
  readonly cause: string
  /** Written into this scenario; undefined: into the base. */
  readonly scenario?: Scenario | undefined
  /** The scenario that the changeset promotes: it ends in the same transaction, which is refused where it is open no more. */
  readonly ends?: Promotion | undefined
  readonly idempotency: { readonly key: string; /** Of the request, to tell a repeat from another request. */ readonly digest: string } | undefined
}
