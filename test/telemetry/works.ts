import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import type { Config } from '../../src/config.ts'

const quantitative = ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1']
const telemetry = (name: string, schema: unknown, quantity?: readonly [type: string, unit: string]) =>
  ({ '@type': quantity ? ['Telemetry', quantity[0]] : 'Telemetry', name, schema, ...(quantity && { unit: quantity[1] }) })

/** A waterworks with telemetry of every kind. */
export const worksModels = [
  {
    '@context': quantitative, '@id': 'dtmi:works:Pump;1', '@type': 'Interface', contents: [
      telemetry('flow', 'double', ['VolumeFlowRate', 'litrePerSecond']), telemetry('temperature', 'double', ['Temperature', 'degreeCelsius']),
      telemetry('starts', 'long'), telemetry('running', 'boolean'), telemetry('mode', 'string'), telemetry('serviced', 'date'),
      telemetry('state', { '@type': 'Enum', valueSchema: 'integer', enumValues: [{ name: 'OFF', enumValue: 0 }, { name: 'ON', enumValue: 1 }] }),
      telemetry('alarm', { '@type': 'Object', fields: [{ name: 'code', schema: 'long' }, { name: 'text', schema: 'string' }] }),
      { '@type': 'Relationship', name: 'feeds', target: 'dtmi:works:Pump;1' },
      { '@type': 'Component', name: 'motor', schema: 'dtmi:works:Motor;1' },
    ],
  },
  { '@context': quantitative, '@id': 'dtmi:works:Motor;1', '@type': 'Interface', contents: [telemetry('current', 'double', ['Current', 'ampere'])] },
]

export interface Works extends TestApp {
  /** Sends messages as NDJSON. */
  send(messages: readonly unknown[]): Promise<Readonly<Record<string, unknown>>>
  /** Of one pump, in series fields. */
  pump(fields: string, id?: string): Promise<Data>
  /** Resolves when filters see what was sent. */
  projected(): Promise<void>
}

/** Pumps p1, p2 … each of which feeds the next. */
export async function openWorks(pumps = 3, more: Partial<Config> = {}): Promise<Works> {
  const app = await openTestApp(more)
  await app.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { ... on PublishModelsSuccess { schemaVersion } ... on Invalid { problems { message } } } }', { d: worksModels })
  const twins = Array.from({ length: pumps }, (_, index) => ({ id: `p${index + 1}`, model: 'dtmi:works:Pump;1', relationships: index + 1 < pumps ? [{ name: 'feeds', to: `p${index + 2}` }] : [] }))
  await app.data('mutation ($t: [TwinInput!]!) { createTwins(twins: $t) { __typename } }', { t: twins })
  return Object.assign(app, {
    send: async (messages: readonly unknown[]) => (await app.post('/ingest', messages.map((message) => JSON.stringify(message)).join('\n'), { 'content-type': 'application/x-ndjson' })).body,
    pump: async (fields: string, id = 'p1') => (await app.data(`{ pump(id: "${id}") { ${fields} } }`))['pump'] as Data,
    projected: () => app.app.services.telemetry.projected(),
  })
}

/** Minutes after midnight of 1 March 2026. */
export const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1) + minute * 60_000).toISOString()
