import type { Registry } from '../model/registry.ts'
import type { Conflict, Invalid, ItemProblem, LimitReached, NotFound, ProblemCode, ScenarioConflict, ScenarioConflicts } from '../problem.ts'
import type { Changeset } from '../twin/command.ts'
import type { Committed } from '../twin/decide/decide.ts'
import type { GroupCommit } from '../twin/group-commit.ts'
import { relationshipKey } from '../twin/state.ts'
import { done, refused, type Result } from '../util/result.ts'
import { hasBranches, unknownScenario } from './decide-scenario.ts'
import type { Below, Edit, EditedWorld, EditReader } from './edits.ts'
import type { Idempotency, ScenarioStore } from './scenario-store.ts'
import type { Scenario } from './scenario.ts'
import { type OnScenarioConflict, planPromotion, type PromotedEdit, type PromotionPlan } from './plan-promotion.ts'
import { editedNames } from './edit-values.ts'

/** What a promotion carried over. */
export interface Promoted {
  readonly id: string
  /** The place in the journal after it. */
  readonly cursor: string
  /** Twins created, changed and deleted. */
  readonly twins: number
  /** Relationships made, changed and ended. */
  readonly relationships: number
  /** Edits left out, because what they are about is gone. */
  readonly skipped: number
  /** Overrides of telemetry, which are left behind: telemetry is measured, not decided. */
  readonly telemetryOverrides: number
}

export interface PromotionRequest {
  readonly actor: string
  readonly onConflict: OnScenarioConflict
  readonly idempotency: Idempotency | undefined
}

export type PromotionProblem = NotFound | Conflict | Invalid | LimitReached | ScenarioConflicts

export interface PromotionConfig {
  readonly store: Pick<ScenarioStore, 'find' | 'branchesOf'>
  readonly edits: EditReader
  readonly commits: Pick<GroupCommit, 'submit'>
  registry(): Registry
}

/** Of one scenario; the transaction holds as many commands. */
const mostEdits = 10_000
const inOneStatement = 1_000
/** When the scenario, or what OVERWRITE has looked at, is changed while it is being promoted. */
const mostAttempts = 5

/**
 * Carries a scenario's edits over to its parent, or to the base, in one transaction together with its end: it is wholly promoted or wholly open, whatever happens.
 * What it read may be out of date by then; the versions it gives, and the scenario's last edit, make the commit refuse that.
 */
export async function promote(config: PromotionConfig, id: string, request: PromotionRequest): Promise<Result<Promoted, PromotionProblem>> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptPromotion(config, id, request)
    if (outcome.ok || attempt === mostAttempts || !isWorthAnother(outcome.problem, request)) return outcome
  }
}

/** Nobody waits for a scenario to rest, and OVERWRITE is held to what it has just seen. */
const isWorthAnother = (problem: PromotionProblem, { onConflict }: PromotionRequest): boolean =>
  problem.code === 'SCENARIO_CHANGED' || (onConflict === 'OVERWRITE' && problem.kind === 'ScenarioConflicts' && problem.conflicts.every(({ code }) => code === 'VERSION_CONFLICT' || code === 'NOT_FOUND'))

async function attemptPromotion(config: PromotionConfig, id: string, request: PromotionRequest): Promise<Result<Promoted, PromotionProblem>> {
  const scenario = await config.store.find(id)
  if (!scenario) return refused(unknownScenario(id, ['id']))
  const parent = scenario.parent === undefined ? undefined : await config.store.find(scenario.parent)
  const edited = await config.edits.lastEdit(id) // before the edits are read: one that comes later is found out
  const isOpen = scenario.state === 'OPEN' // else the commit says so, unless it is a repeat
  const branches = isOpen ? await config.store.branchesOf(id) : []
  if (branches.length > 0) return refused(hasBranches(id, branches))
  const edits = isOpen ? await readEdits(config.edits, scenario.number) : []
  if (edits.length > mostEdits) return refused(tooMany(id, Math.max(edits.length, (await config.edits.counts([scenario.number])).get(scenario.number) ?? 0)))
  const below = await readBelow(config.edits, worldBelow(scenario, parent), edits)
  const plan = planPromotion(edits, below, config.registry(), request.onConflict)
  if (plan.steps.length > mostEdits) return refused(tooMany(id, plan.steps.length))
  const overrides = edits.filter(({ op }) => op === 'override').length
  const outcome = await config.commits.submit(toChangeset(scenario, parent, plan, request, { edited, note: JSON.stringify({ skipped: plan.skipped.length, overrides }) }))
  if (outcome.ok) return done(toPromoted(id, outcome.value))
  const { problem } = outcome
  return refused(problem.kind === 'Invalid' ? toConflicts(id, problem.problems, plan, { below, onConflict: request.onConflict }) : problem)
}

/** What the edits are made on: they go there when the scenario is promoted. */
export const worldBelow = ({ base }: Scenario, parent: Scenario | undefined): EditedWorld => ({ chain: parent?.chain ?? [], at: parent ? base : undefined })

