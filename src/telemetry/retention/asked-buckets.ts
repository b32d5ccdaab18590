import type { Microseconds } from '../reading.ts'
import type { Buckets } from '../telemetry-store.ts'

/** The start of the asked bucket that an instant lies in; of the last one for what rounding puts behind it. */
export function bucketStart(at: Microseconds, { from, to, width }: Buckets): Microseconds {
  const last = Math.max(0, Math.ceil((to - from) / width) - 1)
  return from + Math.min(last, Math.floor((at - from) / width)) * width
}

/** The asked buckets without what lies before an instant: its bucket from there on, and those behind it. */
export function piecesAfter(instant: Microseconds, buckets: Buckets): readonly Buckets[] {
  const { from, to, width } = buckets
  if (instant <= from) return [buckets]
  if (instant >= to) return []
  const start = bucketStart(instant, buckets)
  if (start === instant) return [{ from: start, to, width }]
  const end = Math.min(start + width, to)
  return [{ from: instant, to: end, width: end - instant }, ...(end < to ? [{ from: end, to, width }] : [])]
}
