/** Why a run under way is to end; what its signal is aborted with. */
export type Stop =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'tooLate'; readonly afterMs: number }
  /** Its lease was lost: whatever becomes of it is another's. */
  | { readonly kind: 'lost' }
  /** The server stops; another one, or this one when it is back, goes on. */
  | { readonly kind: 'closing' }

/** An `Error`, so that whoever rejects with it rejects well. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped'
  readonly stop: Stop
  constructor(stop: Stop) {
    super(`The run is to end: ${stop.kind}.`)
    this.stop = stop
  }
}
