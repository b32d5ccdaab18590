/** Milliseconds since the process began, never set back: for durations. */
export const monotonicMs = (): number => performance.now()
