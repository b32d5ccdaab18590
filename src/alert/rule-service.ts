import type { Registry } from '../model/registry.ts'
import type { Conflict, Invalid, LimitReached, NotFound } from '../problem.ts'
import { freeId } from '../scenario/slug.ts'
import { formatDuration } from '../telemetry/duration.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { TwinModels } from '../telemetry/twin-directory.ts'
import { done, refused, type Result } from '../util/result.ts'
import { type Checking, predictorOf } from './check-condition.ts'
import { checkRule } from './check-rule.ts'
import { type Condition, most, type Rule, type StoredRule } from './rule.ts'
import type { ConditionRequest, RuleChanges, RuleRequest } from './rule-request.ts'
import type { RuleStore } from './rule-store.ts'

/** Rules as clients make and change them. Fails with STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
export interface RuleService {
  create(request: RuleRequest, actor: string): Promise<Result<StoredRule, Invalid | Conflict | LimitReached>>
  update(id: string, changes: RuleChanges, by: { readonly actor: string; readonly ifVersion?: number | null | undefined }): Promise<Result<StoredRule, Invalid | Conflict | NotFound>>
  remove(id: string): Promise<Result<string, NotFound>>
  setEnabled(id: string, isEnabled: boolean, actor: string): Promise<Result<StoredRule, NotFound>>
  find(ids: readonly string[]): Promise<readonly (StoredRule | undefined)[]>
}

export interface RuleServiceConfig {
  readonly store: RuleStore
  readonly registry: () => Registry
  readonly twins: TwinModels
  /** Of these ids of predictors, or names of which a version is ACTIVE, those that there are. */
  readonly knownPredictors: (names: readonly string[]) => Promise<Checking['predictors']>
  /** Of these ids of channels, those that there are. */
  readonly knownChannels: (ids: readonly string[]) => Promise<ReadonlySet<string>>
  readonly filterProblem: Checking['filterProblem']
  /** The place in the order of receipt that is reached by now. */
  readonly head: () => Promise<Microseconds>
  /** Rules changed. */
  readonly onChanged: () => void
}

export function createRuleService({ store, registry, twins, knownPredictors, knownChannels, filterProblem, head, onChanged }: RuleServiceConfig): RuleService {
  const check = async (request: RuleRequest, base: readonly string[]): Promise<Result<Rule, Invalid>> => {
    const { threshold, missing, drift } = request.when
    const named = (threshold ?? missing)?.twins ?? []
    const predictor = drift ? drift.predictor : threshold?.source === 'PREDICTED' ? predictorOf(threshold.series ?? '') : undefined
    const [models, predictors, channels] = await Promise.all([
      named.length === 0 || named.length > most.twins ? new Map<string, string>() : twins.modelsOf([...new Set(named)]),
      knownPredictors(predictor === undefined ? [] : [predictor]),
      knownChannels((request.notify ?? []).slice(0, most.channels)),
    ])
    return checkRule(request, base, { registry: registry(), twins: models, predictors, channels, filterProblem })
  }
  const changed = <T>(outcome: T): T => {
    onChanged()
    return outcome
  }
  return {
    async create(request, actor) {
      const checked = await check(request, ['rule'])
      if (!checked.ok) return checked
      const rule = checked.value
      return changed(await store.put(rule.id, { actor, from: await head() }, ({ taken, count }) => {
        if (count >= most.rules) return refused({ kind: 'LimitReached', code: 'TOO_LARGE', message: `There are ${count} rules, as many as are watched. Delete some, or watch more twins by one rule.`, limit: most.rules, actual: count + 1 })
        if (typeof request.id === 'string' && taken.has(rule.id)) return refused({ kind: 'Conflict', code: 'ALREADY_EXISTS', message: `There is a rule ${JSON.stringify(rule.id)}. Choose another id, or leave it out to get one.`, path: ['rule', 'id'] })
        return done({ ...rule, id: freeId(rule.id, taken) })
      })) as Result<StoredRule, Invalid | Conflict | LimitReached>
    },
    async update(id, changes, { actor, ifVersion }) {
      const [before] = await store.find([id])
      if (!before) return refused(unknownRule(id))
      const given = Object.fromEntries(Object.entries(changes).filter(([name, value]) => value !== null || name === 'description'))
      const checked = await check({ ...toRequest(before), ...given, id }, ['set'])
      if (!checked.ok) return checked
      return changed(await store.put(id, { actor, from: await head() }, ({ rule }) => {
        if (!rule) return refused(unknownRule(id))
        const expected = ifVersion ?? before.version
        if (rule.version !== expected) return refused({ kind: 'Conflict', code: 'VERSION_CONFLICT', message: `The rule ${JSON.stringify(id)} has version ${rule.version}, not ${expected}. Read it again, and reapply the change.`, path: ['ifVersion'], expected, actual: rule.version })
        return done(checked.value)
      })) as Result<StoredRule, Invalid | Conflict | NotFound>
    },
    remove: async (id) => (await store.remove(id) ? changed(done(id)) : refused(unknownRule(id))),
    setEnabled: async (id, isEnabled, actor) => changed(await store.put(id, { actor, from: await head() }, ({ rule }) => (rule ? done({ ...withoutMeta(rule), isEnabled }) : refused(unknownRule(id))))) as Result<StoredRule, NotFound>,
    find: store.find,
  }
}

const unknownRule = (id: string): NotFound => ({ kind: 'NotFound', code: 'NOT_FOUND', message: `There is no rule ${JSON.stringify(id.slice(0, 80))}.`, path: ['id'], id })

function withoutMeta({ version: _version, judged: _judged, from: _from, trouble: _trouble, createdAt: _createdAt, createdBy: _createdBy, updatedAt: _updatedAt, ...rule }: StoredRule): Rule {
  return rule
}

/** A rule as it would be asked for. */
function toRequest(rule: StoredRule): RuleRequest {
  const { name, description, severity, isEnabled, labels, annotations, over, depth, notify } = rule
  return {
    name, description, severity, isEnabled, when: toConditionRequest(rule.when), for: formatDuration(rule.for), keepFor: formatDuration(rule.keepFor), reopenWithin: formatDuration(rule.reopenWithin),
    labels, annotations, over, depth, notify,
    then: rule.then.map((action) => (action.kind === 'SimulateAction' ? { simulate: action.input } : { infer: { input: action.input, simulation: action.simulation } })),
  }
}

function toConditionRequest(when: Condition): ConditionRequest {
  switch (when.kind) {
    case 'ThresholdCondition': {
      const { of, series, property, source, over, direction, limit, clear } = when
      const limits = direction === 'ABOVE' ? { above: limit, clearBelow: clear } : { below: limit, clearAbove: clear }
      return { threshold: { ...of, series, property, source, ...limits, ...(over && { aggregate: over.aggregate, window: formatDuration(over.window) }) } }
    }
    case 'DriftCondition': return { drift: { predictor: when.predictor, measure: when.measure, feature: when.feature, above: when.limit, clearBelow: when.clear } }
    case 'LiveCondition': return { live: { model: when.model, where: when.where, within: when.within } }
    case 'MissingCondition': return { missing: { ...when.of, series: when.series, after: formatDuration(when.after) } }
    case 'ScheduleCondition': return { schedule: { every: formatDuration(when.every) } }
  }
}
