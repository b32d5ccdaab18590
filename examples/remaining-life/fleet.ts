import { readFileSync } from 'node:fs'
import type { Client } from '../client.ts'
import { type Engine, sensorName, sensors } from './engines.ts'
import { featureInputs, featureNames } from './features.ts'
import { most } from './fit.ts'
import { type Network, toOnnx } from './network.ts'

interface Trained {
  readonly network: Network
  readonly metrics: Readonly<Record<string, number>>
  readonly rows: number
  readonly reference: readonly { readonly feature: string; readonly sample: readonly number[] }[]
}

/** As `train.ts` left it. */
export const trained = JSON.parse(readFileSync(new URL('network.json', import.meta.url), 'utf8')) as Trained

export const model = {
  '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:examples:Turbofan;1', '@type': 'Interface', displayName: 'Turbofan',
  contents: sensors.map((sensor) => ({ '@type': 'Telemetry', name: sensorName(sensor), schema: 'double' })),
}

export const card = {
  description: `How many days a turbofan has left that flies once a day, up to ${most}: further off it says that it is at least about that. The bounds hold the truth in nine cases of ten.`,
  licence: 'MIT', model: model['@id'], features: featureInputs, inputs: [{ tensor: 'x', type: 'FP64', features: featureNames }],
  outputs: [
    { name: 'remainingLife', tensor: 'left', unit: 'day' }, { name: 'earliest', tensor: 'lower', role: 'LOWER', of: 'remainingLife', unit: 'day' },
    { name: 'latest', tensor: 'upper', role: 'UPPER', of: 'remainingLife', unit: 'day' },
  ],
  metrics: trained.metrics, reference: trained.reference,
}

const firstFlight = Date.UTC(2026, 0, 1)
const dayMs = 86_400_000
export const flightAt = (cycle: number): string => new Date(firstFlight + cycle * dayMs).toISOString()
export const twinOf = ({ unit }: Pick<Engine, 'unit'>): string => `engine-${unit}`

/** The predictor, and twins with all that was measured of them; every engine flies its last flight on the day `lastDay`. */
export async function commission({ ask, change, ingest, store }: Client, engines: readonly Engine[], lastDay: number): Promise<void> {
  await change('publishModels', { type: '[JSON!]!', value: [model], argument: 'documents' }, 'schemaVersion')
  await change('createTwins', { type: '[TwinInput!]!', value: engines.map((engine) => ({ id: twinOf(engine), model: model['@id'] })), argument: 'twins' }, 'cursor')
  for (const engine of engines) {
    const first = lastDay + 1 - engine.cycles.length
    await ingest(engine.cycles.map((values, cycle) => ({ twin: twinOf(engine), at: flightAt(first + cycle), values: Object.fromEntries(sensors.map((sensor, place) => [sensorName(sensor), values[place]])) })))
  }
  const artifact = await store(toOnnx(trained.network))
  const { predictor } = await change<{ readonly predictor: { readonly id: string } }>('registerPredictor', { type: 'RegisterPredictorInput!', value: { name: 'turbofan-life', runtime: 'ONNX', artifact, card } }, 'predictor { id }')
  await ask('mutation($id: ID!) { setPredictorStage(id: $id, stage: ACTIVE) { __typename } }', { id: predictor.id })
}

export interface Remaining {
  readonly twin: string
  readonly days: number
  readonly earliest: number
  readonly latest: number
}

/** After the flights of a day, of every engine. */
export async function remainingLives({ ask, change, finished }: Client, engines: readonly Engine[], day: number): Promise<readonly Remaining[]> {
  const value = { predictor: 'turbofan-life', twins: engines.map(twinOf), at: flightAt(day), knowledge: 'MEASURED' }
  const { run } = await change<{ readonly run: { readonly id: string } }>('startInference', { type: 'StartInferenceInput!', value }, 'run { id }')
  await finished(run.id)
  const found: Remaining[] = []
  for (const engine of engines) {
    const { run: { series } } = await ask<Answer>(query, { run: run.id, twin: twinOf(engine) })
    const [edge] = series.readings.edges
    if (edge) found.push({ twin: twinOf(engine), days: edge.node.value, earliest: edge.node.interval.lower, latest: edge.node.interval.upper })
  }
  return found
}

const query = `query($run: ID!, $twin: ID!) { run(id: $run) { series(twin: $twin, name: "remainingLife@turbofan-life") {
  ... on FloatSeries { readings { edges { node { value interval { lower upper } } } } } } } }`

interface Answer {
  readonly run: { readonly series: { readonly readings: { readonly edges: readonly { readonly node: { readonly value: number; readonly interval: { readonly lower: number; readonly upper: number } } }[] } } }
}
