import type { Registry } from '../model/registry.ts'
import type { ItemProblem } from '../problem.ts'
import { isSha256 } from '../artifact/artifact-store.ts'
import { parseDuration } from '../telemetry/duration.ts'
import { parseInstant } from '../telemetry/instant.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { Json } from '../util/json.ts'
import { type CardProblems, createCardProblems, shown } from './card-problems.ts'
import type { FeatureSpec } from './feature.ts'
import type { FeatureInput } from './features/parse-features.ts'
import type { ModelCard, OutputSpec, TrainingFacts } from './model-card.ts'
import type { CardRequest, OutputRequest } from './predictor-service.ts'

/** From the API's form of features; paths within the card. */
export type ParseFeatures = (given: readonly FeatureInput[], models: { readonly registry: Registry }) => { readonly specs: readonly FeatureSpec[]; readonly problems: readonly ItemProblem[] }

const most = { description: 4_000, licence: 200, features: 500, inputs: 50, outputs: 200, metrics: 100, text: 2_000 } as const
const longestHorizon = 36_525 * 86_400_000_000

/** A card as clients write it → the card; what is wrong with its texts, numbers and instants by themselves. */
export function parseCard(given: CardRequest, parseFeatures: ParseFeatures, registry: Registry): { readonly card: ModelCard; readonly problems: readonly ItemProblem[] } {
  const problems = createCardProblems(['card'])
  const { wrong } = problems
  const { description, licence, features, inputs, outputs, model, metrics, reference } = given
  if (description.trim() === '' || description.length > most.description) wrong('REQUIRED_MISSING', ['description'], `A card says in 1 to ${most.description} characters what the predictor does.`)
  if (licence.trim() === '' || licence.length > most.licence) wrong('REQUIRED_MISSING', ['licence'], 'A card names the licence of the model, such as "Apache-2.0" or "LicenseRef-internal" (SPDX).')
  for (const [name, list] of Object.entries({ features, inputs, outputs })) {
    const limit = most[name as 'features' | 'inputs' | 'outputs']
    if (list.length === 0 || list.length > limit) wrong('OUT_OF_BOUNDS', [name], `A card has from 1 to ${limit} ${name}, not ${list.length}.`)
  }
  const parsed = parseFeatures(features.slice(0, most.features), { registry })
  const samples = reference ?? []
  for (const [at, { feature }] of samples.entries()) if (samples.findIndex((each) => each.feature === feature) < at) wrong('DUPLICATE_ITEM', ['reference', at, 'feature'], `There are two samples of ${shown(feature)}.`)
  const card: ModelCard = {
    description, licence, features: parsed.specs, model: model ?? undefined,
    inputs: inputs.map(({ tensor, type, features: names }) => ({ tensor, type, features: [...names] })),
    outputs: outputs.map((output, at) => toOutput(output, at, problems)),
    training: toTraining(given, problems),
    metrics: toMetrics(metrics, problems),
    reference: Object.fromEntries(samples.map(({ feature, sample }) => [feature, [...sample]])),
  }
  return { card, problems: [...problems.all, ...parsed.problems.map((problem) => ({ ...problem, path: ['card', ...problem.path ?? []] }))] }
}

function toOutput({ name, tensor, column, role, of, telemetry, unit, horizon, interval, level }: OutputRequest, at: number, problems: CardProblems): OutputSpec {
  return {
    name, tensor, column: column ?? 0, role: role ?? 'VALUE', of: of ?? undefined, telemetry: telemetry ?? undefined, unit: unit ?? undefined,
    horizon: typeof horizon === 'string' ? toHorizon(horizon, at, problems) : 0,
    interval: interval ? { level: interval.level, lower: interval.lower, upper: interval.upper } : undefined,
    level: level ?? undefined,
  }
}

function toHorizon(text: string, at: number, { wrong }: CardProblems): Microseconds {
  const parsed = parseDuration(text)
  if (!parsed.ok) wrong('WRONG_TIME', ['outputs', at, 'horizon'], parsed.problem)
  else if (parsed.value < 0 || parsed.value > longestHorizon) wrong('WRONG_TIME', ['outputs', at, 'horizon'], `A horizon is from PT0S to a hundred years, not ${text}.`)
  else return parsed.value
  return 0
}

function toTraining({ training }: CardRequest, { wrong }: CardProblems): TrainingFacts | undefined {
  if (!training) return undefined
  const { dataSha256, rows, code } = training
  const [from, to] = (['from', 'to'] as const).map((name) => {
    const at = parseInstant(training[name])
    if (at === undefined) wrong('WRONG_TIME', ['training', name], `${shown(training[name])} is no instant such as "2026-03-01T06:30:00Z".`)
    return at
  })
  if (from !== undefined && to !== undefined && from >= to) wrong('WRONG_TIME', ['training', 'to'], 'The time of training ends after it begins: `from` is before `to`.')
  if (typeof dataSha256 === 'string' && !isSha256(dataSha256)) wrong('WRONG_TYPE', ['training', 'dataSha256'], 'A SHA-256 has 64 hexadecimal digits in lower case.')
  const isCount = typeof rows === 'number' && rows >= 1
  if (!isCount && rows !== null && rows !== undefined) wrong('OUT_OF_BOUNDS', ['training', 'rows'], `A model was made of 1 to 2^53 rows, not ${rows}.`)
  if (typeof code === 'string' && code.length > most.text) wrong('TOO_LARGE', ['training', 'code'], `Where the code is takes at most ${most.text} characters.`)
  return { from: from ?? 0, to: to ?? 0, dataSha256: dataSha256 ?? undefined, rows: isCount ? rows : undefined, code: code ?? undefined }
}

function toMetrics(given: Json | null | undefined, { wrong }: CardProblems): Readonly<Record<string, number>> {
  if (given === null || given === undefined) return {}
  if (typeof given !== 'object' || Array.isArray(given)) {
    wrong('WRONG_TYPE', ['metrics'], 'metrics is an object of numbers, such as { rmse: 0.31 }.')
    return {}
  }
  const entries = Object.entries(given)
  if (entries.length > most.metrics) wrong('OUT_OF_BOUNDS', ['metrics'], `A card has at most ${most.metrics} metrics, not ${entries.length}.`)
  return Object.fromEntries(entries.slice(0, most.metrics).map(([name, value]) => {
    const number = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : NaN
    if (!Number.isFinite(number) || name.length > 100) wrong('WRONG_TYPE', ['metrics', name.slice(0, 100)], 'A metric has a name of at most 100 characters and is a finite number.')
    return [name, Number.isFinite(number) ? number : 0]
  }))
}
