/** Which twins a roll-up is over. */
export interface Reach {
  /** The twins that each root reaches over relationships of the names, itself among them; a root that does not exist reaches none. Throws LIST_TOO_LONG beyond `most`. */
  reach(roots: readonly string[], over: readonly string[], maxDepth: number, options: { readonly most: number; readonly signal?: AbortSignal | undefined }): Promise<readonly Reached[]>
}

export interface Reached {
  readonly root: string
  readonly twin: string
  readonly model: string
}
