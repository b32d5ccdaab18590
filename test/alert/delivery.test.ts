import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { createNeo4jAlertChannels } from '../../src/adapters/neo4j/alert-channels.ts'
import { createNeo4jAlertStore } from '../../src/adapters/neo4j/alert-store.ts'
import { ensureSchema } from '../../src/adapters/neo4j/schema.ts'
import { createPost } from '../../src/adapters/webhook/post.ts'
import type { Alert } from '../../src/alert/alert.ts'
import type { AlertStore, Found } from '../../src/alert/alert-store.ts'
import type { Channel, ChannelStore } from '../../src/alert/channel.ts'
import { consequencesOf } from '../../src/alert/consequences.ts'
import { createSender, type Sender, type SenderConfig } from '../../src/alert/sender.ts'
import { newSecret, secretBytes } from '../../src/alert/sign-webhook.ts'
import { alertmanagerPath, startAlertmanager } from '../support/alertmanager.ts'
import { freshTenant, testDatabase } from '../support/neo4j.ts'
import { startReceiver } from './receiver.ts'

interface Desk {
  readonly tenant: string
  readonly alerts: AlertStore
  readonly channels: ChannelStore
  open(channel: Partial<Channel> & Pick<Channel, 'url'>): Promise<void>
  raise(twin: string): Promise<Alert>
  resolve(twin: string): Promise<Alert>
  send(more?: Partial<SenderConfig>): Sender
  deliveries(): Promise<readonly { readonly id: string; readonly state: string; readonly attempts: number; readonly lastError: string | null; readonly event: string }[]>
}

const senders: Sender[] = []
afterEach(async () => { await Promise.all(senders.splice(0).map((sender) => sender.close())) })

async function openDesk(): Promise<Desk> {
  const database = testDatabase()
  await ensureSchema(database)
  const tenant = freshTenant('alerts')
  const alerts = createNeo4jAlertStore(database, tenant, consequencesOf)
  const channels = createNeo4jAlertChannels(database, tenant)
  const rule: Found['rule'] = { name: 'Too hot', severity: 'CRITICAL', labels: { team: 'pumps' }, annotations: { runbook: 'Open the valve.' }, reopenWithin: 0, notify: ['c'], then: [] }
  const base = (twin: string) => ({ rule, subject: { rule: 'hot', twin, series: 'temperature' }, affected: { twins: [], isComplete: true } })
  const one = async (found: Found): Promise<Alert> => {
    const [change] = await alerts.apply([found])
    if (!change) throw new Error('Nothing changed.')
    return change.alert
  }
  return {
    tenant, alerts, channels,
    async open(channel) { await channels.put('c', 'tester', () => ({ ok: true, value: { id: 'c', name: 'C', kind: 'WEBHOOK', headers: {}, secret: null, isEnabled: true, ...channel } })) },
    raise: (twin) => one({ ...base(twin), kind: 'raise', since: 1_772_323_200_000_000, evidence: { at: 1_772_323_260_000_000, value: 91, limit: 80, origin: null, run: null, contributions: [] }, message: `temperature of ${twin} is 91, above 80.` }),
    resolve: (twin) => one({ ...base(twin), kind: 'resolve', until: 1_772_323_320_000_000, resolution: 'CLEARED' }),
    send(more = {}) {
      const sender = createSender({
        channels, alerts, post: createPost({ mayCall: () => true, timeoutMs: 2_000 }), environment: {}, url: 'http://twins.example/graphql', now: () => Date.now(), waits: [20, 20, 20], resendMs: 60_000,
        onTrouble: (error) => { throw error as Error }, ...more,
      })
      senders.push(sender)
      return sender
    },
    async deliveries() {
      const text = 'RETURN COLLECT { MATCH (d:_AlertDelivery {_t: $b.t}) WITH d ORDER BY d.place RETURN d {.id, .state, .attempts, .lastError, .event} } AS found'
      return (await database.read({ text, parameters: { b: { t: tenant } } }))['found'] as Awaited<ReturnType<Desk['deliveries']>>
    },
  }
}

