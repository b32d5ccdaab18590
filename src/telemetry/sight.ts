import { type Failure, failure } from '../errors.ts'
import type { Microseconds } from './reading.ts'
import type { Buckets, Sight, TimeRange } from './telemetry-store.ts'

/** The end, not included, of a time that begins wherever and ends where nothing is seen any more. */
export const endOfSight = (to: Microseconds, until: Microseconds | undefined): Microseconds => (until === undefined ? to : Math.min(to, until + 1))

/** What of a range can be seen; empty ones begin at their end or behind it. */
export const rangeInSight = ({ from, to }: TimeRange, { until }: Sight): TimeRange => ({ from, to: endOfSight(to, until) })

/** Buckets that begin where they did; those behind the sight are cut off. */
export const bucketsInSight = ({ from, to, width }: Buckets, { until }: Sight): Buckets => ({ from, to: Math.max(from, endOfSight(to, until)), width })

export const isUnbounded = ({ until, knownUntil }: Sight): boolean => until === undefined && knownUntil === undefined

/** Whether a reading is there and known. */
export const isInSight = ({ at, receivedAt }: { readonly at: Microseconds; readonly receivedAt: Microseconds }, { until = Infinity, knownUntil = Infinity }: Sight): boolean =>
  at <= until && receivedAt <= knownUntil

export const tooManySeries = (most: number): Failure =>
  failure('LIST_TOO_LONG', { message: `There are more than ${most} series of that name, too many to look at one by one. Ask without asOf, knownAt and scenario, or choose twins by something else.` })
