/**
 * Tells the other processes that there is something new, so that they need not wait for their next look. Only that: what is new they read for themselves, and
 * they look now and then anyway, so that a word that is lost costs a moment and nothing else.
 */
export interface WakeUp {
  /** Never blocks and never fails. */
  announce(): void
  /** Calls the listener when another process announced something, or may have; returns how to end that. */
  listen(onWake: () => void): () => void
}

/** What there can be something new of: each wakes its own. */
export interface WakeUps {
  readonly changes: WakeUp
  readonly readings: WakeUp
}

/** For one process alone. */
export const noWakeUp: WakeUp = { announce: () => undefined, listen: () => () => undefined }
