/** What a run has to do with a twin. */
export interface RunTwin {
  readonly twin: string
  readonly reads: boolean
  readonly writes: boolean
}

/** What a twin has to do with a run. `at`: when the run was created; ms since 1970. */
export interface TwinRun {
  readonly run: string
  readonly at: number
  readonly reads: boolean
  readonly writes: boolean
}

/** Which twins a run was made of and has results for, and the other way round. Throws STORE_UNAVAILABLE, TIMEOUT. */
export interface RunTwinReader {
  /** By the ids of twins. */
  twins(run: string, page: { readonly first: number; readonly after: string | undefined }): Promise<readonly RunTwin[]>
  /** Newest runs first. */
  runsOfTwin(twin: string, page: { readonly first: number; readonly after: Pick<TwinRun, 'run' | 'at'> | undefined }): Promise<readonly TwinRun[]>
}
