import type { Client } from '../client.ts'
import { features } from './features.ts'
import { junctions, links, site, tanks, twinOf } from './instruments.ts'
import type { Rows } from './fit.ts'
import { columnOf, hourMs, readNetwork, type Scada } from './scada.ts'
import { documents, names, relationships, twins } from './town-model.ts'

/** Models, twins, and the network's file, whose SHA-256 it answers. */
export async function found(client: Client): Promise<string> {
  await client.change('publishModels', { type: '[JSON!]!', value: documents, argument: 'documents' }, 'cursor')
  await client.change('createTwins', { type: '[TwinInput!]!', value: twins, argument: 'twins' }, 'cursor')
  await client.change('relate', { type: '[RelationshipInput!]!', value: relationships, argument: 'relationships' }, 'cursor')
  return client.store(readNetwork())
}

/** All that was measured, as telemetry of the twins. Answers how many values. */
export async function ingest(client: Client, scada: Scada): Promise<number> {
  const measured = [
    ...tanks.map((id) => ({ twin: twinOf(id), values: { level: columnOf(scada, `L_${id}`) } })),
    ...links.map((id) => ({ twin: twinOf(id), values: { flow: columnOf(scada, `F_${id}`), state: columnOf(scada, `S_${id}`) } })),
    ...junctions.map((id) => ({ twin: twinOf(id), values: { pressure: columnOf(scada, `P_${id}`) } })),
  ]
  const hoursAtOnce = 500
  for (let start = 0; start < scada.hours.length; start += hoursAtOnce) {
    await client.ingest(scada.hours.slice(start, start + hoursAtOnce).flatMap((hour, index) => measured.map(({ twin, values }) => (
      { twin, at: new Date(hour).toISOString(), values: Object.fromEntries(Object.entries(values).map(([name, column]) => [name, column[start + index]])) }))))
  }
  return scada.hours.length * measured.reduce((sum, { values }) => sum + Object.keys(values).length, 0)
}

/** Every hour solved with the levels and states that were measured: a run, when it has succeeded. */
export async function assimilate(client: Client, network: string, { hours }: Scada): Promise<string> {
  const { run } = await client.change<{ readonly run: { readonly id: string } }>('startSimulation', {
    type: 'StartSimulationInput!',
    value: {
      engine: 'epanet', of: Object.keys(names), over: [], from: toInstant(hours[0]), horizon: `PT${hours.length - 1}H`, step: 'PT1H',
      parameters: {
        model: network, names, assimilate: true, assimilateFrom: { level: 'level', state: 'state', threshold: 0.5, twins: links.map(twinOf) }, outputs: ['inflow', 'flow', 'pressure'],
      },
    },
  }, 'run { id }')
  await client.finished(run.id)
  return run.id
}

/** Every hour but the first, which has none before it, as predictions read it. */
export async function readRows(client: Client, simulation: string, { hours }: Scada): Promise<Rows> {
  const rows: number[][] = []
  for (let after: string | null = null, watermark: string | null = null; ;) {
    const answer: { readonly featureTable: FeatureTable } = await client.ask(tableQuery, { features: featureInputs, twins: [site], range: rangeOf(hours), simulation, after, watermark })
    const { featureTable } = answer
    for (const { at, values } of featureTable.rows) rows.push(values.map((value, column) => value ?? missing(features[column]?.name, at)))
    if (!featureTable.pageInfo.hasNextPage) return rows
    after = featureTable.pageInfo.endCursor
    watermark = featureTable.watermark
  }
}

interface FeatureTable {
  readonly rows: readonly { readonly at: string; readonly values: readonly (number | null)[] }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
  readonly watermark: string
}

const tableQuery = `query($features: [FeatureInput!], $twins: [ID!], $range: InstantRangeInput!, $simulation: ID, $after: String, $watermark: DateTime) {
  featureTable(features: $features, twins: $twins, range: $range, simulation: $simulation, knowledge: MEASURED, first: 1000, after: $after, watermark: $watermark) {
    rows { at values } pageInfo { hasNextPage endCursor } watermark
  }
}`

export const rangeOf = (hours: readonly number[]): object => ({ from: toInstant(hours[1]), to: toInstant((hours.at(-1) ?? NaN) + hourMs), every: 'PT1H' })

const toInstant = (hour: number | undefined): string => new Date(hour ?? NaN).toISOString()
const missing = (feature: string | undefined, at: string): never => { throw new Error(`The feature ${feature ?? ''} has no value at ${at}.`) }

/** As the card and `featureTable` take them. A reading counts for its own hour. */
export const featureInputs = features.map(({ name, twin, telemetry, source, unit, isBefore, hours, aggregate }) => ({
  name, twin, from: telemetry, source, ...(hours === undefined ? { staleAfter: 'PT30M' } : { window: `PT${hours}H`, ...(aggregate && { aggregate }) }), ...(isBefore && { lag: 'PT1H' }), ...(unit !== undefined && { unit }),
}))
