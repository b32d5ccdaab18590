import type { Dtmi } from '../../model/model.ts'
import type { ModelCommit, ModelOutcome, ModelStore, ModelWrites, NewModel, StoredModel, StoredModels } from '../../model/model-store.ts'
import type { Neo4jDatabase, Neo4jTransaction } from './database.ts'
import { lockHead } from './head.ts'
import * as cypher from './model-statements.ts'

/**
 * Models as `(:_Model {_t, dtmi, source, …})` with `_EXTENDS` and `_COMPOSES` to each other, changed under the tenant's head lock together with their
 * journal entries, one for each model.
 */
export function createNeo4jModelStore(database: Pick<Neo4jDatabase, 'read' | 'transaction'>, tenant: string): ModelStore {
  return {
    async load() {
      return toStoredModels(await database.read(cypher.load(tenant)))
    },
    commit: (commit) => database.transaction((tx) => inLock(tx, tenant, commit)),
    async countTwins(models) {
      const { counts } = await database.read(cypher.countTwins(tenant, models))
      return new Map((counts as readonly [Dtmi, number][]).filter(([, count]) => count > 0))
    },
  }
}

async function inLock(tx: Neo4jTransaction, tenant: string, { known, actor, idempotency, decide }: ModelCommit): Promise<ModelOutcome> {
  const head = await lockHead(tx, tenant)
  if (idempotency) {
    const { found } = await tx.run(cypher.findAnswer(tenant, idempotency.key)) as { readonly found: { readonly digest: string; readonly answer: string } | null }
    if (found) return found.digest === idempotency.digest ? { kind: 'repeated', answer: found.answer } : { kind: 'keyReused' }
  }
  const writes = decide(head.models === known ? undefined : toStoredModels(await tx.run(cypher.load(tenant))))
  if (!writes) return { kind: 'nothing' }
  const ids = [...writes.publish, ...writes.update].map(({ dtmi }) => dtmi)
  const stored = { version: head.models + 1, seq: head.seq + ids.length, at: new Date(head.at).toISOString() }
  await write(tx, tenant, writes, stored.at)
  await tx.run(cypher.advance({ tenant, actor, event: writes.event, ids, seq: head.seq, at: head.at, version: stored.version }))
  if (idempotency) await tx.run(cypher.keepAnswer(tenant, { ...idempotency, answer: writes.answer(stored), at: head.at }))
  return { kind: 'stored', ...stored }
}

async function write(tx: Neo4jTransaction, tenant: string, { publish, update }: ModelWrites, at: string): Promise<void> {
  if (publish.length > 0) {
    await tx.run(cypher.create(tenant, publish.map(toColumns), at))
    await tx.run(cypher.connect(tenant, '_EXTENDS', publish.flatMap((model) => model.extends.map((to) => ({ from: model.dtmi, to })))))
    await tx.run(cypher.connect(tenant, '_COMPOSES', publish.flatMap((model) => model.components.map((to) => ({ from: model.dtmi, to })))))
  }
  if (update.length > 0) {
    await tx.run(cypher.update(tenant, update.map(({ dtmi, removeAfter = null, ...columns }) => ({ dtmi, removeAfter, columns }))))
  }
}

/** The node's properties, by the names that schema/model.graphql shows. */
function toColumns({ dtmi, document, names, displayName, description, version, extends: parents }: NewModel): Readonly<Record<string, unknown>> {
  return {
    dtmi, source: document, typeName: names.type, singular: names.singular, plural: names.plural, displayName: displayName ?? null, description: description ?? null,
    version: version ?? null, extends: parents, state: 'ACTIVE', pinned: false,
  }
}

interface ModelRow {
  readonly dtmi: string
  readonly source: string
  readonly typeName: string
  readonly singular: string
  readonly plural: string
  readonly state: StoredModel['state']
  readonly pinned: boolean
  readonly publishedAt: string
  readonly replacedBy: string | null
  readonly removeAfter: string | null
}

function toStoredModels({ version, models }: Readonly<Record<string, unknown>>): StoredModels {
  return { version: version as number, models: (models as readonly ModelRow[]).map(toStoredModel) }
}

function toStoredModel({ dtmi, source, typeName, singular, plural, state, pinned, publishedAt, replacedBy, removeAfter }: ModelRow): StoredModel {
  return {
    dtmi, document: source, names: { type: typeName, singular, plural }, state, pinned,
    publishedAt: new Date(publishedAt).toISOString(), // the store leaves out zeros at the end
    ...(replacedBy !== null && { replacedBy }), ...(removeAfter !== null && { removeAfter }),
  }
}