/** As a receiver does that follows the specification. */
function isSigned({ headers, body }: { readonly headers: Readonly<Record<string, string | string[] | undefined>>; readonly body: string }, secret: string): boolean {
  const expected = createHmac('sha256', secretBytes(secret) ?? '').update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`).digest('base64')
  return headers['webhook-signature'] === `v1,${expected}` && Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1_000) < 60
}

describe('A webhook', () => {
  it('is told of every change in order, signed as Standard Webhooks has it, again until it answers, with the same id', async () => {
    await using receiver = await startReceiver()
    const desk = await openDesk()
    const secret = newSecret()
    await desk.open({ url: receiver.url, headers: { authorization: 'Bearer x' }, secret: { kind: 'environment', name: 'HOOK_SECRET' } })
    receiver.answer(500, 'hang', 'hang up', 200)
    const alert = await desk.raise('p1')
    await desk.resolve('p1')
    desk.send({ environment: { HOOK_SECRET: secret } })
    const got = await receiver.until((all) => all.length >= 5)
    const bodies = got.map(({ body }) => JSON.parse(body) as { readonly type: string; readonly data: Readonly<Record<string, unknown>> })
    expect(bodies.map(({ type }) => type)).toEqual(['alert.raised', 'alert.raised', 'alert.raised', 'alert.raised', 'alert.resolved'])
    expect(bodies[0]?.data).toMatchObject({ id: alert.id, rule: { id: 'hot', name: 'Too hot' }, twin: 'p1', severity: 'CRITICAL', since: '2026-03-01T00:00:00.000Z', evidence: { value: 91 } })
    expect(new Set(got.slice(0, 4).map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(got.every((each) => isSigned(each, secret) && each.headers.authorization === 'Bearer x' && each.headers['content-type'] === 'application/json')).toBe(true)
    await expect.poll(async () => (await desk.deliveries()).map(({ state, attempts }) => [state, attempts]), { timeout: 10_000 }).toEqual([['DELIVERED', 4], ['DELIVERED', 1]])
  })

  it('that takes nothing is given up in the end, says why, and can be sent to again', async () => {
    await using receiver = await startReceiver()
    const desk = await openDesk()
    await desk.open({ url: receiver.url })
    receiver.answer(503, 302, 408, 500, 410, 400, 404)
    for (const twin of ['p1', 'p2', 'p3']) await desk.raise(twin)
    const sender = desk.send()
    await expect.poll(async () => (await desk.deliveries()).map(({ state, attempts, lastError }) => [state, attempts, lastError]), { timeout: 10_000 })
      .toEqual([['DEAD', 4, 'It answered 500: not now (500)'], ['DEAD', 1, 'It answered 410: not now (410)'], ['DEAD', 2, 'It answered 404: not now (404)']])
    await desk.channels.redeliver((await desk.deliveries()).map(({ id }) => id))
    sender.wake()
    await expect.poll(async () => (await desk.deliveries()).map(({ state }) => state), { timeout: 10_000 }).toEqual(['DELIVERED', 'DELIVERED', 'DELIVERED'])
    expect(receiver.got.map(({ headers }) => headers['webhook-id'])).toEqual([0, 0, 0, 0, 4, 5, 5, 0, 4, 5].map((index) => receiver.got[index]?.headers['webhook-id']))
  })

  it('is not called where its host is not allowed, or its secret is gone', async () => {
    const desk = await openDesk()
    await using receiver = await startReceiver()
    await desk.open({ url: receiver.url })
    await desk.raise('p1')
    desk.send({ post: createPost({ mayCall: ({ host }) => host === 'elsewhere.example' }), waits: [] })
    await expect.poll(async () => (await desk.deliveries()).map(({ lastError }) => lastError), { timeout: 10_000 }).toEqual([`${receiver.host} is no host that alerts may be sent to. Name it in TWINFOLD_ALERT_HOSTS.`])
    await desk.open({ url: receiver.url, secret: { kind: 'environment', name: 'GONE' } })
    await desk.raise('p2')
    desk.send({ waits: [] })
    await expect.poll(async () => (await desk.deliveries()).at(-1)?.lastError, { timeout: 10_000 }).toMatch(/^The environment variable GONE holds no secret/)
    expect(receiver.got).toEqual([])
  })

  it('gets what a process that was ended had not sent', async () => {
    await using receiver = await startReceiver()
    const desk = await openDesk()
    await desk.open({ url: receiver.url })
    receiver.answer('hang')
    await desk.raise('p1')
    const first = desk.send({ post: createPost({ mayCall: () => true, timeoutMs: 60_000 }) })
    await receiver.until((got) => got.length >= 1)
    await first.close()
    desk.send()
    const got = await receiver.until((all) => all.length >= 2)
    expect(got[1]?.headers['webhook-id']).toBe(got[0]?.headers['webhook-id'])
  })

  it('that answers without end does not hold anything up', async () => {
    await using receiver = await startReceiver()
    const desk = await openDesk()
    await desk.open({ url: receiver.url })
    receiver.answer((response) => {
      response.writeHead(500)
      const pour = (): void => { while (!response.destroyed && response.write('x'.repeat(65_536))); }
      response.on('drain', pour)
      pour()
    })
    await desk.raise('p1')
    desk.send()
    await expect.poll(async () => (await desk.deliveries()).map(({ state, attempts }) => [state, attempts]), { timeout: 10_000 }).toEqual([['DELIVERED', 2]])
  })
})

describe.skipIf(alertmanagerPath === undefined)('An Alertmanager', () => {
  it('shows what is so as long as it is, and no longer', { timeout: 60_000 }, async () => {
    await using manager = await startAlertmanager()
    const desk = await openDesk()
    await desk.open({ url: `${manager.url}/`, kind: 'ALERTMANAGER' })
    const alert = await desk.raise('p1')
    await desk.raise('p2')
    const resendMs = 500
    const sender = desk.send({ resendMs })
    await expect.poll(() => manager.alerts(), { timeout: 20_000 }).toHaveLength(2)
    const shown = (await manager.alerts()).find(({ labels }) => labels['twin'] === 'p1')
    expect(shown).toMatchObject({
      labels: { alertname: 'Too hot', rule: 'hot', severity: 'critical', team: 'pumps', twin: 'p1', series: 'temperature' }, status: { state: 'active' },
      annotations: { summary: 'temperature of p1 is 91, above 80.', runbook: 'Open the valve.', alert: alert.id }, startsAt: new Date(alert.openedAt).toISOString(), generatorURL: `http://twins.example/graphql#${alert.id}`,
    })
    const endsAt = shown?.endsAt ?? ''
    await expect.poll(async () => (await manager.alerts()).find(({ labels }) => labels['twin'] === 'p1')?.endsAt ?? '', { timeout: 20_000 }).not.toBe(endsAt) // sent again before it ends
    await desk.resolve('p1')
    sender.wake()
    await expect.poll(async () => (await manager.alerts()).map(({ labels }) => labels['twin']), { timeout: 20_000 }).toEqual(['p2'])
    await sender.close()
    await expect.poll(() => manager.alerts(), { timeout: 20_000 }).toEqual([]) // a server that is gone leaves nothing behind
  })
})
