/** A GraphQL response (`{ data, errors? }`) as JSON text. Those who read the same share the one string. */
export type Payload = string

/**
 * The payloads of one subscription, pulled by whoever can send them: a connection that cannot take more does not pull, so nothing piles up for it.
 * What a stream that is not pulled does is its own promise: live queries give the newest state of each twin, feeds go on where they were.
 */
export interface PayloadStream {
  /** The next payload; undefined: none for now, and `wake` will be called when there may be one. Throws the Failure that ended the stream. */
  take(): Payload | undefined
  /** There will be no more payloads, and none is left to take. */
  readonly isDone: boolean
  /** Nobody will take any more. May be called twice. */
  close(): void
}
