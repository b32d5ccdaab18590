import { describe, expect, it } from 'vitest'
import { type Alert, type Finding, fingerprintOf } from '../../src/alert/alert.ts'
import { createAlertBoard } from '../../src/alert/alert-board.ts'
import { contributorsOf } from '../../src/alert/contributions.ts'
import { decideAlert } from '../../src/alert/decide-alert.ts'
import { createEvaluator, type Evaluator } from '../../src/alert/evaluator.ts'
import type { Condition, StoredRule } from '../../src/alert/rule.ts'
import type { Watcher } from '../../src/alert/watcher.ts'
import { failure } from '../../src/errors.ts'

const live: Condition = { kind: 'LiveCondition', model: null, where: null, within: null }
const drift: Condition = { kind: 'DriftCondition', predictor: 'leak', measure: 'PSI', feature: null, direction: 'ABOVE', limit: 1, clear: 1 }
const ruleOf = (id: string, more: Partial<StoredRule> = {}): StoredRule => ({
  id, name: id, description: null, severity: 'WARNING', isEnabled: true, when: live, for: 0, keepFor: 0, reopenWithin: 0, labels: {}, annotations: {}, over: [], depth: 1, notify: [], then: [],
  version: 1, judged: 1, from: 0, trouble: null, createdAt: 1, createdBy: 'me', updatedAt: 1, ...more,
})
const raise = (rule: string, twin: string, series: string | null = null): Finding =>
  ({ kind: 'raise', subject: { rule, twin, series }, since: 1, evidence: { at: 1, value: 1, limit: 0, origin: null, run: null, contributions: [] }, message: 'm' })

/** A ground to judge on: its stores keep what they are told, and whoever judges is told what to find. */
function openGround(...given: readonly StoredRule[]) {
  const ground = {
    rules: [...given], revision: 1, now: 1_000_000, head: 10, position: 10 as number | undefined, alerts: new Map<string, Alert>(), twins: new Set<string>(), troubles: new Map<string, string | null>(),
    /** What watchers do, and what was asked of them. */
    hear: (_rule: StoredRule): readonly Finding[] => [],
    asked: [] as string[],
  }
  let [revision, ids] = [0, 0]
  const createWatcher = (rule: StoredRule): Watcher => {
    ground.asked.push(`watch ${rule.id} ${rule.createdAt}`)
    return {
      begin: ({ from, isResumed }) => { ground.asked.push(`begin ${rule.id} ${from} ${isResumed}`); return Promise.resolve([]) },
      hear: async () => await Promise.resolve(ground.hear(rule)),
      close: () => undefined,
    }
  }
  const open = (): Evaluator => createEvaluator({
    rules: { all: () => Promise.resolve(ground.rules), revision: () => Promise.resolve(ground.revision), setTrouble: (id, trouble) => { ground.troubles.set(id, trouble); return Promise.resolve() } },
    alerts: {
      position: () => Promise.resolve(ground.position), open: () => Promise.resolve([...ground.alerts.values()].filter(({ state }) => state !== 'RESOLVED')),
      apply(found, { from, position, rule } = {}) {
        if (from !== undefined && (from ?? undefined) !== ground.position) return Promise.reject(failure('NOT_CAUGHT_UP'))
        ground.position = position ?? ground.position
        ground.rules = ground.rules.map((each) => (each.id === rule?.id ? { ...each, judged: rule.version } : each))
        return Promise.resolve(found.flatMap((each) => {
          const change = decideAlert(each, { last: ground.alerts.get(fingerprintOf(each.subject)), now: 1, revision: ++revision, id: `${++ids}` })
          if (change) ground.alerts.set(change.alert.fingerprint, change.alert)
          return change ? [change] : []
        }))
      },
    },
    board: createAlertBoard(), store: { head: () => Promise.resolve(ground.head), received: () => Promise.resolve([]) }, createWatcher, affected: () => Promise.resolve({ twins: [], isComplete: true }),
    existing: (twins) => Promise.resolve(new Set(twins.filter((twin) => ground.twins.has(twin)))), now: () => ground.now, wake: () => undefined, onTrouble: () => undefined,
  })
  const shown = (): readonly string[] => [...ground.alerts.values()].map(({ rule, twin, state, resolution }) => `${rule} ${twin} ${resolution ?? state}`)
  return { ground, open, shown }
}
const always = () => Promise.resolve(true)

