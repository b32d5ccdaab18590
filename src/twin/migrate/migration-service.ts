import type { Dtmi } from '../../model/model.ts'
import type { RegisteredModel, Registry } from '../../model/registry.ts'
import type { Conflict, Invalid, ItemProblem, NotFound } from '../../problem.ts'
import { done, refused, type Result } from '../../util/result.ts'
import { addedComponents, migrateTwin, type Migration } from './migrate-twin.ts'
import type { MigratingTwin, TwinMigrationStore } from './migration-store.ts'

export interface Migrated {
  /** How many twins are of the new model now, or would be. */
  readonly twins: number
  /** Twins that stopped to conform between the check and their turn; they are of the old model still. */
  readonly refused: readonly ItemProblem[]
  /** The last journal entry of it; null where nothing was stored. */
  readonly seq: number | null
}

export interface TwinMigrationService {
  /**
   * Makes all twins of exactly one model twins of another: checks every one first and changes none if one does not conform; then goes through them
   * in batches, so that other commands get their turn. Repeating is safe: it takes what is left.
   */
  migrateTwins(from: Dtmi, to: Dtmi, options: { readonly actor: string; readonly dryRun?: boolean | null | undefined }): Promise<Result<Migrated, NotFound | Conflict | Invalid>>
}

const pageSize = 500
/** So many problems are listed; then checking ends. */
const mostProblems = 1_000

export interface TwinMigrationConfig {
  readonly store: TwinMigrationStore
  readonly registry: () => Registry
  /** Called after it stored something. */
  readonly onMigrated?: (() => void) | undefined
}

export function createTwinMigrationService({ store, registry, onMigrated }: TwinMigrationConfig): TwinMigrationService {
  return {
    async migrateTwins(fromId, toId, { actor, dryRun }) {
      const models = registry()
      const [from, to] = [models.get(fromId), models.get(toId)]
      if (!from) return refused(unknownModel('from', fromId))
      if (!to) return refused(unknownModel('to', toId))
      const unfit = whyNot(from, to)
      if (unfit) return refused(unfit)
      const migration = { registry: models, from, to }
      const checked = await check(store, migration)
      if (checked.problems.length > 0) return refused(invalid(checked.problems, toId))
      if (dryRun) return done({ twins: checked.twins, refused: [], seq: null })
      try {
        return done(await migrateAll(store, migration, registry, actor))
      } finally {
        onMigrated?.() // what failed midway stored its first batches
      }
    },
  }
}

function whyNot(from: RegisteredModel, to: RegisteredModel): Conflict | Invalid | undefined {
  if (to.state === 'RETIRED') return { kind: 'Conflict', code: 'MODEL_NOT_ACTIVE', message: `${to.id} is retired: no twin can come to be of it.`, path: ['to'] }
  if (from !== to) return undefined
  const message = 'The twins are of this model already; name another one as `to`.'
  return { kind: 'Invalid', code: 'INVALID_INPUT', message, path: ['to'], problems: [{ code: 'INVALID_INPUT', message, path: ['to'] }] }
}

async function check(store: TwinMigrationStore, migration: Migration): Promise<{ readonly twins: number; readonly problems: readonly ItemProblem[] }> {
  const problems: ItemProblem[] = []
  let twins = 0
  for (let after = ''; problems.length < mostProblems;) {
    const page = await store.read({ model: migration.from.id, after, limit: pageSize, parts: addedComponents(migration) })
    problems.push(...page.flatMap((twin) => problemsOf(migration, twin)))
    twins += page.length
    const last = page.at(-1)
    if (!last || page.length < pageSize) break
    after = last.id
  }
  return { twins, problems: problems.slice(0, mostProblems) }
}

function problemsOf(migration: Migration, twin: MigratingTwin): readonly ItemProblem[] {
  const outcome = migrateTwin(migration, twin)
  return outcome.ok ? [] : outcome.problems
}

async function migrateAll(store: TwinMigrationStore, migration: Migration, registry: () => Registry, actor: string): Promise<Migrated> {
  const { from, to } = migration
  const late: ItemProblem[] = []
  let twins = 0
  let seq: number | null = null
  for (let after: string | undefined = ''; after !== undefined;) {
    const batch = await store.migrate({
      model: from.id, to: to.id, after, limit: pageSize, parts: addedComponents(migration), actor,
      removedLabels: from.labels.filter((label) => !to.labels.includes(label)), addedLabels: to.labels.filter((label) => !from.labels.includes(label)),
      decide: (found) => found.flatMap((twin) => {
        const outcome = migrateTwin({ ...migration, registry: registry() }, twin)
        if (!outcome.ok) late.push(...outcome.problems)
        return outcome.ok ? [outcome.migration] : []
      }),
    })
    twins += batch.migrated
    if (batch.migrated > 0) seq = batch.seq
    after = batch.last
  }
  return { twins, refused: late, seq }
}

function unknownModel(argument: string, id: Dtmi): NotFound {
  return { kind: 'NotFound', code: 'UNKNOWN_MODEL', id, message: `No model ${id} is published.`, path: [argument] }
}

function invalid(problems: readonly ItemProblem[], to: Dtmi): Invalid {
  const twins = new Set(problems.map(({ twin }) => twin)).size
  const count = problems.length === mostProblems ? `At least ${twins}` : String(twins)
  return { kind: 'Invalid', code: 'INVALID_INPUT', path: ['to'], problems, message: `${count} twins do not conform to ${to}; none was changed. Mend what \`problems\` lists, or publish a version they conform to.` }
}
