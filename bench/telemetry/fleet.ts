import { ask } from '../reads.ts'

/** 10,000 series, twice: 10,000 sensors with one telemetry each, and 2,500 stations with four. Ten gateways send for a tenth of them each. */
export const fleet = { sensors: 10_000, stations: 2_500, gateways: 10 } as const

const context = 'dtmi:dtdl:context;3'
const telemetry = (name: string) => ({ '@type': 'Telemetry', name, schema: 'double' })
const stationTelemetry = ['flow', 'pressure', 'temperature', 'level'] as const

const models = [
  { '@context': context, '@id': 'dtmi:bench:Sensor;1', '@type': 'Interface', contents: [telemetry('flow')] },
  { '@context': context, '@id': 'dtmi:bench:Station;1', '@type': 'Interface', contents: stationTelemetry.map(telemetry) },
  { '@context': context, '@id': 'dtmi:bench:Site;1', '@type': 'Interface', contents: [{ '@type': 'Relationship', name: 'contains', target: 'dtmi:bench:Sensor;1' }] },
]

const numbered = (prefix: string, index: number): string => `${prefix}-${String(index).padStart(5, '0')}`
export const sensorId = (index: number): string => numbered('sensor', index)
export const stationId = (index: number): string => numbered('station', index)
export const siteId = (index: number): string => numbered('site', index)
export { stationTelemetry }

/** Models and twins; a site contains a thousand sensors. */
export async function createFleet(url: string): Promise<void> {
  await succeed(url, 'mutation($d: [JSON!]!) { result: publishModels(documents: $d) { __typename ... on Problem { message } } }', { d: models })
  const create = async (twins: readonly unknown[]): Promise<void> => {
    for (let from = 0; from < twins.length; from += 1_000) {
      await succeed(url, 'mutation($t: [TwinInput!]!) { result: createTwins(twins: $t) { __typename ... on Problem { message } } }', { t: twins.slice(from, from + 1_000) })
    }
  }
  await create(Array.from({ length: fleet.sensors }, (_, index) => ({ id: sensorId(index), model: 'dtmi:bench:Sensor;1' })))
  await create(Array.from({ length: fleet.stations }, (_, index) => ({ id: stationId(index), model: 'dtmi:bench:Station;1' })))
  for (let site = 0; site < fleet.sensors / 1_000; site++) {
    await create([{ id: siteId(site), model: 'dtmi:bench:Site;1', relationships: Array.from({ length: 1_000 }, (_, index) => ({ name: 'contains', to: sensorId(site * 1_000 + index), id: `c${index}` })) }])
  }
}

async function succeed(url: string, mutation: string, variables: Readonly<Record<string, unknown>>): Promise<void> {
  const { result } = await ask(url, mutation, variables) as { readonly result: { readonly __typename: string; readonly message?: string } }
  if (result.message !== undefined) throw new Error(`${result.__typename}: ${result.message}`)
}