describe('Whoever judges', () => {
  it('ends alerts of twins that are gone, not of predictors, which are no twins; and asks once more of what was judged meanwhile', async () => {
    const { ground, open, shown } = openGround(ruleOf('drift', { when: drift }), ruleOf('live'))
    ground.twins.add('there')
    ground.hear = ({ id }) => (id === 'drift' ? [raise('drift', 'predictor:leak;3', 'psi~a')] : [raise('live', 'there'), raise('live', 'gone')])
    await open().round(always)
    ground.hear = () => []
    const next = open() // as after a restart
    await next.round(always)
    expect(shown()).toEqual(['drift predictor:leak;3 OPEN', 'live there OPEN', 'live gone TWIN_GONE'])
    ground.twins.clear()
    ground.hear = ({ id }) => (id === 'live' ? [raise('live', 'late')] : [])
    next.twinsChanged(['late'])
    await next.round(always) // it was deleted before this found it
    ground.hear = () => []
    await next.round(always)
    expect(shown()).toContain('live late TWIN_GONE')
    next.twinsChanged(undefined)
    await next.round(always)
    expect(shown()).toContain('live there TWIN_GONE')
  })

  it('takes a rule that was made anew under the same id for another one', async () => {
    const { ground, open } = openGround(ruleOf('r'))
    const evaluator = open()
    await evaluator.round(always)
    ground.rules = [ruleOf('r', { createdAt: 2, judged: null, from: 10 })]
    ground.revision++
    await evaluator.round(always)
    expect(ground.asked).toEqual(['watch r 1', 'watch r 2', 'begin r 10 false'])
    expect(ground.rules[0]?.judged).toBe(1)
  })

  it('lets one rule that takes too long not keep the others from being judged, and goes on with it at the present', async () => {
    const { ground, open, shown } = openGround(ruleOf('slow'), ruleOf('good'))
    ground.twins.add('t')
    ground.hear = ({ id }) => { if (id === 'slow') throw failure('TIMEOUT'); return [raise('good', 't')] }
    const evaluator = open()
    await evaluator.round(always)
    expect(shown()).toEqual(['good t OPEN'])
    expect(ground.troubles.get('slow')).toMatch(/longer than its deadline/)
    ground.hear = () => []
    ;[ground.head, ground.now] = [500, 20_000_000]
    await evaluator.round(always) // hears up to 500 without it
    ground.now = 80_000_000
    await evaluator.round(always)
    expect(ground.asked.filter((each) => each.startsWith('begin slow'))).toEqual(['begin slow 500 true'])
    expect(ground.troubles.get('slow')).toBeNull()
  })

  it('is told when it is another\'s turn by now, and writes nothing', async () => {
    const { ground, open, shown } = openGround(ruleOf('r'))
    const [one, two] = [open(), open()]
    await one.round(always)
    await two.round(always)
    ground.hear = ({ id }) => [raise(id, 't')]
    ground.head = 20
    await two.round(always)
    ground.alerts.clear()
    ground.head = 30
    await expect(one.round(always)).rejects.toMatchObject({ code: 'NOT_CAUGHT_UP' })
    expect(shown()).toEqual([])
  })
})

describe('What contributes to a prediction', () => {
  it('is of the row of the predicted twin, though others read of the same twins', () => {
    const output = (twin: string, name: string) => ({ twin, name, kind: 'float', unit: null, semanticType: null }) as const
    const outputs = [output('a', 'score@p'), output('n', 'flow~score@p'), output('b', 'score@p'), output('m', 'flow~score@p'), output('n', 'level~score@p')]
    const column = (index: number, part: 'value' | 'contribution') => ({ output: index, of: 0, part, from: { kind: 'value', output: 0, plus: 0 }, horizon: 0 }) as const
    const task = { kind: 'infer', results: [[column(0, 'value'), column(1, 'contribution')], [column(2, 'value'), column(3, 'contribution'), column(4, 'contribution')]] } as unknown as Parameters<typeof contributorsOf>[0]['task'] // no more of it is looked at
    const found = contributorsOf({ task, outputs })
    expect([...found].map(([name, keys]) => [name, keys.map(({ twin, name: series }) => `${twin} ${series}`)])).toEqual([['["a","score@p"]', ['n flow~score@p']], ['["b","score@p"]', ['m flow~score@p', 'n level~score@p']]])
  })
})
