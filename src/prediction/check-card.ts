import type { Registry } from '../model/registry.ts'
import type { ItemProblem } from '../problem.ts'
import { type CardProblems, createCardProblems, isName, meant, nameRule, repeats, shown } from './card-problems.ts'
import { checkOutputs } from './check-card-outputs.ts'
import type { ModelCard } from './model-card.ts'
import type { Signature } from './tensor.ts'

/** Whether the tensors of the model are those that the features fill. */
export type CheckInputs = (card: ModelCard, signature: Signature) => readonly ItemProblem[]

export interface CardFacts {
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
  checkReference(card, problems)
  checkOutputs(card, facts, problems)
  return [...problems.all, ...(facts.signature ? facts.checkInputs(card, facts.signature) : [])]
}

function checkModel({ model }: ModelCard, registry: CardFacts['registry'], { wrong }: CardProblems): void {
  if (model === undefined || registry.get(model)) return
  wrong('UNKNOWN_MODEL', ['model'], `No model ${shown(model)} was published.${meant(model, [...registry.models.keys()])}`)
}

function checkFeatureNames({ features, inputs }: ModelCard, { wrong }: CardProblems): void {
  const names = features.map(({ name }) => name)
  for (const [at, name] of names.entries()) if (!isName(name)) wrong('INVALID_NAME', ['features', at, 'name'], `${shown(name)} cannot be the name of a feature. ${nameRule}`)
  for (const { name, at } of repeats(names)) wrong('DUPLICATE_ITEM', ['features', at, 'name'], `There are two features of the name ${shown(name)}.`)
  for (const { name, at } of repeats(inputs.map(({ tensor }) => tensor))) wrong('DUPLICATE_ITEM', ['inputs', at, 'tensor'], `The tensor ${shown(name)} is filled twice.`)
  const used = new Set(inputs.flatMap((input) => input.features))
  for (const [at, { features: wanted }] of inputs.entries()) {
    if (wanted.length === 0) wrong('MISSING_INPUT', ['inputs', at, 'features'], 'No feature fills this tensor. Name those that do, in order.')
    for (const [place, name] of wanted.entries()) if (!names.includes(name)) wrong('UNKNOWN_FEATURE', ['inputs', at, 'features', place], `The card has no feature ${shown(name)}.${meant(name, names)}`)
  }
  for (const [at, name] of names.entries()) if (!used.has(name)) wrong('UNKNOWN_FEATURE', ['features', at, 'name'], `The feature ${shown(name)} fills no tensor. Name it in an input, or leave it out.`)
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
