import type { Registry } from '../model/registry.ts'
import type { ItemProblem } from '../problem.ts'
import { type CardProblems, createCardProblems, meant, repeats, shown } from './card-problems.ts'
import { checkInputTensors } from './check-card-inputs.ts'
import { checkOutputs } from './check-card-outputs.ts'
import type { ModelCard } from './model-card.ts'
import { ownSeriesName } from './prediction-series.ts'
import type { Signature } from './tensor.ts'

/** Whether the inputs of the card are made of its features; paths within the card. */
export type CheckInputs = (card: Pick<ModelCard, 'features' | 'inputs'>) => readonly ItemProblem[]

export interface CardFacts {
  /** Of the predictor. */
  readonly name: string
  /** Undefined: the model could not be opened, which is told apart. */
  readonly signature: Signature | undefined
  readonly registry: Pick<Registry, 'get' | 'models'>
  readonly checkInputs: CheckInputs
}

const [fewestSamples, mostSamples, mostNumbers] = [20, 1_000, 200_000]

/** What of a card does not go together: with itself, with the model's tensors, with the DTDL models. Paths begin with `card`. */
export function checkCard(card: ModelCard, facts: CardFacts): readonly ItemProblem[] {
  const problems = createCardProblems(['card'])
  checkModel(card, facts.registry, problems)
  checkFeatureNames(card, problems)
  checkOwnWords(card, facts.name, problems)
  checkReference(card, problems)
  const wrongInputs = facts.checkInputs(card).map((problem) => ({ ...problem, path: ['card', ...problem.path ?? []] }))
  if (wrongInputs.length === 0 && facts.signature?.inputs) checkInputTensors(card, facts.signature.inputs, problems)
  checkOutputs(card, facts, problems)
  return [...wrongInputs, ...problems.all]
}

function checkModel({ model }: ModelCard, registry: CardFacts['registry'], { wrong }: CardProblems): void {
  if (model === undefined || registry.get(model)) return
  wrong('UNKNOWN_MODEL', ['model'], `No model ${shown(model)} was published.${meant(model, [...registry.models.keys()])}`)
}

function checkFeatureNames({ features, inputs }: ModelCard, { wrong }: CardProblems): void {
  const names = features.map(({ name }) => name)
  for (const [at, name] of names.entries()) {
    if (!isFeatureName(name)) wrong('INVALID_NAME', ['features', at, 'name'], `${shown(name)} cannot be the name of a feature: it becomes part of names of series. Use 1 to 100 characters, none of them one of @ ~ . or a control character.`)
  }
  for (const { name, at } of repeats(names)) wrong('DUPLICATE_ITEM', ['features', at, 'name'], `There are two features of the name ${shown(name)}.`)
  const used = new Set(inputs.flatMap((input) => input.features))
  for (const [at, name] of names.entries()) if (!used.has(name)) wrong('UNKNOWN_FEATURE', ['features', at, 'name'], `The feature ${shown(name)} fills no tensor. Name it in an input, or leave it out.`)
}

const isFeatureName = (name: string): boolean => name.length > 0 && name.length <= 100 && !/[@~.]|\p{Cc}/u.test(name)

/** What is said of an instant cannot be made of itself: whether it was there already would decide. What was said before, by a lag or a horizon, can. */
function checkOwnWords({ features, outputs }: ModelCard, predictor: string, { wrong }: CardProblems): void {
  const own = outputs.flatMap(({ name, role, telemetry, horizon }) => (role === 'VALUE' && horizon <= 0 ? [telemetry ?? ownSeriesName(name, predictor)] : []))
  for (const [at, { name, of, lag }] of features.entries()) {
    if (of.kind !== 'telemetry' || of.source !== 'PREDICTED' || lag > 0) continue
    const said = own.find((series) => of.name === series || of.name.startsWith(`${series}~`) || of.name.endsWith(`~${series}`))
    if (said !== undefined) wrong('OUT_OF_BOUNDS', ['features', at, 'lag'], `The feature ${shown(name)} reads ${shown(of.name)}, which this predictor says itself of the same instant. Give it a lag, such as "PT1M", to read what was said before.`)
  }
}

function checkReference({ reference, features }: ModelCard, { wrong }: CardProblems): void {
  const names = features.map(({ name }) => name)
  let total = 0
  for (const [at, [feature, sample]] of Object.entries(reference).entries()) {
    total += sample.length
    const say = (code: 'UNKNOWN_FEATURE' | 'OUT_OF_BOUNDS' | 'WRONG_TYPE', field: 'feature' | 'sample', message: string): void => { wrong(code, ['reference', at, field], message) }
    if (!names.includes(feature)) say('UNKNOWN_FEATURE', 'feature', `The card has no feature ${shown(feature)}.${meant(feature, names)}`)
    if (sample.length < fewestSamples || sample.length > mostSamples) say('OUT_OF_BOUNDS', 'sample', `A sample of ${feature} has from ${fewestSamples} to ${mostSamples} numbers, not ${sample.length}: draw some of the training set at random.`)
    else if (!sample.every(Number.isFinite)) say('WRONG_TYPE', 'sample', `The sample of ${feature} has a number that is not finite. Leave out rows in which it is missing.`)
    else if (sample.some((value, place) => value < (sample[place - 1] ?? -Infinity))) say('WRONG_TYPE', 'sample', `The sample of ${feature} is not sorted. Sort it, the least first.`)
  }
  if (total > mostNumbers) wrong('TOO_LARGE', ['reference'], `A card has at most ${mostNumbers.toLocaleString('en')} reference numbers in all, not ${total.toLocaleString('en')}. Take fewer of each feature.`)
}
