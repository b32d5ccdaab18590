import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNeo4jRuleTasks } from '../../src/adapters/neo4j/rule-tasks.ts'
import { createNeo4jRuleStore } from '../../src/adapters/neo4j/rule-store.ts'
import { ensureSchema } from '../../src/adapters/neo4j/schema.ts'
import type { Finding } from '../../src/alert/alert.ts'
import type { Rule } from '../../src/alert/rule.ts'
import { createTaskRunner, type TaskRunner } from '../../src/alert/task-runner.ts'
import type { ActionStarter } from '../../src/alert/task.ts'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { freshTenant, testDatabase } from '../support/neo4j.ts'
import { activePredictor, linearModel, putArtifact } from '../support/predictors.ts'
import { openAlertFeed } from './alert-feed.ts'

const pump = {
  '@context': ['dtmi:dtdl:context;3'], '@id': 'dtmi:strain:Pump;1', '@type': 'Interface',
  contents: [{ '@type': 'Telemetry', name: 'flow', schema: 'double' }, { '@type': 'Telemetry', name: 'power', schema: 'double' }],
}
/** score = flow + 10 · power + 1. */
const card = {
  description: 'How much a pump takes beside what it gives.', licence: 'Apache-2.0', model: 'dtmi:strain:Pump;1', metrics: {},
  features: [{ name: 'flow', from: 'flow' }, { name: 'power', from: 'power' }], inputs: [{ tensor: 'x', type: 'FP32', features: ['flow', 'power'] }],
  outputs: [{ name: 'score', tensor: 'score' }, { name: 'parts', tensor: 'parts', role: 'CONTRIBUTIONS', of: 'score' }],
}

describe('What a rule does', () => {
  let app: TestApp
  const rule = async (given: Data): Promise<void> => {
    const { createRule } = await app.data('mutation ($rule: RuleInput!) { createRule(rule: $rule) { __typename ... on Invalid { problems { path message } } ... on Problem { message } } }', { rule: given })
    expect(createRule).toEqual({ __typename: 'CreateRuleSuccess' })
  }
  beforeAll(async () => {
    app = await openTestApp()
    await app.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [pump] })
    await app.data('mutation { createTwins(twins: [{ id: "p1", model: "dtmi:strain:Pump;1" }, { id: "p2", model: "dtmi:strain:Pump;1" }]) { __typename } }')
    await app.post('/ingest', JSON.stringify([{ twin: 'p1', at: new Date().toISOString(), values: { flow: 3, power: 9 } }, { twin: 'p2', at: new Date().toISOString(), values: { flow: 3, power: 1 } }]), { 'content-type': 'application/json' })
    await activePredictor(app, { name: 'strain', runtime: 'ONNX', artifact: await putArtifact(app, linearModel([1, 10], 1)), card })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('at each tick is done once, and what it predicts raises alerts that say what made them', { timeout: 120_000 }, async () => {
    await rule({ name: 'Strained', when: { threshold: { series: 'score@strain', source: 'PREDICTED', model: 'Pump', above: 50 } } })
    await rule({ name: 'Every second', when: { schedule: { every: 'PT1S' } }, then: [{ infer: { input: { predictor: 'strain', model: 'Pump' } } }] })
    using feed = await openAlertFeed(app.app, { rules: ['strained'] })
    await feed.until((events) => events.length >= 1, 90_000)
    await app.data('mutation { setRuleEnabled(id: "every-second", isEnabled: false) { __typename } }')
    const { alerts } = await app.data('{ alerts { ruleId twinId state evidence { value limit run { kind } contributions { twinId series value } } } }')
    expect(alerts).toMatchObject([{ ruleId: 'strained', twinId: 'p1', state: 'OPEN', evidence: { value: 94, limit: 50, run: { kind: 'INFERENCE' } } }])
    expect((alerts as readonly Data[])[0]?.['evidence'].contributions).toEqual([{ twinId: 'p1', series: 'power', value: 90 }, { twinId: 'p1', series: 'flow', value: 3 }])
  })

  it('is told of where it cannot be done, until it can', { timeout: 120_000 }, async () => {
    const infer = (predictor: string): Data => ({ infer: { input: { predictor, twins: ['p2'] } } })
    await rule({ name: 'Busy', when: { threshold: { series: 'flow', twins: ['p2'], above: 10 } }, then: [infer('nobody')] })
    using feed = await openAlertFeed(app.app, { rules: ['busy'] })
    const send = async (flow: number): Promise<unknown> => await app.post('/ingest', JSON.stringify([{ twin: 'p2', at: new Date().toISOString(), values: { flow } }]), { 'content-type': 'application/json' })
    await send(11)
    await feed.until((events) => events.some(({ series }) => series === 'rule-action'), 60_000)
    expect(feed.events.find(({ series }) => series === 'rule-action')).toMatchObject({ event: 'RAISED', twinId: null, message: expect.stringMatching(/^Its action 1 of 1 could not be started: .*nobody/) as string })
    await app.data('mutation ($then: [RuleActionInput!]!) { updateRule(id: "busy", set: { then: $then }) { __typename } }', { then: [infer('strain')] })
    await send(1)
    await feed.until((events) => events.some(({ series, state }) => series === 'flow' && state === 'RESOLVED'), 60_000)
    await send(12)
    await feed.until((events) => events.some(({ series, state }) => series === 'rule-action' && state === 'RESOLVED'), 60_000)
  })
})

