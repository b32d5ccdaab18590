/** How the values of a sweep's variables are chosen. JSON. */
export type Design =
  | { readonly kind: 'GRID'; readonly axes: readonly Axis[] }
  | { readonly kind: 'LATIN_HYPERCUBE' | 'SOBOL'; readonly axes: readonly Range[]; readonly samples: number }

/** The values of one variable, in their order; of several, the last turns fastest. */
export interface Axis {
  readonly values: readonly number[]
}

/** `[from, to]`, evenly or by equal factors; both above 0 for the latter. */
export interface Range {
  readonly from: number
  readonly to: number
  readonly scale: 'LINEAR' | 'LOGARITHMIC'
}
