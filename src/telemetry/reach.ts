import type { Vantage } from '../domain/vantage.ts'

/** Which twins a roll-up is over. */
export interface Reach {
  /**
   * The twins that each root reaches over relationships of the names, itself among them, as all of it is seen from the vantage; a root that does not exist there
   * reaches none. Throws LIST_TOO_LONG beyond `most`.
   */
  reach(roots: readonly string[], over: readonly string[], maxDepth: number, options: ReachOptions): Promise<readonly Reached[]>
}

export interface ReachOptions {
  readonly most: number
  readonly vantage: Pick<Vantage, 'at' | 'chain'>
  readonly signal?: AbortSignal | undefined
}

export interface Reached {
  readonly root: string
  readonly twin: string
  /** DTMI of the model that the twin has there. */
  readonly model: string
}