describe('Actions of a list', () => {
  it('are done one after the other, by whoever is there, each once, and read what the simulation before them made', async () => {
    const database = testDatabase()
    await ensureSchema(database)
    const tenant = freshTenant('tasks')
    const rules = createNeo4jRuleStore(database, tenant)
    const then: Rule['then'] = [{ kind: 'SimulateAction', input: { n: 1 } }, { kind: 'InferAction', input: {}, simulation: null }, { kind: 'SimulateAction', input: { n: 2 } }, { kind: 'InferAction', input: {}, simulation: 'PREVIOUS' }]
    const rule: Rule = { id: 'r', name: 'R', description: null, severity: 'INFO', isEnabled: true, when: { kind: 'ScheduleCondition', every: 1_000_000 }, for: 0, keepFor: 0, reopenWithin: 0, labels: {}, annotations: {}, over: [], depth: 1, notify: [], then }
    await rules.put('r', { actor: 'tester', from: 0 }, () => ({ ok: true, value: rule }))
    const task = { key: 'rule:r:7', rule: 'r', alert: null, actions: then }
    expect(await rules.takeTick('r', 7, task)).toBe(true)
    expect(await rules.takeTick('r', 7, task)).toBe(false)
    expect(await rules.takeTick('r', 6, task)).toBe(false)

    const runs = new Map<string, { readonly run: string; readonly previous: string | undefined }>()
    const asked: string[] = []
    const held = Promise.withResolvers<string | undefined>()
    const starter: ActionStarter = {
      start(_action, { key, previous }) {
        asked.push(key)
        const known = runs.get(key) ?? { run: `run-${runs.size}`, previous }
        runs.set(key, known)
        return Promise.resolve({ run: known.run })
      },
      ended: (run, signal) => (run === 'run-1' && asked.length <= 2 ? Promise.race([held.promise, new Promise<never>((_, reject) => { signal.addEventListener('abort', () => { reject(signal.reason as Error) }) })]) : Promise.resolve(undefined)),
    }
    const found: Finding[] = []
    const open = (): TaskRunner => createTaskRunner({
      tasks: createNeo4jRuleTasks(database, tenant), starter, report: (finding) => { found.push(finding); return Promise.resolve() }, now: () => 1, onTrouble: (error) => { throw error as Error },
    })
    const first = open()
    await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(2)
    first.close() // amid the second
    const second = open()
    await expect.poll(() => found.length, { timeout: 20_000 }).toBe(1)
    expect(asked).toEqual(['rule:r:7:0', 'rule:r:7:1', 'rule:r:7:1', 'rule:r:7:2', 'rule:r:7:3'])
    expect([...runs.values()]).toEqual([{ run: 'run-0', previous: undefined }, { run: 'run-1', previous: 'run-0' }, { run: 'run-2', previous: 'run-0' }, { run: 'run-3', previous: 'run-2' }])
    expect(found).toMatchObject([{ kind: 'resolve', subject: { rule: 'r', series: 'rule-action' } }])
    await expect.poll(() => createNeo4jRuleTasks(database, tenant).waiting(10), { timeout: 20_000 }).toEqual([])
    second.close()
  })
})
