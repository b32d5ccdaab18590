import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at, openWorks, type Works } from '../telemetry/works.ts'
import { openAlertFeed } from './alert-feed.ts'

const createRule = `mutation ($rule: RuleInput!) { createRule(rule: $rule) { __typename ... on CreateRuleSuccess { rule { id version when { ... on ThresholdCondition { series above clear source model } } for } } ... on Invalid { problems { code path message } } ... on Problem { code message } } }`

describe('A rule about a limit', () => {
  let works: Works
  beforeAll(async () => { works = await openWorks(5) })
  afterAll(() => works[Symbol.asyncDispose]())

  it('raises an alert when a series was beyond it for so long, tells who is affected, and resolves it when that is over', async () => {
    const { createRule: made } = await works.data(createRule, { rule: { name: 'Too hot', severity: 'CRITICAL', for: 'PT5M', over: ['feeds'], when: { threshold: { series: 'temperature', model: 'Pump', above: 80, clearBelow: 70 } } } })
    expect(made).toEqual({ __typename: 'CreateRuleSuccess', rule: { id: 'too-hot', version: 1, for: 'PT5M', when: { series: 'temperature', above: 80, clear: 70, source: 'MEASURED', model: 'Pump' } } })
    using feed = await openAlertFeed(works.app, { rules: ['too-hot'] })
    await works.send([[0, 75], [1, 85], [4, 90], [6, 88]].map(([minute = 0, temperature]) => ({ twin: 'p2', at: at(minute), values: { temperature } })))
    const [raised] = await feed.until((events) => events.length >= 1)
    expect(raised).toMatchObject({ event: 'RAISED', state: 'OPEN', severity: 'CRITICAL', twinId: 'p2', series: 'temperature', since: at(1), until: null, occurrences: 1 })
    const { alerts } = await works.data('{ alerts { id state ruleId rule { name } twin { _id } message evidence { at value limit since origin run { id } contributions { value } } affectedCount isAffectedComplete affected(first: 2) { edges { node { twinId twin { _id } } } pageInfo { hasNextPage } } } }')
    expect(alerts).toMatchObject([{
      state: 'OPEN', rule: { name: 'Too hot' }, twin: { _id: 'p2' }, evidence: { at: at(6), value: 88, limit: 80, since: at(1), run: null, contributions: [] },
      affectedCount: 3, isAffectedComplete: true, affected: { edges: [{ node: { twin: { _id: expect.stringMatching(/p[345]/) as string } } }, {}], pageInfo: { hasNextPage: true } },
    }])
    await works.send([{ twin: 'p2', at: at(7), values: { temperature: 75 } }, { twin: 'p2', at: at(8), values: { temperature: 70 } }])
    await feed.until((events) => events.at(-1)?.state === 'RESOLVED')
    const { alerts: after } = await works.data('{ alerts { state resolution since until resolvedAt } }')
    expect(after).toMatchObject([{ state: 'RESOLVED', resolution: 'CLEARED', since: at(1), until: at(8) }])
  })

  it('is refused with all that is wrong with it, each where it stands', async () => {
    const { createRule: refused } = await works.data(createRule, { rule: {
      name: ' ', for: 'P400D', keepFor: 'P1Y', depth: 99, over: ['feed'], notify: ['nobody'], labels: { '1x': 'a', ok: 3 },
      when: { threshold: { series: 'temprature', model: 'Pump', twins: ['p1', 'p9'], above: 80, clearBelow: 90, unit: 'litre', aggregate: 'MEAN' } },
    } })
    expect(refused.problems.map(({ code, path }: { code: string; path: string[] }) => `${code} ${path.join('.')}`).sort()).toEqual([
      'INVALID_INPUT rule.name', 'INVALID_NAME rule.labels.1x', 'MISSING_INPUT rule.when.threshold.window', 'NOT_FOUND rule.notify.0', 'NOT_FOUND rule.when.threshold.twins.1', 'OUT_OF_BOUNDS rule.depth',
      'OUT_OF_BOUNDS rule.for', 'OUT_OF_BOUNDS rule.when.threshold.clearBelow', 'UNKNOWN_RELATIONSHIP rule.over.0', 'UNKNOWN_TELEMETRY rule.when.threshold.series', 'WRONG_TIME rule.keepFor', 'WRONG_TYPE rule.labels.ok',
      'WRONG_UNIT rule.when.threshold.unit',
    ])
  })

  it('is refused where nobody predicts what it is about', async () => {
    for (const [series, told] of [['score@leek', 'NOT_FOUND'], ['temprature', 'UNKNOWN_TELEMETRY'], ['temprature~upper', 'UNKNOWN_TELEMETRY']]) {
      const { createRule: refused } = await works.data(createRule, { rule: { name: 'Predicted', when: { threshold: { series, source: 'PREDICTED', model: 'Pump', above: 1 } } } })
      expect(refused.problems).toMatchObject([{ code: told, path: ['rule', 'when', 'threshold', 'series'] }])
    }
  })
})
