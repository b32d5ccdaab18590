import { type ItemProblem, toInvalid } from '../problem.ts'
import { toSlug } from '../scenario/slug.ts'
import { namesOf } from '../twin/needs.ts'
import { idRule, isValidId } from '../twin/id.ts'
import { nearest } from '../util/nearest.ts'
import { done, refused, type Result } from '../util/result.ts'
import type { Invalid } from '../problem.ts'
import { checkCondition, checkDuration, type Checking, type Say, sayer } from './check-condition.ts'
import { type Action, most, type Rule } from './rule.ts'
import type { ActionRequest, RuleRequest } from './rule-request.ts'

export interface RuleChecking extends Omit<Checking, 'problems'> {
  /** Of the channels that it names, those that there are. */
  readonly channels: ReadonlySet<string>
}

const [longestName, longestDescription, longestLabel] = [200, 10_000, 1_000]

/** The rule that is asked for, or all that is wrong with it. Its id is the one it wants, or the slug that one is derived from. */
export function checkRule(request: RuleRequest, base: readonly string[], given: RuleChecking): Result<Rule, Invalid> {
  const problems: ItemProblem[] = []
  const say = sayer(problems, base)
  checkFacts(request, say)
  const when = checkCondition(request.when, [...base, 'when'], { ...given, problems })
  const duration = (field: 'for' | 'keepFor' | 'reopenWithin'): number => checkDuration(request[field] ?? 'PT0S', { path: [...base, field], least: 0 }, problems) ?? 0
  const [patience, keepFor, reopenWithin] = [duration('for'), duration('keepFor'), duration('reopenWithin')]
  const depth = request.depth ?? 10
  if (depth < 1 || depth > most.depth) say('OUT_OF_BOUNDS', ['depth'], `depth is from 1 to ${most.depth}, not ${depth}.`)
  const over = checkRelationships(request.over ?? [], base, given, problems)
  const notify = checkChannels(request.notify ?? [], given.channels, say)
  const labels = checkTexts(request.labels, [...base, 'labels'], problems)
  const annotations = checkTexts(request.annotations, [...base, 'annotations'], problems)
  const then = checkActions(request.then ?? [], [...base, 'then'], problems)
  if (when?.kind === 'ScheduleCondition' && then.length === 0) say('MISSING_INPUT', ['then'], 'A schedule raises no alerts: say what is done at each tick.')
  const wrong = toInvalid(problems)
  if (wrong || !when) return refused(wrong ?? { kind: 'Invalid', code: 'INVALID_INPUT', message: 'The condition cannot be watched.', path: [...base, 'when'], problems })
  return done({
    id: request.id ?? slugOf(request.name), name: request.name, description: request.description ?? null, severity: request.severity ?? 'WARNING', isEnabled: request.isEnabled ?? true, when,
    for: patience, keepFor, reopenWithin, labels, annotations, over, depth, notify, then,
  })
}

function checkFacts({ name, id, description }: RuleRequest, say: Say): void {
  if (name.trim() === '' || [...name].length > longestName || !name.isWellFormed() || /\p{Cc}/u.test(name)) say('INVALID_INPUT', ['name'], `A rule's name has 1 to ${longestName} characters, not all of them blank and none a control character.`)
  if (typeof id === 'string' && !isValidId(id)) say('INVALID_ID', ['id'], `${JSON.stringify(id.slice(0, 80))} cannot be a rule's id. ${idRule}`)
  if (typeof description === 'string' && (description.length > longestDescription || !description.isWellFormed())) say('TOO_LARGE', ['description'], `A description has at most ${longestDescription} characters; this one has ${description.length}.`)
}

function checkChannels(given: readonly string[], known: ReadonlySet<string>, say: Say): readonly string[] {
  const notify = [...new Set(given)]
  if (notify.length > most.channels) say('TOO_LARGE', ['notify'], `A rule tells at most ${most.channels} channels, not ${notify.length}.`)
  for (const [index, channel] of notify.entries()) if (!known.has(channel)) say('NOT_FOUND', ['notify', String(index)], `There is no channel ${JSON.stringify(channel.slice(0, 80))}.`)
  return notify
}

/** A name without letters or digits makes a slug of its own kind. */
const slugOf = (name: string): string => (/[\p{L}\p{N}]/u.test(name) ? toSlug(name) : 'rule')

function checkRelationships(over: readonly string[], base: readonly string[], { registry }: RuleChecking, problems: ItemProblem[]): readonly string[] {
  const { known } = namesOf(registry)
  for (const [index, name] of over.entries()) {
    if (known.has(name)) continue
    const near = nearest(name, known)
    problems.push({ code: 'UNKNOWN_RELATIONSHIP', path: [...base, 'over', String(index)], message: `No model has a relationship named ${JSON.stringify(name.slice(0, 80))}.${near === undefined ? '' : ` Did you mean ${near}?`}` })
  }
  return [...new Set(over)]
}

/** Texts by name, as receivers take them: names of letters, digits and _. */
function checkTexts(given: unknown, path: readonly string[], problems: ItemProblem[]): Readonly<Record<string, string>> {
  if (given === undefined || given === null) return {}
  const say = sayer(problems, path)
  if (typeof given !== 'object' || Array.isArray(given)) {
    say('WRONG_TYPE', [], 'Give an object of texts, such as { "team": "network" }.')
    return {}
  }
  const entries = Object.entries(given as Readonly<Record<string, unknown>>)
  if (entries.length > most.labels) say('TOO_LARGE', [], `There are at most ${most.labels} of them, not ${entries.length}.`)
  const texts: Record<string, string> = {}
  for (const [name, text] of entries) {
    if (!/^[A-Za-z_]\w{0,99}$/.test(name) || name === '__proto__') say('INVALID_NAME', [name.slice(0, 100)], `${JSON.stringify(name.slice(0, 80))} is no name of a label. Use letters, digits and _, no digit first, at most 100 of them.`)
    else if (typeof text !== 'string' || text.length > longestLabel || !text.isWellFormed()) say('WRONG_TYPE', [name], `${name} is a text of at most ${longestLabel} characters.`)
    else texts[name] = text
  }
  return texts
}

function checkActions(given: readonly ActionRequest[], path: readonly string[], problems: ItemProblem[]): readonly Action[] {
  if (given.length > most.actions) problems.push({ code: 'TOO_LARGE', path: [...path], message: `A rule does at most ${most.actions} things, not ${given.length}.` })
  return given.flatMap(({ simulate, infer }, index): readonly Action[] => {
    if (simulate !== undefined) return [{ kind: 'SimulateAction', input: simulate }]
    if (!infer) return []
    const simulation = infer.simulation ?? null
    if (simulation && !given.slice(0, index).some((each) => each.simulate !== undefined)) problems.push({ code: 'MISSING_INPUT', path: [...path, String(index), 'infer', 'simulation'], message: 'No simulation comes before this inference in the list.' })
    if ((infer.input as { readonly stream?: unknown }).stream) problems.push({ code: 'INVALID_INPUT', path: [...path, String(index), 'infer', 'input', 'stream'], message: 'A stream does not end, so that nothing would come after it. Start it by startInference.' })
    return [{ kind: 'InferAction', input: infer.input, simulation }]
  })
}
