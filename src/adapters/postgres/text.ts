import { createHash } from 'node:crypto'
import { type SeriesKey, seriesKeyText } from '../../telemetry/reading.ts'

/**
 * PostgreSQL's text cannot hold NUL. It is written as `␀0`, and so that this is told from what somebody wrote, `␀` (U+2400) as `␀␀`.
 * Texts without either, which are nearly all, lie in the tables as they are.
 */
export const toStoredText = (text: string): string => (special.test(text) ? text.replaceAll('\u2400', '\u2400\u2400').replaceAll('\u0000', '\u24000') : text)

export const fromStoredText = (text: string): string => (text.includes('\u2400') ? text.replace(/\u2400([\u24000])/g, (_, what) => (what === '0' ? '\u0000' : '\u2400')) : text)

const special = /[\u0000\u2400]/

/** 128 bits of SHA-256: what series and origins are found by, since names may be longer than an index takes. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

export const seriesDigest = (key: SeriesKey): string => digestOf(seriesKeyText(key))
