/** One thing that keeps an engine from binding; becomes an item of an `Invalid` problem. */
export interface EngineIssue {
  readonly code: EngineIssueCode
  /** What is wrong, where, and what to do. */
  readonly message: string
  /** The twin, where it is about one. */
  readonly twin?: string
  readonly property?: string
  /** Where in the mutation's input, such as `['parameters', 'closures', '0', 'twin']`. */
  readonly path: readonly string[]
}

export type EngineIssueCode =
  | 'UNKNOWN_TWIN' // no twin of that id is in the network
  | 'MISSING_INPUT' // a property or telemetry that the engine cannot do without
  | 'OUT_OF_BOUNDS'
  | 'WRONG_TYPE'
  | 'WRONG_UNIT' // of another quantity
  | 'UNKNOWN_PARAMETER'
  | 'UNKNOWN_ARTIFACT'
  | 'BAD_ARTIFACT' // it cannot be read as what it should be
  | 'BAD_NETWORK' // the twins do not make a model: a link without an end, no source of water
