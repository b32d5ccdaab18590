/** Water that leaves the network where nobody uses it. */
export interface Leak {
  /** A junction's id. */
  readonly at: string
  /** Cubic metres a second. */
  readonly flow: number
  /** When it opens, milliseconds since 1970. */
  readonly from: number
}

/** What leaks at a junction at an instant, in cubic metres a second. */
export const leakAt = (leaks: readonly Leak[], junction: string, instant: number): number =>
  leaks.reduce((sum, { at, flow, from }) => sum + (at === junction && instant >= from ? flow : 0), 0)
