/** Why the signal of a job is aborted: someone does not want its run any more. Who, and that it is so, says the store of runs. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled'
  readonly run: string

  constructor(run: string) {
    super(`Run ${run} was cancelled.`)
    this.run = run
  }
}
