import type { Conflict, Invalid, LimitReached, NotFound } from '../problem.ts'
import type { ScenarioBook } from '../scenario/scenario.ts'
import type { ScenarioService } from '../scenario/scenario-service.ts'
import type { TwinProblem } from '../twin/decide/decide.ts'
import type { GroupCommit } from '../twin/group-commit.ts'
import { refused, type Result } from '../util/result.ts'
import { type Found, foundBy } from './found.ts'
import type { RunStore } from './run-store.ts'

export interface AppliedCalibration {
  readonly scenario: string
  readonly cursor: string
  /** Names of variables. */
  readonly applied: readonly string[]
  readonly left: readonly string[]
}

export interface ApplyRequest {
  /** Of the scenario. */
  readonly name: string
  readonly onlyIdentifiable: boolean
  readonly actor: string
  readonly signal?: AbortSignal | undefined
}

export type ApplyCalibration = (run: string, request: ApplyRequest) => Promise<Result<AppliedCalibration, NotFound | Conflict | Invalid | LimitReached | TwinProblem>>

export interface ApplyConfig {
  readonly store: Pick<RunStore, 'find'>
  readonly scenarios: ScenarioBook
  readonly life: Pick<ScenarioService, 'create' | 'discard'>
  readonly commits: Pick<GroupCommit, 'submit'>
}

/** What a calibration found becomes a scenario of the graph, or of the scenario that it simulated. Nothing is left of it where a value is refused. */
export const createApplyCalibration = ({ store, scenarios, life, commits }: ApplyConfig): ApplyCalibration => async (id, { name, onlyIdentifiable, actor, signal }) => {
  const [run] = await store.find([id])
  if (!run) return refused({ kind: 'NotFound', code: 'NOT_FOUND', id, path: ['run'], message: `There is no run ${JSON.stringify(id.slice(0, 80))}. Check the id.` })
  const found = foundBy(run)
  if (!found) return refused({ kind: 'Conflict', code: 'NOT_A_CALIBRATION', path: ['run'], message: `The run ${JSON.stringify(id)} is no calibration that succeeded: it is a ${run.kind}, and ${run.phase.kind}.` })
  const { patches, applied, left } = toPatches(found, onlyIdentifiable)
  if (patches.size === 0) return refused({ kind: 'Conflict', code: 'NOT_A_CALIBRATION', path: ['run'], message: 'It found nothing that can be written to twins: its variables are parameters of the engine, or the measurements do not tell them.' })
  const created = await life.create({ name, parent: run.scenario?.id, description: descriptionOf(run.id) }, { actor })
  if (!created.ok) return created
  const { scenario } = created.value
  const committed = await commits.submit({
    commands: [...patches].map(([twin, patch]) => ({ kind: 'updateTwin', id: twin, patch, ifVersion: undefined, model: undefined })),
    cause: 'applyCalibration', path: 'run', batch: true, actor, scenario: await scenarios.find(scenario.id, signal), onProblem: 'REFUSE_ALL', idempotency: undefined,
  })
  if (!committed.ok) {
    await life.discard(scenario.id, { actor })
    return committed
  }
  return { ok: true, value: { scenario: scenario.id, cursor: committed.value.cursor, applied, left } }
}

/** How the scenario says what it was made of. */
const descriptionOf = (run: string): string => `What the calibration ${run} found.`

/** The calibration that a scenario says it was made of, by its description; whoever reads it looks whether that is so. */
export const calibrationOf = (description: string): string | undefined => /^What the calibration (\S+) found\.$/.exec(description)?.[1]

/** Merge patches by twin. A component's property has a dot in its name. */
export function toPatches({ variables, sets }: Found, onlyIdentifiable: boolean): { readonly patches: ReadonlyMap<string, Readonly<Record<string, unknown>>>; readonly applied: readonly string[]; readonly left: readonly string[] } {
  const patches = new Map<string, Record<string, unknown>>()
  const [applied, left]: [string[], string[]] = [[], []]
  for (const [index, { name, value, isIdentifiable }] of variables.entries()) {
    const properties = (sets[index] ?? []).flatMap(({ variable, of }) => (variable.kind === 'property' ? [{ ...variable, value: value * of }] : []))
    if (properties.length === 0 || (onlyIdentifiable && !isIdentifiable)) left.push(name)
    else applied.push(name)
    if (left.at(-1) === name) continue
    for (const each of properties) {
      const patch = patches.get(each.twin) ?? {}
      patches.set(each.twin, patch)
      const dot = each.name.indexOf('.')
      if (dot < 0) patch[each.name] = each.value
      else patch[each.name.slice(0, dot)] = { ...patch[each.name.slice(0, dot)] as object, [each.name.slice(dot + 1)]: each.value }
    }
  }
  return { patches, applied, left }
}
