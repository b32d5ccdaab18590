import type { Vantage } from '../../domain/vantage.ts'
import type { Json } from '../../util/json.ts'
import type { PathStep } from '../feature.ts'

/** A twin, or a component of one, as it is seen. */
export interface GraphThing {
  readonly id: string
  /** DTMI. */
  readonly model: string
  /** When its life began, in ms since 1970. */
  readonly born: number
  /** It has been as it is since then; undefined: that is not known. */
  readonly since: number | undefined
  readonly properties: Readonly<Record<string, Json>>
  /** Properties of which a scenario says something; undefined: all, as the thing is only in a scenario. */
  readonly said: ReadonlySet<string> | undefined
}

/** The graph as of one place in the journal. */
export interface GraphMoment {
  /** Those that exist. */
  twins(ids: readonly string[]): Promise<readonly GraphThing[]>
  /** Components by their ids, `twin#component`. */
  components(ids: readonly string[]): Promise<readonly GraphThing[]>
  /** From twins along relationships of a name to others; each pair once. Throws LIST_TOO_LONG where there are too many. */
  step(ids: readonly string[], step: PathStep): Promise<readonly (readonly [from: string, to: string])[]>
}

/** The twin graph, where features are bound. */
export interface FeatureGraph {
  /** `read` may run several times, until nothing was committed meanwhile. `cursor`: the place in the journal, `at`: its stamp, in ms since 1970. Fails with STORE_UNAVAILABLE, TIMEOUT. */
  read<T>(vantage: Vantage, read: (moment: GraphMoment) => Promise<T>, signal?: AbortSignal): Promise<{ readonly value: T; readonly cursor: number; readonly at: number }>
  /** Lets the store plan what it takes, so that the first to bind does not wait for it. Reads nothing. */
  prepare(): Promise<void>
}
