import { type Conflict, type Invalid, type ItemProblem, type LimitReached, type NotFound, type ProblemCode, toInvalid } from '../problem.ts'
import { parseInstant } from '../telemetry/instant.ts'
import { idRule, isValidId } from '../twin/id.ts'
import { done, refused, type Result } from '../util/result.ts'
import type { Scenario } from './scenario.ts'
import type { CreationGround, DiscardGround } from './scenario-store.ts'
import { freeId, toSlug } from './slug.ts'

/** A scenario as a client asks for it. */
export interface ScenarioDraft {
  readonly name: string
  readonly id?: string | null | undefined
  readonly description?: string | null | undefined
  /** RFC 3339. */
  readonly base?: string | null | undefined
  readonly parent?: string | null | undefined
}

const longestName = 200
const longestDescription = 10_000
/** Every property that is read looks through the whole chain. */
const longestChain = 16

/** The id it wants, or the slug that one is derived from. */
export const wantedId = ({ id, name }: ScenarioDraft): string => id ?? toSlug(name)

/** What is wrong with a draft whatever is in the store. */
export function checkDraft({ name, id, description, base, parent }: ScenarioDraft): Invalid | undefined {
  const problems: ItemProblem[] = []
  const problem = (code: ProblemCode, field: string, message: string): void => void problems.push({ code, message, path: [field] })
  if (name.trim() === '' || [...name].length > longestName || !name.isWellFormed() || /\p{Cc}/u.test(name)) problem('INVALID_INPUT', 'name', `A scenario's name has 1 to ${longestName} characters, not all of them blank and none a control character.`)
  if (typeof id === 'string' && !isValidId(id)) problem('INVALID_ID', 'id', `${JSON.stringify(id.slice(0, 80))} cannot be a scenario's id. ${idRule}`)
  if (typeof description === 'string' && (description.length > longestDescription || !description.isWellFormed())) problem('TOO_LARGE', 'description', `A description has at most ${longestDescription} characters; this one has ${description.length}.`)
  if (typeof base === 'string' && typeof parent === 'string') problem('INVALID_INPUT', 'base', `A scenario with a parent begins where its parent does. Leave out base, or parent ${JSON.stringify(parent.slice(0, 80))}.`)
  if (typeof base === 'string' && parseInstant(base) === undefined) problem('INVALID_INPUT', 'base', `The base ${base} cannot be read: no graph is that old, or that new.`)
  return toInvalid(problems)
}

/** The scenario that the draft makes on this ground. The draft was checked. */
export function decideCreation(draft: ScenarioDraft, ground: CreationGround, actor: string): Result<Scenario, Invalid | Conflict | NotFound | LimitReached> {
  const wanted = wantedId(draft)
  if (typeof draft.id === 'string' && ground.taken.has(wanted)) {
    return refused({ kind: 'Conflict', code: 'ALREADY_EXISTS', message: `There is, or was, a scenario ${JSON.stringify(wanted)}. Choose another id, or leave it out to get one.`, path: ['id'] })
  }
  const { parent } = ground
  if (typeof draft.parent === 'string') {
    if (!parent) return refused(unknownScenario(draft.parent, ['parent']))
    if (parent.state !== 'OPEN') return refused(notOpen(parent, 'nothing can branch off from it', ['parent']))
    if (parent.chain.length >= longestChain) {
      return refused({ kind: 'LimitReached', code: 'TOO_LARGE', message: `Scenarios branch off from each other ${longestChain} deep at most. Promote ${JSON.stringify(parent.id)} into its parent first.`, path: ['parent'], limit: longestChain, actual: parent.chain.length + 1 })
    }
  }
  const base = typeof draft.base === 'string' ? Math.floor((parseInstant(draft.base) ?? 0) / 1_000) : undefined
  const problem = base === undefined ? undefined : checkBase(base, ground)
  if (problem) return refused(problem)
  return done({
    id: typeof draft.id === 'string' ? wanted : freeId(wanted, ground.taken),
    number: ground.number, name: draft.name, description: draft.description ?? null,
    base: parent ? parent.base : base, parent: parent?.id, chain: [ground.number, ...(parent?.chain ?? [])],
    state: 'OPEN', createdAt: ground.at, createdBy: actor,
  })
}

function checkBase(base: number, { at, earliest }: CreationGround): Invalid | undefined {
  const path = ['base']
  if (base > at) return toInvalid([{ code: 'INVALID_INPUT', message: `The base ${toText(base)} lies in the future: it is ${toText(at)}. Leave it out to follow the graph as it is.`, path }])
  if (earliest !== undefined && base < earliest) return toInvalid([{ code: 'INVALID_INPUT', message: `The graph is not known any more as of ${toText(base)}: history is kept from ${toText(earliest)} on.`, path }])
  return undefined
}

/** The scenario as it is after it was discarded; one that was discarded before stays as it is. */
export function decideDiscard(id: string, { scenario, branches }: DiscardGround): Result<Scenario, Conflict | NotFound> {
  if (!scenario) return refused(unknownScenario(id, ['id']))
  if (scenario.state !== 'OPEN') return refused(notOpen(scenario, 'it cannot be discarded', ['id']))
  if (branches.length > 0) return refused(hasBranches(scenario.id, branches))
  return done({ ...scenario, state: 'DISCARDED' })
}

export const unknownScenario = (id: string, path: readonly string[]): NotFound => ({
  kind: 'NotFound', code: 'NOT_FOUND', id, path, message: `There is no scenario ${JSON.stringify(id.slice(0, 80))}. The field scenarios lists those there are.`,
})

/** `why`: what follows from it, such as `nothing can be written into it`. */
export const notOpen = ({ id, state }: Pick<Scenario, 'id' | 'state'>, why: string, path: readonly string[]): Conflict => ({
  kind: 'Conflict', code: 'SCENARIO_NOT_OPEN', path, message: `The scenario ${JSON.stringify(id)} was ${state.toLowerCase()}: ${why}. Create another.`,
})

export const hasBranches = (id: string, branches: readonly string[]): Conflict => ({
  kind: 'Conflict', code: 'SCENARIO_HAS_BRANCHES', path: ['id'],
  message: `Open scenarios branch off from ${JSON.stringify(id)}: ${branches.map((each) => JSON.stringify(each)).join(', ')}. Promote or discard them first.`,
})

const toText = (at: number): string => new Date(at).toISOString()
