import { type CardProblems, meant, shapeText, shown } from './card-problems.ts'
import { widthOf } from './feature.ts'
import type { ModelCard } from './model-card.ts'
import type { TensorSignature } from './tensor.ts'

/** The tensors that features fill against those that the model takes: names, types, and how many numbers a row has. */
export function checkInputTensors(card: Pick<ModelCard, 'features' | 'inputs'>, tensors: readonly TensorSignature[], { wrong }: CardProblems): void {
  for (const { name } of tensors) {
    if (!card.inputs.some(({ tensor }) => tensor === name)) wrong('MISSING_INPUT', ['inputs'], `The model takes the tensor ${shown(name)}, which no input of the card fills.`)
  }
  for (const [at, { tensor, type, features }] of card.inputs.entries()) {
    const found = tensors.find(({ name }) => name === tensor)
    if (!found) {
      wrong('UNKNOWN_TENSOR', ['inputs', at, 'tensor'], `The model takes no tensor ${shown(tensor)}.${meant(tensor, tensors.map(({ name }) => name))}`)
      continue
    }
    if (found.type !== type) wrong('WRONG_TYPE', ['inputs', at, 'type'], `The model takes ${shown(tensor)} as ${found.type}, not as ${type}.`)
    const shape = [-1, ...shapeOfRow(card, features)]
    if (found.shape && !fits(found.shape, shape)) {
      wrong('WRONG_SHAPE', ['inputs', at, 'features'], `The model takes ${shown(tensor)} as ${shapeText(found.shape)}, and these ${features.length === 1 ? 'features are' : `${features.length} features are`} ${shapeText(shape)}, n rows each.`)
    }
  }
}

/** Of features that are numbers `[n]`; of one that is a row of k numbers `[k]`, of several `[k, n]`. */
function shapeOfRow({ features }: Pick<ModelCard, 'features'>, names: readonly string[]): readonly number[] {
  const first = features.find(({ name }) => name === names[0])
  const width = first ? widthOf(first) : 1
  return width > 1 && names.length > 1 ? [width, names.length] : [width * names.length]
}

/** A dimension that is free fits each size. One row at a time is no batch, which everything here is. */
const fits = (wanted: readonly number[], given: readonly number[]): boolean =>
  wanted.length === given.length && wanted.every((size, at) => size < 0 || size === given[at])
