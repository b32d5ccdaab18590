import type { Registry } from '../model/registry.ts'
import type { OverrideChange } from '../scenario/override.ts'
import { encodeCursor } from './cursor.ts'
import { type PropertyChange, propertyChanges } from './feed/property-changes.ts'
import type { JournalEntry, JournalOp } from './journal.ts'

/** What happened, as clients know it. */
const kinds = {
  create: 'TWIN_CREATED', update: 'TWIN_UPDATED', migrate: 'TWIN_MIGRATED', delete: 'TWIN_DELETED',
  link: 'RELATIONSHIP_CREATED', relink: 'RELATIONSHIP_UPDATED', unlink: 'RELATIONSHIP_DELETED', override: 'TELEMETRY_OVERRIDDEN',
  'scenario-created': 'SCENARIO_CREATED', 'scenario-promoted': 'SCENARIO_PROMOTED', 'scenario-discarded': 'SCENARIO_DISCARDED',
  'model-published': 'MODEL_PUBLISHED', 'model-deprecated': 'MODEL_DEPRECATED', 'model-retired': 'MODEL_RETIRED', 'model-exposed': 'MODEL_EXPOSED', 'model-hidden': 'MODEL_HIDDEN',
} as const satisfies Record<JournalOp, string>

export type ChangeKind = typeof kinds[JournalOp]

export const kindOf = (op: JournalOp): ChangeKind => kinds[op]

/** A change as the API shows it. What costs something is a function, called where it is selected. */
export interface Change {
  readonly __typename: 'Change'
  readonly seq: number
  readonly kind: ChangeKind
  /** Of a relationship: its source. Null for models and scenarios. */
  readonly twinId: string | null
  /** The twin's model, of a migrated one the new; or the model that changed. */
  readonly modelId: string | null
  readonly component: string | null
  /** The scenario it was written into, or that began or ended with it. */
  readonly scenario: string | null
  readonly actor: string
  readonly cause: string
  readonly relationship: { readonly id: string; readonly name: string; readonly from: string; readonly to: string } | null
  cursor(): string
  /** ISO 8601. A mutation sets what holds from its commit on, so both times are the commit's. */
  at(): string
  recordedAt(): string
  properties(): readonly PropertyChange[]
  telemetry(): readonly OverriddenTelemetry[]
}

/** What a scenario says of a telemetry from the change on. */
export interface OverriddenTelemetry {
  readonly name: string
  /** Null: nothing any more. */
  readonly kind: OverrideChange['kind'] | null
}

/** Changes in `(from, to]` are forgotten. */
export interface Gap {
  readonly __typename: 'Gap'
  readonly from: string
  readonly to: string
}

/** Everything up to `cursor` was told. */
export interface CaughtUp {
  readonly __typename: 'CaughtUp'
  readonly cursor: string
}

export type ChangeEvent = Change | Gap | CaughtUp

export const toGap = (from: number, to: number): Gap => ({ __typename: 'Gap', from: encodeCursor(from), to: encodeCursor(to) })

export const toCaughtUp = (at: number): CaughtUp => ({ __typename: 'CaughtUp', cursor: encodeCursor(at) })

/** `scenario`: the id of the one that the entry was written into. */
export function toChange(entry: JournalEntry, registry: Registry, scenario?: string): Change {
  const { seq, op, actor, cause } = entry
  const twinId = twinOf(entry)
  const at = (): string => new Date(entry.at).toISOString()
  return {
    __typename: 'Change', seq, kind: kinds[op], twinId, modelId: modelOf(entry), component: entry.component ?? null, actor, cause, at, recordedAt: at,
    scenario: isOfScenario(entry) ? entry.id : scenario ?? null,
    relationship: entry.type === undefined ? null : { id: entry.relationship ?? '', name: entry.type, from: entry.id, to: entry.target ?? '' },
    cursor: () => encodeCursor(seq),
    properties: () => propertyChanges(entry, registry),
    telemetry: () => overriddenBy(entry),
  }
}

function overriddenBy({ op, patch = '{}' }: JournalEntry): readonly OverriddenTelemetry[] {
  if (op !== 'override') return []
  return Object.entries(JSON.parse(patch) as Readonly<Record<string, OverriddenTelemetry['kind']>>).map(([name, kind]) => ({ name, kind }))
}

/** A scenario's beginning or end. */
export const isOfScenario = ({ op }: JournalEntry): boolean => op.startsWith('scenario-')

const isOfModel = ({ op }: JournalEntry): boolean => op.startsWith('model-')

/** The DTMI of the model that changed, or that the twin is of before the change; undefined of a scenario's beginning or end. */
export const oldModelOf = (entry: JournalEntry): string | undefined => (isOfModel(entry) ? entry.id : entry.model)

const modelOf = (entry: JournalEntry): string | null => (isOfModel(entry) ? entry.id : newModelOf(entry))

/** The id of the twin that changed; of a component's, its owner's. Null for models and scenarios. */
export function twinOf(entry: JournalEntry): string | null {
  const { id, component } = entry
  if (isOfModel(entry) || isOfScenario(entry)) return null
  return component === undefined ? id : id.slice(0, -component.length - 1)
}

/** What a twin was migrated to stands in its patch. */
export function newModelOf({ op, model, patch }: JournalEntry): string | null {
  return op === 'migrate' && patch !== undefined ? (JSON.parse(patch) as { readonly _model: string })._model : model ?? null
}
