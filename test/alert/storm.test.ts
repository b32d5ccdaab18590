import { describe, expect, it } from 'vitest'
import type { Data, TestApp } from '../support/app.ts'
import { openTestApp } from '../support/app.ts'
import { at, openWorks } from '../telemetry/works.ts'
import { openAlertFeed } from './alert-feed.ts'
import { startReceiver } from './receiver.ts'

const makeRule = async (app: TestApp, rule: Data): Promise<void> => {
  const { createRule } = await app.data('mutation ($rule: RuleInput!) { createRule(rule: $rule) { __typename ... on Invalid { problems { path message } } ... on Problem { message } } }', { rule })
  expect(createRule).toEqual({ __typename: 'CreateRuleSuccess' })
}
const allAlerts = async (app: TestApp): Promise<readonly Data[]> => {
  const found: Data[] = []
  for (let after: string | null = null; ;) {
    const { alertsConnection }: Data = await app.data('query ($after: String) { alertsConnection(first: 1000, after: $after) { edges { node { twinId since until state resolution occurrences } } pageInfo { hasNextPage endCursor } } }', { after })
    found.push(...(alertsConnection.edges as readonly { readonly node: Data }[]).map(({ node }) => node))
    if (!alertsConnection.pageInfo.hasNextPage) return found
    after = alertsConnection.pageInfo.endCursor as string
  }
}

/** A small generator of its own, so that a failure can be repeated. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

interface Episode { readonly since: number; readonly until: number | undefined }

/** By the definition: above 10 in three readings a minute apart, until one is 8 or below. */
function episodes(values: readonly number[]): readonly Episode[] {
  const found: Episode[] = []
  for (let minute = 0; minute < values.length; minute++) {
    const isFired = minute >= 2 && [0, 1, 2].every((back) => (values[minute - back] ?? 0) > 10)
    if (!isFired) continue
    let since = minute - 2
    while (since > 0 && (values[since - 1] ?? 0) > 10 && since - 1 > (found.at(-1)?.until ?? -1)) since--
    const end = values.findIndex((value, index) => index > minute && value <= 8)
    found.push({ since, until: end < 0 ? undefined : end })
    if (end < 0) break
    minute = end
  }
  return found.filter(({ since }, index) => since > (found[index - 1]?.until ?? -1))
}

const [twins, minutes] = [100, 100]
const series = (seed: number): readonly (readonly number[])[] => {
  const next = numbers(seed)
  return Array.from({ length: twins }, () => {
    let value = 9
    return Array.from({ length: minutes }, () => (value = Math.min(14, Math.max(5, value + (next() - 0.5) * 4))))
  })
}
const expected = (values: readonly (readonly number[])[]): readonly string[] =>
  values.flatMap((of, index) => episodes(of).map(({ since, until }) => `p${index + 1} ${at(since)} ${until === undefined ? '' : at(until)}`)).sort()

describe('A storm of readings', () => {
  it('of a hundred twins raises exactly the alerts of the definition, each once', { timeout: 280_000 }, async () => {
    await using works = await openWorks(twins)
    await makeRule(works, { name: 'High', for: 'PT2M', when: { threshold: { series: 'flow', model: 'Pump', above: 10, clearBelow: 8 } } })
    const values = series(1)
    const next = numbers(2)
    for (let minute = 0; minute < minutes; minute += 10) {
      const messages = Array.from({ length: 10 }, (_, offset) => values.map((of, index) => ({ twin: `p${index + 1}`, at: at(minute + offset), values: { flow: of[minute + offset] }, origin: `sensor-${index + 1}`, sequence: minute + offset })).sort(() => next() - 0.5)).flat()
      const sent = await works.send(messages)
      expect(sent).toMatchObject({ accepted: 1_000 })
      expect(await works.send(messages.slice(0, 200))).toMatchObject({ duplicates: 200 }) // again
    }
    const wanted = expected(values)
    expect(wanted.length).toBeGreaterThan(50)
    const shown = async (): Promise<readonly string[]> => (await allAlerts(works)).map(({ twinId, since, until }) => `${twinId} ${since} ${until ?? ''}`).sort()
    await expect.poll(shown, { timeout: 60_000, interval: 500 }).toEqual(wanted)
    await works.restart() // nothing is raised twice
    await works.send([{ twin: 'p1', at: at(minutes), values: { flow: 0 } }])
    await expect.poll(async () => (await allAlerts(works)).filter(({ twinId, state }) => twinId === 'p1' && state !== 'RESOLVED').length, { timeout: 20_000 }).toBe(0)
    const after = await shown()
    expect(after.filter((each) => !each.startsWith('p1 '))).toEqual(wanted.filter((each) => !each.startsWith('p1 ')))
    expect((await allAlerts(works)).every(({ occurrences }) => occurrences === 1)).toBe(true)
  })

  it('in any order ends with those alerts open that the definition says', { timeout: 200_000 }, async () => {
    await using works = await openWorks(20)
    await makeRule(works, { name: 'High', for: 'PT2M', when: { threshold: { series: 'flow', model: 'Pump', above: 10, clearBelow: 8 } } })
    const values = series(3).slice(0, 20).map((of) => of.slice(0, 40))
    const next = numbers(4)
    const messages = values.flatMap((of, index) => of.map((flow, minute) => ({ twin: `p${index + 1}`, at: at(minute), values: { flow } }))).sort(() => next() - 0.5)
    for (let start = 0; start < messages.length; start += 80) await works.send(messages.slice(start, start + 80))
    const wanted = values.flatMap((of, index) => (episodes(of).at(-1)?.until === undefined && episodes(of).length > 0 ? [`p${index + 1}`] : [])).sort()
    await works.send([{ twin: 'p1', at: at(-1), values: { temperature: 1 } }])
    await expect.poll(async () => (await allAlerts(works)).filter(({ state }) => state === 'OPEN').map(({ twinId }) => twinId as string).sort(), { timeout: 30_000 }).toEqual(wanted)
  })
})

