import { setTimeout as wait } from 'node:timers/promises'
import { alarmSettings } from '../../examples/leak-detector/alarm.ts'
import type { Client } from '../../examples/client.ts'
import { site } from '../../examples/leak-detector/instruments.ts'
import { hourMs } from '../../examples/leak-detector/scada.ts'
import { rangeOf } from '../../examples/leak-detector/town.ts'

const name = 'leak-detector'
const series = `score@${name}`

/** Registers the detector and makes it the one that is believed. Answers its id. */
export async function register(client: Client, model: Uint8Array, card: object): Promise<string> {
  const artifact = await client.store(model)
  const { predictor } = await client.change<{ readonly predictor: { readonly id: string } }>('registerPredictor', { type: 'RegisterPredictorInput!', value: { name, runtime: 'ONNX', artifact, card } }, 'predictor { id }')
  await client.ask('mutation($id: ID!) { setPredictorStage(id: $id, stage: ACTIVE) { __typename } }', { id: predictor.id })
  return predictor.id
}

/** Alerts of the site while its score is above the threshold, and for the hours that it is held. */
export async function watch(client: Client): Promise<void> {
  await client.change('createRule', {
    type: 'RuleInput!', argument: 'rule',
    value: {
      name: 'Something is wrong with C-Town', severity: 'CRITICAL', keepFor: `PT${alarmSettings.holdHours}H`,
      when: { threshold: { series, source: 'PREDICTED', twins: [site], above: alarmSettings.threshold } },
    },
  }, 'rule { id }')
}

/** The score of every hour; NaN where it could not be predicted, as of the first, which has none before it. */
export async function infer(client: Client, predictor: string, simulation: string, hours: readonly number[]): Promise<readonly number[]> {
  const { run } = await client.change<{ readonly run: { readonly id: string } }>('startInference', {
    type: 'StartInferenceInput!', value: { predictor, twins: [site], range: rangeOf(hours), simulation, knowledge: 'MEASURED' },
  }, 'run { id }')
  await client.finished(run.id)
  const scores = new Map<number, number>()
  for (let after: string | null = null; ;) {
    const answer: { readonly run: { readonly series: { readonly readings: ReadingPage } } } = await client.ask(scoresQuery, { run: run.id, twin: site, series, after, from: new Date(hours[0] ?? NaN).toISOString() })
    const { edges, pageInfo } = answer.run.series.readings
    for (const { node } of edges) scores.set(Date.parse(node.at), node.value)
    if (!pageInfo.hasNextPage) return hours.map((hour) => scores.get(hour) ?? NaN)
    after = pageInfo.endCursor
  }
}

interface ReadingPage {
  readonly edges: readonly { readonly node: { readonly at: string; readonly value: number } }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

const scoresQuery = `query($run: ID!, $twin: ID!, $series: String!, $after: String, $from: DateTime) {
  run(id: $run) { series(twin: $twin, name: $series) { ... on FloatSeries { readings(from: $from, first: 1000, after: $after) { edges { node { at value } } pageInfo { hasNextPage endCursor } } } } }
}`

export interface Alert {
  readonly since: string
  readonly until: string | null
  readonly evidence: { readonly contributions: readonly { readonly twinId: string; readonly series: string; readonly value: number }[] }
}

/** In the order in which they began, those that began in these hours. */
export async function alertsOf(client: Client, hours: readonly number[]): Promise<readonly Alert[]> {
  const { alerts } = await client.ask<{ readonly alerts: readonly Alert[] }>(alertsQuery)
  const isWithin = ({ since }: Alert): boolean => Date.parse(since) >= (hours[0] ?? NaN) && Date.parse(since) <= (hours.at(-1) ?? NaN)
  return alerts.filter(isWithin).sort((a, b) => Date.parse(a.since) - Date.parse(b.since))
}

const alertsQuery = '{ alerts(limit: 1000) { since until evidence { contributions { twinId series value } } } }'

/** Alerts follow the scores by themselves; waits until they say of every hour what is expected. Throws where they do not within two minutes. */
export async function alarmedHours(client: Client, hours: readonly number[], expected: readonly boolean[]): Promise<readonly boolean[]> {
  const deadline = performance.now() + 120_000
  for (;;) {
    const alerts = await alertsOf(client, hours)
    const flags = hours.map((hour) => alerts.some(({ since, until }) => hour >= Date.parse(since) && (until === null || hour < Date.parse(until) + alarmSettings.holdHours * hourMs)))
    const wrong = flags.findIndex((flag, index) => flag !== expected[index])
    if (wrong < 0) return flags
    if (performance.now() > deadline) throw new Error(`Alerts say of ${new Date(hours[wrong] ?? NaN).toISOString()} that it is ${flags[wrong] === true ? '' : 'not '}in alarm, and the scores the contrary: ${JSON.stringify(alerts).slice(0, 1_000)}`)
    await wait(250)
  }
}
