import type { Registry } from '../../model/registry.ts'
import { type ChangeKind, isOfScenario, kindOf, newModelOf, oldModelOf, twinOf } from '../change.ts'
import type { JournalEntry } from '../journal.ts'

/** Which changes: those that satisfy all that is given. */
export interface ChangeChoice {
  /** Of these twins, and of relationships from and to them. */
  readonly twins?: readonly string[] | null | undefined
  /** Of twins of these models and of those that extend them, by DTMI; and of these models themselves. */
  readonly models?: readonly string[] | null | undefined
  readonly kinds?: readonly ChangeKind[] | null | undefined
  /** Written into this scenario, and its beginning and end; undefined: of the base. */
  readonly scenario?: { readonly id: string; readonly number: number } | undefined
}

export type ChangeFilter = (entry: JournalEntry, registry: Registry) => boolean

/** A model published later counts as soon as the registry has it. */
export function createChangeFilter({ twins, models, kinds, scenario }: ChangeChoice): ChangeFilter {
  const ofKind = kinds && new Set<ChangeKind>(kinds)
  const ofTwin = twins && new Set(twins)
  const ofModel = models && createModelTest(models)
  return (entry, registry) => {
    if (entry.scenario !== scenario?.number && !(scenario && isOfScenario(entry) && entry.id === scenario.id)) return false
    if (ofKind && !ofKind.has(kindOf(entry.op))) return false
    const twin = twinOf(entry)
    if (ofTwin && !((twin !== null && ofTwin.has(twin)) || (entry.target !== undefined && ofTwin.has(entry.target)))) return false
    if (!ofModel) return true
    return ofModel(oldModelOf(entry), registry) || (entry.op === 'migrate' && ofModel(newModelOf(entry) ?? undefined, registry))
  }
}

function createModelTest(wanted: readonly string[]): (model: string | undefined, registry: Registry) => boolean {
  const exact = new Set(wanted)
  const known = new WeakMap<Registry, Map<string, boolean>>()
  return (id, registry) => {
    if (id === undefined) return false
    const answers = known.get(registry) ?? new Map<string, boolean>()
    known.set(registry, answers)
    const model = registry.get(id)
    const answer = answers.get(id) ?? (exact.has(id) || (model !== undefined && (exact.size > 0 && model.ancestors.some((ancestor) => exact.has(ancestor.id)))))
    if (model) answers.set(id, answer)
    return answer
  }
}
