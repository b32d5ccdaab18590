import type { Conflict, Invalid, LimitReached, NotFound, Problem } from '../problem.ts'
import { done, refused, type Result } from '../util/result.ts'
import { createSerial } from '../util/serial.ts'
import { sha256 } from '../util/sha256.ts'
import { canonicalJson } from './canonical-json.ts'
import type { ModelChange } from './compatibility/model-change.ts'
import type { Dtmi } from './model.ts'
import type { ModelEvent, ModelStore, ModelUpdate, ModelWrites, StoredModels } from './model-store.ts'
import { planPublication } from './plan-publication.ts'
import { planDeprecation, planExposure, planRetirement } from './plan-state.ts'
import { createRegistry, type PublishedModel, type Registry } from './registry.ts'
import { fromStored, toNewModel } from './stored-model.ts'

/** Who asks, and the key under which a repeat gets the first answer. */
export interface ModelCommand {
  readonly actor: string
  readonly idempotencyKey?: string | null | undefined
}

/** What became of the models of a command. */
export interface ModelsChanged {
  readonly models: readonly Dtmi[]
  readonly changes: readonly ModelChange[]
  /** Counts the changes of the models, and so of the generated schema. */
  readonly schemaVersion: number
  /** The last journal entry of it; null where nothing was stored. */
  readonly seq: number | null
}

export type ModelListener = (registry: Registry) => void | Promise<void>

export interface ModelService {
  /** The published models, as of now. */
  registry(): Registry
  /** Counts the changes of the models. */
  schemaVersion(): number
  /** Called with every new registry. A command is answered when its listeners are done, so that its client finds the new types; a listener must not wait for another command. Returns how to end it. */
  onChange(listener: ModelListener): () => void
  /** All documents or none; those published before are left as they are. */
  publish(documents: readonly unknown[], command: ModelCommand & { readonly dryRun?: boolean | null | undefined }): Promise<Result<ModelsChanged, Invalid | Conflict | LimitReached>>
  /** What publishing would change; nothing is stored. */
  compare(documents: readonly unknown[]): Result<readonly ModelChange[], Invalid | Conflict | LimitReached>
  deprecate(dtmi: Dtmi, command: ModelCommand & { readonly replacedBy?: Dtmi | null | undefined; readonly removeAfter?: string | null | undefined }): Promise<Result<ModelsChanged, NotFound | Conflict | Invalid>>
  retire(dtmi: Dtmi, command: ModelCommand): Promise<Result<ModelsChanged, NotFound | Conflict>>
  /** Pins models, so that they are in the schema even where no twin uses them, or ends that. */
  expose(ids: readonly Dtmi[], pinned: boolean, command: ModelCommand): Promise<Result<ModelsChanged, Invalid | Conflict>>
  /** How many live twins are of exactly each model; models without twins are absent. */
  countTwins(ids: readonly Dtmi[]): Promise<ReadonlyMap<Dtmi, number>>
  /** Takes over what other processes changed. */
  refresh(): Promise<void>
}

/** What a command would do to the models. */
interface Plan {
  readonly models: readonly Dtmi[]
  readonly changes: readonly ModelChange[]
  readonly fresh: readonly PublishedModel[]
  readonly updates: readonly ModelUpdate[]
}

interface Snapshot {
  readonly version: number
  readonly registry: Registry
}

/**
 * Commands of this process run one after the other; those of others are kept apart by the store's lock. A command is planned before the lock is taken,
 * because validating a large ontology takes a second, and planned again under it only if somebody else changed the models meanwhile.
 * Reads all models of the tenant first; fails with STORE_UNAVAILABLE, TIMEOUT.
 */
