import type { Microseconds } from '../telemetry/reading.ts'
import type { FeatureSpec } from './feature.ts'
import type { TensorType } from './tensor.ts'

/** What a predictor is, for machines and for those who have to trust it. Immutable: another card is another version. */
export interface ModelCard {
  readonly description: string
  /** SPDX. */
  readonly licence: string
  readonly features: readonly FeatureSpec[]
  /** Tensors of the model, and the features that fill them in order: columns of numbers `[rows, n]`; of features that are rows of k numbers `[rows, k]` of one, `[rows, k, n]` of several. */
  readonly inputs: readonly { readonly tensor: string; readonly type: TensorType; readonly features: readonly string[] }[]
  readonly outputs: readonly OutputSpec[]
  /** Twins it may be asked of: of this model, or of one that extends it. */
  readonly model: string | undefined
  readonly training: TrainingFacts | undefined
  /** As whoever made it says, such as `{ "rmse": 0.31 }`. */
  readonly metrics: Readonly<Record<string, number>>
  /** What features were like in training, by name: what drift is measured against. Sorted samples, of equal weight; from 20 to 1,000 each. */
  readonly reference: Readonly<Record<string, readonly number[]>>
}

export interface TrainingFacts {
  readonly from: Microseconds
  readonly to: Microseconds
  /** SHA-256 of the rows it was made of. */
  readonly dataSha256: string | undefined
  readonly rows: number | undefined
  /** Where the code that made it is. */
  readonly code: string | undefined
}

export interface OutputSpec {
  /** Unique in the card. */
  readonly name: string
  /** Of the model, and the column of its rows; CONTRIBUTIONS take all columns, in the order of the numbers of `inputs[0]`. */
  readonly tensor: string
  readonly column: number
  /**
   * VALUE: a series of the twin. LOWER, UPPER: bounds of the value `of`. CONTRIBUTIONS: how much each number of the first input makes of the value `of`;
   * kept as series of the twins that features read.
   */
  readonly role: 'VALUE' | 'LOWER' | 'UPPER' | 'CONTRIBUTIONS'
  readonly of: string | undefined
  /** The telemetry it predicts; undefined: a series of its own, `<name>@<predictor>`. */
  readonly telemetry: string | undefined
  /** DTDL's name; values are converted where the telemetry has another one of the quantity. */
  readonly unit: string | undefined
  /** It is about the instant plus this. */
  readonly horizon: Microseconds
  /** Conformal: with the probability `level` the truth lies from value + lower to value + upper, in `unit`. From the errors on data that training did not see. */
  readonly interval: { readonly level: number; readonly lower: number; readonly upper: number } | undefined
  /** Of a VALUE with bounds that the model gives (LOWER, UPPER): with this probability the truth lies between them. Undefined: nobody said, or `interval` does. */
  readonly level: number | undefined
}

/** With which probability the truth lies within the bounds of a VALUE, whoever gives them; undefined: it has none, or nobody said. */
export const levelOf = ({ interval, level }: Pick<OutputSpec, 'interval' | 'level'>): number | undefined => interval?.level ?? level
