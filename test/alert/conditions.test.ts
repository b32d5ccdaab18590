import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { openAlertFeed } from './alert-feed.ts'

const tank = {
  '@context': ['dtmi:dtdl:context;3'], '@id': 'dtmi:rules:Tank;1', '@type': 'Interface', contents: [
    { '@type': 'Telemetry', name: 'level', schema: 'double' }, { '@type': 'Telemetry', name: 'valve', schema: 'boolean' },
    { '@type': 'Property', name: 'setpoint', schema: 'double' }, { '@type': 'Property', name: 'inspections', schema: 'integer' }, { '@type': 'Property', name: 'isClosed', schema: 'boolean' },
    { '@type': 'Relationship', name: 'feeds', target: 'dtmi:rules:Tank;1' },
  ],
}

describe('A rule', () => {
  let app: TestApp
  const send = async (messages: readonly unknown[]): Promise<unknown> => (await app.post('/ingest', messages.map((message) => JSON.stringify(message)).join('\n'), { 'content-type': 'application/x-ndjson' })).body
  const rule = async (given: Data): Promise<void> => {
    const { createRule } = await app.data('mutation ($rule: RuleInput!) { createRule(rule: $rule) { __typename ... on Invalid { problems { path message } } ... on Problem { message } } }', { rule: given })
    expect(createRule).toEqual({ __typename: 'CreateRuleSuccess' })
  }
  const patch = async (id: string, properties: Data): Promise<void> => {
    const { updateTwin } = await app.data('mutation ($id: ID!, $patch: JSON!) { updateTwin(id: $id, patch: $patch) { __typename ... on Problem { message } } }', { id, patch: properties })
    expect(updateTwin).toEqual({ __typename: 'UpdateTwinSuccess' })
  }
  const summary = ({ event, twinId, series, state }: Data): string => [event, twinId, series, state].join(' ')

  beforeAll(async () => {
    app = await openTestApp()
    await app.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [tank] })
    const twins = ['t1', 't2', 't3'].map((id, index) => ({ id, model: 'dtmi:rules:Tank;1', properties: { setpoint: 5, inspections: 3, isClosed: false }, relationships: index < 2 ? [{ name: 'feeds', to: `t${index + 2}` }] : [] }))
    const { createTwins } = await app.data('mutation ($t: [TwinInput!]!) { createTwins(twins: $t) { __typename } }', { t: twins })
    expect(createTwins).toEqual({ __typename: 'CreateTwinsSuccess' })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  it('about a filter is so for whoever enters it, until they leave it', async () => {
    await rule({ name: 'Closed', when: { live: { model: 'Tank', where: { isClosed: { eq: true } } } } })
    using feed = await openAlertFeed(app.app, { rules: ['closed'] })
    await patch('t2', { isClosed: true })
    await feed.until((events) => events.length >= 1)
    await patch('t2', { isClosed: false })
    await feed.until((events) => events.length >= 2)
    expect(feed.events.map(summary)).toEqual(['RAISED t2  OPEN', 'RESOLVED t2  RESOLVED'])
  })

  it('about a property has a limit that it begins beyond and another that it ends at', async () => {
    await rule({ name: 'Setpoint', when: { threshold: { model: 'Tank', property: 'setpoint', above: 8, clearBelow: 6 } } })
    await rule({ name: 'Inspections', when: { threshold: { model: 'Tank', property: 'inspections', twins: ['t1'], below: 1.5 } } })
    using feed = await openAlertFeed(app.app, { rules: ['setpoint', 'inspections'] })
    await patch('t1', { setpoint: 7, inspections: 2 })
    await patch('t3', { setpoint: 9, inspections: 0 }) // the second rule is about t1 only
    await feed.until((events) => events.length >= 1)
    await patch('t3', { setpoint: 7 })
    await patch('t1', { inspections: 1, setpoint: 8.5 })
    await feed.until((events) => events.length >= 3)
    await patch('t3', { setpoint: 6 })
    await feed.until((events) => events.length >= 4)
    await app.data('mutation { deleteTwins(ids: ["t1"], cascade: true) { __typename } }')
    await feed.until((events) => events.filter(({ state }) => state === 'RESOLVED').length >= 3)
    expect(feed.events.map(summary).sort()).toEqual([
      'RAISED t1 inspections OPEN', 'RAISED t1 setpoint OPEN', 'RAISED t3 setpoint OPEN', 'RESOLVED t1 inspections RESOLVED', 'RESOLVED t1 setpoint RESOLVED', 'RESOLVED t3 setpoint RESOLVED',
    ])
    expect(feed.events.find(({ event, twinId }) => event === 'RAISED' && twinId === 't3')?.message).toBe('setpoint of t3 is 9, above 8.')
  })

  it('about silence is so when nothing comes, and over when something does, of whatever instant', async () => {
    await send([{ twin: 't2', at: '2026-03-01T00:00:00Z', values: { level: 1 } }])
    await rule({ name: 'Silent', when: { missing: { series: 'level', twins: ['t2', 't3'], after: 'PT1S' } } })
    using feed = await openAlertFeed(app.app, { rules: ['silent'] })
    await feed.until((events) => events.length >= 2)
    await send([{ twin: 't3', at: '2020-01-01T00:00:00Z', values: { level: 1 } }, { twin: 't2', at: '2026-03-01T00:00:00Z', values: { valve: true } }])
    await feed.until((events) => events.length >= 3)
    expect(feed.events.slice(0, 3).map(summary).sort()).toEqual(['RAISED t2 level OPEN', 'RAISED t3 level OPEN', 'RESOLVED t3 level RESOLVED'])
  })

  it('that is changed looks at its alerts anew, and one that is off or gone has none', async () => {
    await send([{ twin: 't2', at: '2026-03-02T00:00:00Z', values: { level: 50 } }, { twin: 't3', at: '2026-03-02T00:00:00Z', values: { level: 90 } }])
    await rule({ name: 'Level', when: { threshold: { series: 'level', above: 40 } } })
    using feed = await openAlertFeed(app.app, { rules: ['level'] })
    await feed.until((events) => events.length >= 2) // of what was so already
    const { updateRule } = await app.data('mutation { updateRule(id: "level", set: { when: { threshold: { series: "level", above: 60 } } }, ifVersion: 1) { ... on UpdateRuleSuccess { rule { version when { ... on ThresholdCondition { above } } } } } }')
    expect(updateRule).toEqual({ rule: { version: 2, when: { above: 60 } } })
    await feed.until((events) => events.some(({ twinId, state }) => twinId === 't2' && state === 'RESOLVED'))
    await app.data('mutation { setRuleEnabled(id: "level", isEnabled: false) { __typename } }')
    await feed.until((events) => events.some(({ twinId, state }) => twinId === 't3' && state === 'RESOLVED'))
    await app.data('mutation { setRuleEnabled(id: "level", isEnabled: true) { __typename } }')
    await feed.until((events) => events.filter(({ twinId, state }) => twinId === 't3' && state === 'OPEN').length >= 2)
    await app.data('mutation { deleteRule(id: "level") { __typename } }')
    await feed.until((events) => events.filter(({ twinId, state }) => twinId === 't3' && state === 'RESOLVED').length >= 2)
    const { alerts } = await app.data('{ alerts(where: { ruleId: { eq: "level" } }) { resolution rule { id } ruleName } }')
    expect(alerts).toHaveLength(3)
    for (const alert of alerts as readonly Data[]) expect(alert).toEqual({ resolution: 'RULE_CHANGED', rule: null, ruleName: 'Level' })
    const { updateRule: late } = await app.data('mutation { updateRule(id: "level", set: { name: "x" }) { __typename } }')
    expect(late).toEqual({ __typename: 'NotFound' })
  })

  it('says what keeps it from being watched, and does not keep others from it', async () => {
    const { createRule } = await app.data('mutation ($rule: RuleInput!) { createRule(rule: $rule) { ... on Invalid { problems { path message } } } }', { rule: { name: 'Wrong', when: { live: { model: 'Tank', where: { isOpen: { eq: true } } } } } })
    expect(createRule.problems).toMatchObject([{ path: ['rule', 'when', 'live', 'where'], message: expect.stringContaining('isOpen') as string }])
  })

  it('is acknowledged and resolved by hand, and begins anew only after it was over', async () => {
    await rule({ name: 'By hand', when: { threshold: { series: 'level', twins: ['t3'], above: 100 } } })
    using feed = await openAlertFeed(app.app, { rules: ['by-hand'] })
    await send([{ twin: 't3', at: '2026-03-03T00:00:00Z', values: { level: 101 } }])
    const [{ id }] = await feed.until((events) => events.length >= 1) as readonly [Data]
    const { acknowledgeAlerts } = await app.data('mutation ($id: ID!) { acknowledgeAlerts(ids: [$id], note: "On my way") { ... on AcknowledgeAlertsSuccess { alerts { state acknowledgedBy note } } } }', { id })
    expect(acknowledgeAlerts.alerts).toEqual([{ state: 'ACKNOWLEDGED', acknowledgedBy: 'local-administrator', note: 'On my way' }])
    await feed.until((events) => events.at(-1)?.event === 'ACKNOWLEDGED') // a slow reader gets the newest only
    await app.data('mutation ($id: ID!) { resolveAlerts(ids: [$id]) { __typename } }', { id })
    await feed.until((events) => events.at(-1)?.event === 'RESOLVED')
    await send([{ twin: 't3', at: '2026-03-03T00:01:00Z', values: { level: 102 } }]) // still beyond: nobody is told again
    await send([{ twin: 't3', at: '2026-03-03T00:02:00Z', values: { level: 99 } }])
    await send([{ twin: 't3', at: '2026-03-03T00:03:00Z', values: { level: 103 } }])
    await feed.until((events) => events.filter(({ event }) => event === 'RAISED').length >= 2)
    expect(feed.events.map(({ event, since }) => `${event} ${since}`)).toEqual(['RAISED 2026-03-03T00:00:00.000Z', 'ACKNOWLEDGED 2026-03-03T00:00:00.000Z', 'RESOLVED 2026-03-03T00:00:00.000Z', 'RAISED 2026-03-03T00:03:00.000Z'])
    const { acknowledgeAlerts: unknown } = await app.data('mutation { acknowledgeAlerts(ids: ["nobody"]) { __typename ... on NotFound { path } } }')
    expect(unknown).toEqual({ __typename: 'NotFound', path: ['ids', '0'] })
  })
})
