/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What a change did. */
export type ChangeKind =
  /** A model was deprecated. */
  | 'MODEL_DEPRECATED'
  /** A model was pinned, so that the schema shows it whether it is in use or not. */
  | 'MODEL_EXPOSED'
  /** A model is pinned no longer. */
  | 'MODEL_HIDDEN'
  /** A model was published. */
  | 'MODEL_PUBLISHED'
  /** A model was retired. */
  | 'MODEL_RETIRED'
  /** Two twins were related. */
  | 'RELATIONSHIP_CREATED'
  /** A relationship was ended. */
  | 'RELATIONSHIP_DELETED'
  /** Properties of a relationship were changed. */
  | 'RELATIONSHIP_UPDATED'
  /** A scenario was created. */
  | 'SCENARIO_CREATED'
  /** A scenario was discarded. */
  | 'SCENARIO_DISCARDED'
  /** A scenario was promoted: the changes it made stand behind this one. */
  | 'SCENARIO_PROMOTED'
  /** What a scenario says of the readings of a twin's telemetry was changed. */
  | 'TELEMETRY_OVERRIDDEN'
  /** A twin was created, with its components. */
  | 'TWIN_CREATED'
  /** A twin was deleted. The deletion of each of its relationships stands in front of it. */
  | 'TWIN_DELETED'
  /** A twin became one of another model. */
  | 'TWIN_MIGRATED'
  /** Properties of a twin, or of a component of it, were changed. */
  | 'TWIN_UPDATED';

/** What a delta tells of a live query's answer. */
export type DeltaKind =
  /** What was told by now is the whole answer, as of `cursor`; `id` and `node` are null. Sent once, after the snapshot, or after what was missed. */
  | 'CAUGHT_UP'
  /** What is selected of a twin in the answer changed. */
  | 'CHANGE'
  /** A twin came into the answer: it was created, changed, or related so that the query is true of it. */
  | 'ENTER'
  /** A twin is no longer in the answer; `node` is null. */
  | 'LEAVE'
  /** What the client holds is void, since what it missed is not known any more: a new snapshot follows. `id` and `node` are null. */
  | 'RESET'
  /** A twin of the answer as it was when the snapshot began. Deltas of a snapshot come first, before CAUGHT_UP. */
  | 'SNAPSHOT';

/** Property values of Pump; in an update, null removes. */
export type Pump_Properties = {
  /** First day of service. */
  readonly commissioned?: string | null | undefined;
  /** Lift against flow at rated speed, by rising flow: shut off, rated and greatest flow. */
  readonly headCurve?: ReadonlyArray<Pump_HeadCurve_Input> | null | undefined;
  /** What people in the town call it. */
  readonly name?: string | null | undefined;
  /** Where it stands, WGS 84; the middle of a pipe or a district. */
  readonly position?: unknown;
  /**
   * Flow at the best point, at rated speed.
   *
   * VolumeFlowRate in litrePerSecond.
   */
  readonly ratedFlow?: number | null | undefined;
  /**
   * Lift at the rated flow.
   *
   * Length in metre.
   */
  readonly ratedHead?: number | null | undefined;
  /** Present speed, relative to the rated one. */
  readonly speed?: number | null | undefined;
  /** What the asset is doing: RUNNING in service; STANDBY ready, its switch levels may start it; STOPPED shut on purpose; MAINTENANCE taken apart or inspected; FAULT broken. Whatever is not RUNNING is shut: no water passes. */
  readonly status?: string | null | undefined;
};

/** Value of Pump_headCurve. */
export type Pump_HeadCurve_Input = {
  /**
   * Volume flow.
   *
   * VolumeFlowRate in litrePerSecond.
   */
  readonly flow?: number | null | undefined;
  /**
   * Lift at that flow.
   *
   * Length in metre.
   */
  readonly head?: number | null | undefined;
};

export type RunningPumpsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type RunningPumpsSubscription = { readonly pumpsLive: { readonly kind: DeltaKind, readonly cursor: string, readonly id: string | null, readonly node: { readonly _id: string, readonly name: string | null, readonly speed: number | null, readonly feeds: ReadonlyArray<
        | { readonly name: string | null }
        | { readonly name: string | null }
        | { readonly name: string | null }
        | { readonly name: string | null }
        | { readonly name: string | null }
        | { readonly name: string | null }
        | { readonly name: string | null }
        | { readonly name: string | null }
        | { readonly name: string | null }
      > } | null } };

export type ChangesOfPumpsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ChangesOfPumpsSubscription = { readonly changes:
    | { readonly __typename: 'CaughtUp', readonly cursor: string }
    | { readonly __typename: 'Change', readonly cursor: string, readonly kind: ChangeKind, readonly twinId: string | null, readonly properties: ReadonlyArray<{ readonly name: string, readonly before: unknown, readonly after: unknown }> }
    | { readonly __typename: 'Gap', readonly from: string, readonly to: string }
   };

export type PumpsQueryVariables = Exact<{ [key: string]: never; }>;


export type PumpsQuery = { readonly pumps: ReadonlyArray<{ readonly _id: string, readonly status: string | null }> };

export type SetPumpMutationVariables = Exact<{
  id: string | number;
  properties: Pump_Properties;
}>;


export type SetPumpMutation = { readonly updatePump:
    | { readonly __typename: 'Conflict', readonly code: string, readonly message: string }
    | { readonly __typename: 'Invalid', readonly code: string, readonly message: string }
    | { readonly __typename: 'NotFound', readonly code: string, readonly message: string }
    | { readonly __typename: 'UpdateTwinSuccess', readonly cursor: string }
   };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const RunningPumpsDocument = new TypedDocumentString(`
    subscription RunningPumps($after: Cursor) {
  pumpsLive(where: {status: {eq: "RUNNING"}}, after: $after) {
    kind
    cursor
    id
    node {
      _id
      name
      speed
      feeds {
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RunningPumpsSubscription, RunningPumpsSubscriptionVariables>;
export const ChangesOfPumpsDocument = new TypedDocumentString(`
    subscription ChangesOfPumps($after: Cursor) {
  changes(after: $after, models: ["dtmi:watertown:Pump;1"]) {
    __typename
    ... on Change {
      cursor
      kind
      twinId
      properties {
        name
        before
        after
      }
    }
    ... on Gap {
      from
      to
    }
    ... on CaughtUp {
      cursor
    }
  }
}
    `) as unknown as TypedDocumentString<ChangesOfPumpsSubscription, ChangesOfPumpsSubscriptionVariables>;
export const PumpsDocument = new TypedDocumentString(`
    query Pumps {
  pumps(sort: [{_id: ASC}]) {
    _id
    status
  }
}
    `) as unknown as TypedDocumentString<PumpsQuery, PumpsQueryVariables>;
export const SetPumpDocument = new TypedDocumentString(`
    mutation SetPump($id: ID!, $properties: Pump_Properties!) {
  updatePump(id: $id, properties: $properties) {
    __typename
    ... on UpdateTwinSuccess {
      cursor
    }
    ... on Problem {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<SetPumpMutation, SetPumpMutationVariables>;