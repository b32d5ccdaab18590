import type { Microseconds } from '../reading.ts'

/**
 * | state | meaning |
 * |---|---|
 * | CONNECTING | it was just created, and has not reached the other side yet |
 * | CONNECTED | messages flow |
 * | DISCONNECTED | the connection is lost or cannot be made; it is tried again by itself |
 * | FAILED | the other side refuses it: wrong password, no right to a topic, a client id used twice. It is tried again, seldom; somebody has to mend it |
 */
export type SourceState = 'CONNECTING' | 'CONNECTED' | 'DISCONNECTED' | 'FAILED'

/** How a source does. Counts are since the process began. */
export interface SourceStatus {
  readonly state: SourceState
  /** When it came into this state. */
  readonly since: Microseconds
  /** What is wrong and what to do; null while all is well. A connected source has one while what it takes cannot be stored. */
  readonly problem: string | null
  /** Delivered by the other side, redeliveries among them. */
  readonly messages: number
  /** Readings stored, redelivered, and put into quarantine. A message that could not be decoded counts as one reading in quarantine. */
  readonly accepted: number
  readonly duplicates: number
  readonly quarantined: number
  /** Messages let go because too many waited: only such as were sent without a guarantee of delivery (MQTT's quality of service 0). */
  readonly dropped: number
  readonly lastMessageAt: Microseconds | null
  /** How far the newest reading taken lies behind the clock, by its own time where it gave one, else by its receipt; null while nothing came. */
  readonly lagMs: number | null
  /** Messages received, and not acknowledged yet. */
  readonly inFlight: number
}

/**
 * A way by which readings come in from outside, at work from its creation on. What it delivered is acknowledged to the other side only when the intake
 * has made it durable, so that a message is delivered at least once whatever fails. Disposing stops the taking, waits a little for what is in flight,
 * and leaves whatever was not acknowledged to be delivered again.
 */
export interface Source extends AsyncDisposable {
  /** From the sources file. */
  readonly id: string
  readonly kind: 'mqtt'
  /** Where it connects to; without secrets. */
  readonly url: string
  status(): SourceStatus
}
