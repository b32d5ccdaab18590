import { sha256 } from '../../util/sha256.ts'
import { decodeReceiptCursor, encodeReceiptCursor } from '../receipt-cursor.ts'
import type { Microseconds, SeriesKey } from '../reading.ts'
import { seriesKeyText } from '../reading.ts'
import type { Received } from '../telemetry-store.ts'

/**
 * Where a reading stands among all that were received. A batch has one time of receipt for thousands of readings; among them the order is that of a digest of
 * the series, then of time. Both are the reading's own, so that the place means the same in every process, and also after other readings of the batch were
 * forgotten, or others took their place.
 */
export interface Place {
  readonly receivedAt: Microseconds
  /** 84 bits of the series' digest; `wholeBatch` for the place behind everything that was received then. */
  readonly series: string
  readonly at: Microseconds
}

/** Behind all digests, whose letters are those of base64url. */
const wholeBatch = '~'

export const behind = (receivedAt: Microseconds): Place => ({ receivedAt, series: wholeBatch, at: 0 })

export const isWholeBatch = ({ series }: Place): boolean => series === wholeBatch

export const placeOf = ({ receivedAt, series, at }: Received): Place => ({ receivedAt, series: seriesDigest(series), at })

/** Negative where the left place comes first. */
export const comparePlaces = (left: Place, right: Place): number =>
  left.receivedAt - right.receivedAt || (left.series === right.series ? left.at - right.at : left.series < right.series ? -1 : 1)

/** The cursor of a whole batch is what `ingest` answers with. */
export const encodePlace = ({ receivedAt, series, at }: Place): string =>
  (series === wholeBatch ? encodeReceiptCursor(receivedAt) : Buffer.from(`r2:${receivedAt}:${series}:${at}`).toString('base64url'))

/** Undefined where the text is no such place. */
export function decodePlace(cursor: string): Place | undefined {
  const whole = decodeReceiptCursor(cursor)
  if (whole !== undefined) return behind(whole)
  const [, receivedAt, series, at] = /^r2:(\d{1,16}):([\w-]{14}):(-?\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  return series === undefined ? undefined : { receivedAt: Number(receivedAt), series, at: Number(at) }
}

/** Stores give the same key for the readings of a series, mostly. */
const digests = new WeakMap<SeriesKey, string>()

function seriesDigest(series: SeriesKey): string {
  const known = digests.get(series)
  if (known !== undefined) return known
  const digest = Buffer.from(sha256(seriesKeyText(series)), 'hex').toString('base64url').slice(0, 14)
  digests.set(series, digest)
  return digest
}
