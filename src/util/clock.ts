/** Milliseconds since the process began, never set back: for durations. */
export const monotonicMs = (): number => performance.now()

/** Microseconds since 1970, by the machine's clock: for what others compare with their own clocks. */
export const nowMicroseconds = (): number => Date.now() * 1_000
