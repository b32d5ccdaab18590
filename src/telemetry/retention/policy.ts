import type { RegisteredModel, Registry } from '../../model/registry.ts'
import type { Invalid, ItemProblem, NotFound } from '../../problem.ts'
import { nearest } from '../../util/nearest.ts'
import { done, refused, type Result } from '../../util/result.ts'
import { parseDuration } from '../duration.ts'
import type { Microseconds } from '../reading.ts'

/** How long the telemetry of a model's twins is kept, as a client says it. Durations are ISO 8601 texts; null stands for ever, or for nothing. */
export interface PolicyTerms {
  /** DTMI; holds for the subtypes, too, unless they have one of their own. */
  readonly model: string
  /** Null: every telemetry of the model. */
  readonly telemetry: string | null
  /** Readings older than that are forgotten; null: none. */
  readonly keep: string | null
  /** Before they are forgotten they are summarised in buckets of this length; null: they are not. */
  readonly rollupEvery: string | null
  /** Buckets older than that are forgotten; null: none. */
  readonly rollupKeep: string | null
}

/** The same in numbers. */
export interface Policy {
  readonly model: string
  readonly telemetry: string | null
  readonly keep: Microseconds | null
  readonly rollupEvery: Microseconds | null
  readonly rollupKeep: Microseconds | null
}

/** Where policies are kept: catalogue entries of the graph. */
export interface PolicyStore {
  load(): Promise<readonly PolicyTerms[]>
  /** In the place of the one of the same model and telemetry. Resolves to its id. */
  set(terms: PolicyTerms): Promise<string>
  /** Whether there was one. */
  remove(model: string, telemetry: string | null): Promise<boolean>
  /** Takes, or keeps, the right to act on the policies until the time is over; false while another process has it. */
  claim(holder: string, forMs: number): Promise<boolean>
}

/**
 * The policy of a telemetry: of the nearest model that has one, itself first; there one that names the telemetry goes before one for all of them.
 * Undefined: everything is kept.
 */
export function policyOf(policies: readonly Policy[], model: RegisteredModel, telemetry: string): Policy | undefined {
  for (const { id } of [model, ...model.ancestors]) {
    const own = policies.filter((policy) => policy.model === id)
    const found = own.find((policy) => policy.telemetry === telemetry) ?? own.find((policy) => policy.telemetry === null)
    if (found) return found
  }
  return undefined
}

const day = 86_400_000_000

/** Checks what a client says against the models and against itself. */
export function parsePolicy(terms: PolicyTerms, registry: Registry): Result<Policy, NotFound | Invalid> {
  const missing = missingOf(terms, registry)
  if (missing) return refused(missing)
  const problems: ItemProblem[] = []
  const refuse = (name: string, message: string): null => {
    problems.push({ code: 'INVALID_INPUT', message, path: [name] })
    return null
  }
  const read = (name: 'keep' | 'rollupEvery' | 'rollupKeep'): Microseconds | null => {
    const text = terms[name]
    if (text === null) return null
    const parsed = parseDuration(text)
    if (!parsed.ok) return refuse(name, `${name}: ${parsed.problem}`)
    return parsed.value > 0 ? parsed.value : refuse(name, `${name} is more than nothing, not ${text}.`)
  }
  const policy = { model: terms.model, telemetry: terms.telemetry, keep: read('keep'), rollupEvery: read('rollupEvery'), rollupKeep: read('rollupKeep') }
  const { keep, rollupEvery, rollupKeep } = policy
  if (terms.rollupEvery !== null && terms.keep === null) refuse('rollupEvery', 'Readings are summarised when they are forgotten: rollupEvery needs keep.')
  if (terms.rollupKeep !== null && terms.rollupEvery === null) refuse('rollupKeep', 'There are no summaries to forget: rollupKeep needs rollupEvery.')
  if (rollupEvery !== null && day % rollupEvery !== 0 && rollupEvery % day !== 0) refuse('rollupEvery', `rollupEvery divides a day, such as PT1H, or is whole days, such as P7D; not ${terms.rollupEvery ?? ''}.`)
  if (rollupEvery !== null && keep !== null && rollupEvery > keep) refuse('rollupEvery', `rollupEvery is at most keep, ${terms.keep ?? ''}: a bucket is summarised when all of its readings are older.`)
  if (rollupKeep !== null && keep !== null && rollupKeep < keep) refuse('rollupKeep', `rollupKeep is at least keep, ${terms.keep ?? ''}: readings are summarised only when they are older than that.`)
  const [first] = problems
  if (!first) return done(policy)
  const message = problems.length === 1 ? first.message : `${first.message} And ${problems.length - 1} more.`
  return refused({ kind: 'Invalid', code: 'INVALID_INPUT', message, ...(first.path && { path: first.path }), problems })
}

/** Of policies that were checked when they were set; one of a model that is no more, or that cannot be read any more, is left out. */
export const readPolicies = (stored: readonly PolicyTerms[], registry: Registry): readonly Policy[] => stored.flatMap((terms) => {
  const parsed = parsePolicy(terms, registry)
  return parsed.ok ? [parsed.value] : []
})

function missingOf({ model: id, telemetry }: PolicyTerms, registry: Registry): NotFound | undefined {
  const model = registry.get(id)
  const notFound = (what: string, name: string, path: string, candidates: Iterable<string>): NotFound => {
    const near = nearest(name, candidates)
    return { kind: 'NotFound', code: 'NOT_FOUND', message: `${what}${near === undefined ? '' : ` Did you mean ${near}?`}`, path: [path], id: name }
  }
  if (!model) return notFound(`There is no model ${JSON.stringify(id)}.`, id, 'model', registry.models.keys())
  if (telemetry === null || model.contents.get(telemetry)?.kind === 'Telemetry') return undefined
  const names = [...model.contents.values()].flatMap(({ kind, name }) => (kind === 'Telemetry' ? [name] : []))
  return notFound(`${id} has no telemetry ${JSON.stringify(telemetry)}.`, telemetry, 'telemetry', names)
}
