import type { FeatureRows } from '../features/bound-features.ts'
import { type MissingFeature, toTensors } from '../features/to-tensors.ts'
import type { ModelCard } from '../model-card.ts'
import { type ModelRef, type PredictorRuntime, PredictorError } from '../runtime.ts'
import type { Tensor } from '../tensor.ts'
import type { ResultSource } from './inference-task.ts'

/** What a model made of rows. */
export interface Scored {
  /** Indexes of the rows that had all their features, in order. */
  readonly kept: Uint32Array
  /** What the others lacked. */
  readonly missing: readonly MissingFeature[]
  /** A number of the result; `row` counts those that were kept. */
  at(row: number, source: ResultSource): number
}

export interface Scorer {
  readonly runtime: Pick<PredictorRuntime, 'infer'>
  readonly model: ModelRef
  readonly card: ModelCard
}

/** Rows → tensors → the runtime → numbers. Rejects with a `PredictorError`, also where the model gives something else than its card says. */
export async function scoreRows({ runtime, model, card }: Scorer, rows: FeatureRows, signal: AbortSignal | undefined): Promise<Scored> {
  const { tensors, kept, missing } = toTensors(card, rows)
  if (kept.length === 0) return { kept, missing, at: () => NaN }
  const given = await runtime.infer(model, tensors, signal)
  const found = card.outputs.map(({ tensor }) => readTensor(given, tensor, kept.length))
  return {
    kept, missing,
    at(row, source) {
      const { data, width } = found[source.output] ?? noTensor()
      if (source.kind === 'value') return Number(data[row * width + (card.outputs[source.output]?.column ?? 0)] ?? outOf(card, source.output, width)) + source.plus
      return source.numbers.reduce((sum, number) => sum + Number(data[row * width + number] ?? outOf(card, source.output, width)), 0)
    },
  }
}

interface Found {
  readonly data: Tensor['data']
  /** Numbers of a row. */
  readonly width: number
}

function readTensor(given: readonly Tensor[], name: string, rows: number): Found {
  const tensor = given.find((each) => each.name === name)
  if (!tensor) throw new PredictorError('WRONG_SHAPE', `The model gave no tensor ${name}, but ${given.map((each) => each.name).join(', ') || 'none'}.`)
  if (tensor.shape[0] !== rows) throw new PredictorError('WRONG_SHAPE', `The tensor ${name} has ${tensor.shape[0] ?? 'no'} rows, of the ${rows} that were asked for.`)
  return { data: tensor.data, width: tensor.data.length / rows }
}

const noTensor = (): never => { throw new Error('A result comes from an output that the card does not have.') }

const outOf = ({ outputs }: ModelCard, index: number, width: number): never => {
  throw new PredictorError('WRONG_SHAPE', `The tensor ${outputs[index]?.tensor ?? ''} gives ${width} numbers a row, and the card's output ${outputs[index]?.name ?? ''} needs more.`)
}
