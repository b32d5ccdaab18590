import type { PropertyChange } from '../change/feed/property-changes.ts'
import { failure } from '../errors.ts'
import type { Registry } from '../model/registry.ts'
import { editedProperties } from './edit-values.ts'
import type { Edit, EditKey, EditOp, EditReader } from './edits.ts'
import type { Override } from './override.ts'
import { worldBelow } from './promotion.ts'
import type { Scenario, ScenarioBook } from './scenario.ts'

const kinds = {
  create: 'TWIN_CREATED', update: 'TWIN_UPDATED', delete: 'TWIN_DELETED', link: 'RELATIONSHIP_CREATED', relink: 'RELATIONSHIP_UPDATED', unlink: 'RELATIONSHIP_DELETED', override: 'TELEMETRY_OVERRIDDEN',
} as const satisfies Record<EditOp, string>

/** An edit as the API shows it. */
export interface ShownEdit {
  readonly kind: typeof kinds[EditOp]
  /** ISO 8601. */
  readonly at: string
  readonly twinId: string
  readonly modelId: string | null
  readonly properties: readonly PropertyChange[]
  readonly relationship: { readonly id: string; readonly name: string; readonly from: string; readonly to: string } | null
  readonly telemetry: string | null
  readonly override: Override | null
}

export interface EditPage {
  readonly edges: readonly { readonly cursor: string; readonly node: ShownEdit }[]
  readonly hasNextPage: boolean
}

/** What a scenario says, to be looked through before it is promoted. */
export interface ScenarioEdits {
  /** At most 1,000. Fails with BAD_USER_INPUT, STORE_UNAVAILABLE, TIMEOUT. */
  page(id: string, request: { readonly first: number; readonly after?: string | null | undefined }, signal?: AbortSignal): Promise<EditPage>
  /** Of each, in their order. */
  counts(ids: readonly string[], signal?: AbortSignal): Promise<readonly number[]>
}

export interface ScenarioEditsConfig {
  readonly book: ScenarioBook
  readonly reader: EditReader
  registry(): Registry
}

const largestPage = 1_000

export function createScenarioEdits({ book, reader, registry }: ScenarioEditsConfig): ScenarioEdits {
  const find = async (id: string, signal: AbortSignal | undefined): Promise<Scenario> => {
    const scenario = await book.find(id, signal)
    if (!scenario) throw new Error(`The scenario ${id} was found, and is not there any more.`)
    return scenario
  }
  return {
    async page(id, { first, after }, signal) {
      if (first < 1 || first > largestPage) throw failure('BAD_USER_INPUT', { message: `\`first\` is ${first}; give a whole number from 1 to ${largestPage}.` })
      const scenario = await find(id, signal)
      const parent = scenario.parent === undefined ? undefined : await find(scenario.parent, signal)
      const keys = await reader.keys(scenario.number, typeof after === 'string' ? decodeKey(after) : undefined, first + 1, signal)
      const edits = await reader.load(scenario.number, keys.slice(0, first), signal)
      const below = await reader.below(worldBelow(scenario, parent), edits, signal)
      const models = registry()
      return { edges: edits.map((edit) => ({ cursor: encodeKey(edit.key), node: toShown(edit, editedProperties(edit, below, models)) })), hasNextPage: keys.length > first }
    },
    async counts(ids, signal) {
      const numbers = await Promise.all(ids.map(async (id) => (await find(id, signal)).number))
      const counted = await reader.counts(numbers, signal)
      return numbers.map((number) => counted.get(number) ?? 0)
    },
  }
}

function toShown(edit: Edit, properties: readonly PropertyChange[]): ShownEdit {
  const { twin, name, relationship } = edit.key
  return {
    kind: kinds[edit.op], at: new Date(edit.at).toISOString(), twinId: twin, modelId: 'model' in edit ? edit.model ?? null : null, properties,
    relationship: 'to' in edit ? { id: relationship, name, from: twin, to: edit.to } : null, ...(edit.op === 'override' ? { telemetry: name, override: edit.override } : { telemetry: null, override: null }),
  }
}

const encodeKey = ({ twin, rank, name, relationship }: EditKey): string => Buffer.from(JSON.stringify(['e1', twin, rank, name, relationship])).toString('base64url')

/** Fails with BAD_USER_INPUT for what no server of ours made. */
function decodeKey(cursor: string): EditKey {
  const parts = parsed(Buffer.from(cursor, 'base64url').toString())
  const [mark, twin, rank, name, relationship] = Array.isArray(parts) ? parts as readonly unknown[] : []
  if (mark !== 'e1' || typeof twin !== 'string' || typeof rank !== 'number' || !Number.isInteger(rank) || typeof name !== 'string' || typeof relationship !== 'string') {
    throw failure('BAD_USER_INPUT', { message: '`after` is no cursor of a page of edits: give the endCursor, or the cursor of an edge, of a page before.' })
  }
  return { twin, rank, name, relationship }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // said by whoever wanted it
  }
}
