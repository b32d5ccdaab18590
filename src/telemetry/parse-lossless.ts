import { parse } from 'lossless-json'

/** Digits in a row that a JS number may not hold. */
const longDigits = /\d{16}/

/** JSON whose integers keep all their digits, as bigints where a number cannot hold them. Throws a SyntaxError. */
export function parseLossless(text: string): unknown {
  return longDigits.test(text) ? parse(text, undefined, toNumber) : JSON.parse(text)
}

const toNumber = (digits: string): number | bigint => (/^-?\d{16,}$/.test(digits) && !Number.isSafeInteger(Number(digits)) ? BigInt(digits) : Number(digits))