export async function createModelService({ store }: { readonly store: ModelStore }): Promise<ModelService> {
  let current = toSnapshot(await store.load(), undefined)
  const listeners = new Set<ModelListener>()
  const serial = createSerial()

  const adopt = async (next: Snapshot): Promise<void> => {
    current = next
    await Promise.all([...listeners].map(async (listener) => listener(next.registry)))
  }

  const execute = <P extends Problem>(event: ModelEvent, request: unknown, { actor, idempotencyKey }: ModelCommand, plan: (registry: Registry) => Result<Plan, P>): Promise<Result<ModelsChanged, P | Conflict>> => serial(async () => {
    let base = current
    let planned = plan(base.registry)
    if (!hasKey(idempotencyKey) && !(planned.ok && isEffective(planned.value))) return toAnswer(planned, base)
    const outcome = await store.commit({
      known: base.version,
      actor,
      idempotency: hasKey(idempotencyKey) ? { key: idempotencyKey, digest: sha256(canonicalJson([event, request])) } : undefined,
      decide(newer) {
        if (newer) {
          base = toSnapshot(newer, base.registry)
          planned = plan(base.registry)
        }
        return planned.ok && isEffective(planned.value) ? toWrites(event, planned.value) : undefined
      },
    })
    if (outcome.kind === 'repeated') return done(JSON.parse(outcome.answer) as ModelsChanged)
    if (outcome.kind === 'keyReused') return refused(keyReused)
    if (outcome.kind === 'stored' && planned.ok) {
      await adopt({ version: outcome.version, registry: applied(base.registry, planned.value, outcome.at) })
      return done(toModelsChanged(planned.value, outcome.version, outcome.seq))
    }
    if (base !== current) await adopt(base)
    return toAnswer(planned, base)
  })

  return {
    registry: () => current.registry,
    schemaVersion: () => current.version,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    publish(documents, { dryRun, ...command }) {
      if (dryRun) return Promise.resolve(dryPublish(documents, current))
      return execute('model-published', documents, command, (registry) => planned(planPublication(documents, registry, ''), ({ requested, fresh, changes }) => ({ models: requested, fresh, changes, updates: [] })))
    },
    compare(documents) {
      return planned(planPublication(documents, current.registry, ''), ({ changes }) => changes)
    },
    deprecate(dtmi, { replacedBy = null, removeAfter = null, ...command }) {
      const deprecation = { dtmi, replacedBy, removeAfter }
      return execute('model-deprecated', deprecation, command, (registry) => planned(planDeprecation(registry, deprecation), toPlan([dtmi])))
    },
    retire: (dtmi, command) => execute('model-retired', { dtmi }, command, (registry) => planned(planRetirement(registry, dtmi), toPlan([dtmi]))),
    expose: (ids, pinned, command) => execute(pinned ? 'model-exposed' : 'model-hidden', { ids }, command, (registry) => planned(planExposure(registry, ids, pinned), toPlan(ids))),
    countTwins: (ids) => store.countTwins(ids),
    refresh: () => serial(async () => {
      const stored = await store.load()
      if (stored.version !== current.version) await adopt(toSnapshot(stored, current.registry))
    }),
  }
}

const hasKey = (key: string | null | undefined): key is string => typeof key === 'string'

const isEffective = ({ fresh, updates }: Plan): boolean => fresh.length + updates.length > 0

const planned = <T, U, P extends Problem>(result: Result<T, P>, change: (value: T) => U): Result<U, P> => (result.ok ? done(change(result.value)) : result)

const toPlan = (models: readonly Dtmi[]) => (updates: readonly ModelUpdate[]): Plan => ({ models, changes: [], fresh: [], updates })

const toModelsChanged = ({ models, changes }: Plan, schemaVersion: number, seq: number | null): ModelsChanged => ({ models, changes, schemaVersion, seq })

const toAnswer = <P extends Problem>(result: Result<Plan, P>, { version }: Snapshot): Result<ModelsChanged, P> => planned(result, (plan) => toModelsChanged(plan, version, null))

function dryPublish(documents: readonly unknown[], { registry, version }: Snapshot): Result<ModelsChanged, Invalid | Conflict | LimitReached> {
  return planned(planPublication(documents, registry, ''), ({ requested, changes }) => ({ models: requested.filter((id) => registry.get(id)), changes, schemaVersion: version, seq: null }))
}

function toWrites(event: ModelEvent, plan: Plan): ModelWrites {
  return { event, publish: plan.fresh.map(toNewModel), update: plan.updates, answer: ({ version, seq }) => JSON.stringify(toModelsChanged(plan, version, seq)) }
}

/** Documents never change, so that models read before are taken as they are. */
function toSnapshot({ version, models }: StoredModels, before: Registry | undefined): Snapshot {
  return { version, registry: createRegistry(fromStored(models, (id) => before?.get(id)?.model)) }
}

function applied(registry: Registry, { fresh, updates }: Plan, at: string): Registry {
  const changed = new Map(updates.map(({ dtmi, ...update }) => [dtmi, update]))
  const kept = [...registry.models.values()].map((model): PublishedModel => {
    const update = changed.get(model.id)
    return update ? { ...toPublished(model), ...update } : model
  })
  return createRegistry([...kept, ...fresh.map((model) => ({ ...model, publishedAt: at }))])
}

function toPublished({ model, names, state, publishedAt, replacedBy, removeAfter, pinned }: PublishedModel): PublishedModel {
  return { model, names, state, publishedAt, ...(replacedBy !== undefined && { replacedBy }), ...(removeAfter !== undefined && { removeAfter }), ...(pinned !== undefined && { pinned }) }
}

const keyReused: Conflict = {
  kind: 'Conflict', code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'],
  message: 'The idempotencyKey was used before with another request. Use a fresh key for every distinct mutation.',
}
