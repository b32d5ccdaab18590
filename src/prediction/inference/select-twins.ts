import type { Invalid } from '../../problem.ts'
import type { Json } from '../../util/json.ts'
import type { Result } from '../../util/result.ts'

export interface TwinSelection {
  /** DTMI, or the name of its type. */
  readonly model: string
  /** As the `where` of the type's connection takes it. */
  readonly where: Json | undefined
  readonly scenario: string | undefined
  /** More are a problem: TOO_LARGE. */
  readonly most: number
  readonly signal?: AbortSignal | undefined
}

/** The ids of all twins of a model, and of those that extend it, that satisfy a filter; ascending. */
export type SelectTwins = (selection: TwinSelection) => Promise<Result<readonly string[], Invalid>>
