import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../src/config.ts'
import { parseSources } from '../../../src/telemetry/source/parse-sources.ts'
import { readSources } from '../../../src/telemetry/source/read-sources.ts'
import { toFilter } from '../../../src/telemetry/source/topic-template.ts'

const subscriptions = [{ topic: 'plants/{twin}/telemetry' }]
const broker = { id: 'plant-broker', kind: 'mqtt', url: 'mqtt://127.0.0.1:1883', subscriptions }

/** Pointer and message of each problem. */
function problemsOf(document: unknown, environment: Record<string, string> = {}): readonly string[] {
  const parsed = parseSources(document, environment)
  return parsed.ok ? [] : parsed.problems.map(({ pointer, message }) => `${pointer} ${message}`)
}
const problemsOfSource = (change: object, environment?: Record<string, string>) => problemsOf({ sources: [{ ...broker, ...change }] }, environment)
const problemsOfSubscription = (subscription: object) => problemsOfSource({ subscriptions: [subscription] })

describe('The sources file', () => {
  it('needs little: an id, a kind, an address and topics', () => {
    const parsed = parseSources({ sources: [broker] }, {})
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    expect(parsed.sources).toMatchObject([{
      id: 'plant-broker', kind: 'mqtt', url: 'mqtt://127.0.0.1:1883', clientId: 'twinfold-plant-broker', sessionExpirySeconds: 86_400, receiveMaximum: 100,
      username: undefined, passwordVariable: undefined, share: undefined, subscriptions: [{ payload: 'json', mapping: undefined, telemetry: undefined, origin: undefined }],
    }])
    expect(parsed.sources[0]?.subscriptions.map(({ topic }) => toFilter(topic))).toEqual(['plants/+/telemetry'])
  })

  it('has what it says', () => {
    const full = {
      ...broker, username: 'ada', passwordVariable: 'BROKER_PASSWORD', clientId: 'twin-1', sessionExpirySeconds: 60, receiveMaximum: 5, share: 'twinfold',
      subscriptions: [{ topic: 'a/{twin}/{name}', payload: 'number', origin: 'plc' }, { topic: 'b/{twin}', payload: 'text', telemetry: 'status' }, { topic: 'c/#', mapping: '{ "twin": id, "values": v }' }],
    }
    const parsed = parseSources({ sources: [full] }, { BROKER_PASSWORD: 'secret' })
    expect(parsed).toMatchObject({ ok: true, sources: [{ ...full, subscriptions: full.subscriptions.map(({ topic, ...rest }) => ({ topic: { text: topic }, ...rest })) }] })
    expect(JSON.stringify(parsed)).not.toContain('secret')
  })

  it('says everything that is wrong at once, and where', () => {
    expect(problemsOf({
      sources: [
        { id: 'a', kind: 'mqtt', url: 'http://127.0.0.1', receiveMaximum: 0, subscriptions: [{ topic: 'a/#/b' }, { topic: 'x/{twin}', payload: 'number' }], qos: 2 },
        { id: 'a', kind: 'kafka', url: 'mqtt://h', clientID: 'x', subscriptions: [] },
        'plant',
      ],
    })).toEqual([
      '/sources/2 This is "plant"; an object is needed.',
      '/sources/0/receiveMaximum 0 cannot be used; it takes a whole number from 1 to 65535.',
      '/sources/0/subscriptions/0/topic # stands for all the levels that follow; put it at the end, or use a wildcard for one level.',
      '/sources/0/subscriptions/1/topic A number is the value of one telemetry; put {name} into the topic, or set "telemetry".',
      expect.stringMatching(/^\/sources\/0\/qos It means nothing here; this takes id, kind, /),
      '/sources/0/url "http://127.0.0.1" is no address of a broker; it takes mqtt://, mqtts://, ws:// or wss:// with a host.',
      '/sources/1/kind "kafka" cannot be used; it takes "mqtt".',
      '/sources/1/subscriptions [] cannot be used; give a list of subscriptions, such as { "topic": "plants/{twin}/telemetry" }.',
      '/sources/1/clientID It means nothing here; did you mean clientId?',
      '/sources/1/id There is a source "a" already; give each an id of its own.',
    ])
  })

  it('keeps passwords out of itself', () => {
    expect(problemsOfSource({ url: 'mqtt://ada:pw@127.0.0.1' })).toEqual([expect.stringMatching(/^\/sources\/0\/url .*set username and passwordVariable\.$/)])
    expect(problemsOfSource({ passwordVariable: 'BROKER_PASSWORD' })).toEqual(['/sources/0/passwordVariable The environment variable BROKER_PASSWORD is not set; set it to the password.'])
    expect(problemsOfSource({ passwordVariable: 'BROKER_PASSWORD' }, { BROKER_PASSWORD: 'x' })).toEqual([])
  })

  it('gives each client id to one source, as brokers do', () => {
    expect(problemsOf({ sources: [{ ...broker, clientId: 'x' }, { ...broker, id: 'b', clientId: 'x' }] })).toEqual([expect.stringMatching(/^\/sources\/1\/clientId .*a broker knows a client id once/)])
    expect(problemsOf({ sources: [{ ...broker, clientId: 'x' }, { ...broker, id: 'b', clientId: 'x', url: 'mqtt://other' }] })).toEqual([])
  })

  it('knows whose value a payload is, or refuses the subscription', () => {
    expect(problemsOfSubscription({ topic: 'a/{name}' })).toEqual([expect.stringContaining('put {twin} into the topic')])
    expect(problemsOfSubscription({ topic: 'a/{twin}/{name}', telemetry: 'flow' })).toEqual([expect.stringContaining('leave one out')])
    expect(problemsOfSubscription({ topic: 'fleet' })).toEqual([]) // messages name their twins
    expect(problemsOfSource({ subscriptions: [{ topic: 'a/{x}' }, { topic: 'a/{twin}' }] })).toEqual([expect.stringContaining('Two subscriptions are of a/+')])
    expect(problemsOfSource({ share: 'a/b' })).toEqual([expect.stringContaining('/sources/0/share')])
  })

  it('compiles mappings, and says where one is wrong', () => {
    expect(problemsOfSubscription({ topic: 'a', mapping: '{ "twin": ' })).toEqual([expect.stringMatching(/^\/sources\/0\/subscriptions\/0\/mapping It is no JSONata expression: .+/)])
    expect(problemsOfSubscription({ topic: 'a', mapping: '$map(readings, function($r) { { "twin": $r.id, "values": $r.v } })' })).toEqual([])
  })

  it('never throws, whatever it holds, and points only at what is there or missing', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom('id', 'url', 'kind', 'subscriptions', 'share', 'receiveMaximum', 'passwordVariable'), (value, member) => {
      for (const document of [value, { sources: value }, { sources: [value] }, { sources: [{ ...broker, [member]: value }] }]) {
        const parsed = parseSources(document, {})
        if (!parsed.ok) for (const { pointer, message } of parsed.problems) expect([pointer, message]).toEqual([expect.stringMatching(/^(\/[^/]*)*$/), expect.stringMatching(/[.?]$/)])
      }
    }))
  })

  it('is read from its path, and refused as configuration is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twinfold-sources-'))
    const path = join(folder, 'sources.json')
    const refusal = async (): Promise<string> => await readSources(path, {}).then(() => 'none', (error: unknown) => (error instanceof ConfigError ? error.message : `another error: ${String(error)}`))
    expect(await refusal()).toBe(`The sources file ${path} cannot be read. Check TWINFOLD_SOURCES.`)
    await writeFile(path, '{')
    expect(await refusal()).toBe(`The sources file ${path} is not JSON. Check TWINFOLD_SOURCES.`)
    await writeFile(path, JSON.stringify({ sources: [{ ...broker, url: 'nowhere' }], source: 1 }))
    expect(await refusal()).toMatch(/cannot be used:\n\/source: .*did you mean sources\?\n\/sources\/0\/url: /)
    await writeFile(path, JSON.stringify({ sources: [broker] }))
    expect(await readSources(path, {})).toMatchObject([{ id: 'plant-broker' }])
    await rm(folder, { recursive: true })
  })
})