describe('A process that ends', () => {
  it('amid waiting leaves nothing undone, and nothing is done twice by the next', { timeout: 200_000 }, async () => {
    await using receiver = await startReceiver()
    await using works = await openWorks(3, { alertHosts: [receiver.host] })
    const { createAlertChannel } = await works.data('mutation ($channel: AlertChannelInput!) { createAlertChannel(channel: $channel) { __typename ... on CreateAlertChannelSuccess { secret channel { id isSigned headerNames trouble } } } }', { channel: { name: 'Control room', url: receiver.url, headers: { 'X-Room': '1' } } })
    expect(createAlertChannel).toMatchObject({ __typename: 'CreateAlertChannelSuccess', secret: expect.stringMatching(/^whsec_/) as string, channel: { id: 'control-room', isSigned: true, headerNames: ['x-room'] } })
    await makeRule(works, { name: 'High', for: 'PT5M', notify: ['control-room'], when: { threshold: { series: 'flow', model: 'Pump', above: 10 } } })
    await makeRule(works, { name: 'Mean', when: { threshold: { series: 'flow', twins: ['p2'], above: 5, aggregate: 'MEAN', window: 'PT3M' } } })
    await works.send([{ twin: 'p1', at: at(0), values: { flow: 12 } }, { twin: 'p1', at: at(3), values: { flow: 11 } }])
    await works.restart()
    await works.send([{ twin: 'p1', at: at(6), values: { flow: 13 } }, ...[0, 1, 2, 3].map((minute) => ({ twin: 'p2', at: at(minute), values: { flow: minute * 3 } }))])
    await works.restart() // what was acknowledged may not be judged yet
    await expect.poll(async () => (await allAlerts(works)).map(({ twinId, since, state }) => `${twinId} ${since} ${state}`).sort(), { timeout: 60_000 }).toEqual([`p1 ${at(0)} OPEN`, `p2 ${at(3)} OPEN`])
    await receiver.until((got) => got.length >= 1)
    await works.restart()
    await works.send([{ twin: 'p1', at: at(4), values: { flow: 1 } }]) // late: it was not so for five minutes
    await expect.poll(async () => (await allAlerts(works)).find(({ twinId }) => twinId === 'p1'), { timeout: 60_000 }).toMatchObject({ state: 'RESOLVED', resolution: 'CORRECTED' })
    const types = (): readonly string[] => [...new Map(receiver.got.map(({ headers, body }) => [headers['webhook-id'], (JSON.parse(body) as Data)['type'] as string])).values()]
    await receiver.until(() => types().length >= 2) // sent at least once; by its id a receiver knows what it has
    expect(types()).toEqual(['alert.raised', 'alert.resolved'])
    const { alertDeliveries, deleteAlertChannel } = { ...await works.data('{ alertDeliveries { state attempts event channelId } }'), ...await works.data('mutation { deleteAlertChannel(id: "control-room") { __typename ... on Problem { code } } }') } as Data
    expect((alertDeliveries as readonly Data[]).map(({ state }) => state as string)).toEqual(['DELIVERED', 'DELIVERED'])
    expect(deleteAlertChannel).toEqual({ __typename: 'Conflict', code: 'CHANNEL_IN_USE' })
  })

  it('is followed by another on the same store, and each hears of what the other raises, once', { timeout: 200_000 }, async () => {
    await using one = await openWorks(3)
    await using two = await openTestApp({ tenant: one.app.config.tenant })
    using heard = await openAlertFeed(two.app)
    await makeRule(two, { name: 'Gone', for: 'PT1S', when: { live: { model: 'Pump', where: { _id: { eq: 'p9' } } } } })
    await one.data('mutation { createTwins(twins: [{ id: "p9", model: "dtmi:works:Pump;1" }]) { __typename } }')
    await heard.until((events) => events.some(({ twinId, state }) => twinId === 'p9' && state === 'OPEN'), 60_000)
    await one.app[Symbol.asyncDispose]()
    await two.data('mutation { deleteTwins(ids: ["p9"]) { __typename } }')
    await heard.until((events) => events.some(({ twinId, state }) => twinId === 'p9' && state === 'RESOLVED'), 60_000)
    expect(await allAlerts(two)).toMatchObject([{ twinId: 'p9', state: 'RESOLVED', occurrences: 1 }])
    await one.restart()
  })
})