/** One more than can be promoted tells that there are too many. */
async function readEdits(reader: EditReader, scenario: number): Promise<readonly Edit[]> {
  const keys = [...await reader.keys(scenario, undefined, mostEdits + 1), ...await reader.forsakenKeys(scenario, mostEdits)]
  const edits: Edit[] = []
  for (let start = 0; start < keys.length; start += inOneStatement) edits.push(...await reader.load(scenario, keys.slice(start, start + inOneStatement)))
  return edits
}

async function readBelow(reader: EditReader, world: EditedWorld, edits: readonly Edit[]): Promise<Below> {
  const parts: Below[] = []
  for (let start = 0; start < edits.length; start += inOneStatement) parts.push(await reader.below(world, edits.slice(start, start + inOneStatement)))
  return {
    twins: new Map(parts.flatMap(({ twins }) => [...twins])), components: new Map(parts.flatMap(({ components }) => [...components])),
    relationships: new Map(parts.flatMap(({ relationships }) => [...relationships])),
  }
}

function toChangeset(scenario: Scenario, parent: Scenario | undefined, { steps }: PromotionPlan, { actor, idempotency }: PromotionRequest, seen: { readonly edited: number; readonly note: string }): Changeset {
  return {
    commands: steps.map(({ command }) => command), onProblem: 'REFUSE_ALL', batch: true, path: 'edits', actor, cause: 'promoteScenario',
    scenario: parent, ends: { scenario, ...seen }, idempotency,
  }
}

function toPromoted(id: string, { cursor, items, note = '{}' }: Committed): Promoted {
  const { skipped = 0, overrides = 0 } = JSON.parse(note) as { readonly skipped?: number; readonly overrides?: number }
  const relationships = new Set(items.flatMap(({ id: from, name, relationship }) => (name === undefined ? [] : [relationshipKey(from, name, relationship ?? '')])))
  return { id, cursor, twins: new Set(items.flatMap((item) => (item.name === undefined ? [item.id] : []))).size, relationships: relationships.size, skipped, telemetryOverrides: overrides }
}

/** Conflicts with what was done meanwhile, which OVERWRITE may do away with; others are with the models, or within the scenario. */
const yields: ReadonlySet<string> = new Set<ProblemCode>(['VERSION_CONFLICT', 'NOT_FOUND', 'ALREADY_EXISTS'])

/** All that is in the way, one an edit and in their order. */
function toConflicts(id: string, problems: readonly ItemProblem[], { steps }: PromotionPlan, { below, onConflict }: { readonly below: Below; readonly onConflict: OnScenarioConflict }): ScenarioConflicts {
  const byEdit = Map.groupBy(problems, ({ item = 0 }) => steps[item]?.edit)
  const conflicts = [...byEdit].flatMap(([edit, some]) => (edit ? [toConflict(edit, some, below)] : []))
  const remedy = onConflict === 'REFUSE' && conflicts.every(({ code }) => yields.has(code)) ? 'Promote it with onConflict: OVERWRITE, so that what it says of what is still there goes, or discard it.' : 'Change it so that it fits, or discard it.'
  const message = `${conflicts.length} of the edits of scenario ${JSON.stringify(id)} cannot be carried over: ${conflicts[0]?.message ?? ''} Nothing is stored. ${remedy}`
  return { kind: 'ScenarioConflicts', code: 'SCENARIO_CONFLICTS', message, path: ['id'], conflicts }
}

function toConflict(edit: PromotedEdit, problems: readonly ItemProblem[], below: Below): ScenarioConflict {
  const { twin, name, relationship: id } = edit.key
  const stale = problems.find(({ code }) => code === 'VERSION_CONFLICT') ?? problems[0]
  const isTwin = edit.key.rank === 0
  const now = isTwin ? below.twins.get(twin)?.version : below.relationships.get(relationshipKey(twin, name, id))?.version
  return {
    code: stale?.code ?? 'INVALID_INPUT', message: problems.map((problem) => messageOf(problem, edit)).join(' '), twinId: twin,
    relationship: 'to' in edit ? { id, name, from: twin, to: edit.to } : null,
    properties: editedNames(edit), baseVersionThen: edit.then ?? null, baseVersionNow: stale?.actual ?? now ?? null,
  }
}

/** A version that does not fit is told to somebody who has not read one: the scenario has. */
function messageOf({ code, message, expected, actual }: ItemProblem, { key: { twin, name, relationship: id } }: PromotedEdit): string {
  if (code !== 'VERSION_CONFLICT' || expected === undefined || actual === undefined) return message
  const what = id === '' ? `The twin ${JSON.stringify(twin)}` : `The relationship ${name} ${JSON.stringify(id)} of ${JSON.stringify(twin)}`
  return `${what} was changed since the scenario edited it first: its version was ${expected}, and is ${actual}.`
}

const tooMany = (id: string, actual: number): LimitReached => ({
  kind: 'LimitReached', code: 'TOO_LARGE', limit: mostEdits, actual, path: ['id'],
  message: `The scenario ${JSON.stringify(id)} has ${actual} edits; at most ${mostEdits} are promoted in one transaction. Make it smaller, or do it in several scenarios.`,
})
