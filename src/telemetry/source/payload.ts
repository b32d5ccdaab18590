import { jsonNesting } from '../../graphql/limits/nesting.ts'
import { parseLossless } from '../parse-lossless.ts'
import type { PayloadKind } from './definition.ts'

/** A value, or one sentence that says why there is none. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }

export const no = (message: string): { readonly ok: false; readonly message: string } => ({ ok: false, message })

/** The bytes as text. `isCut`: the last character may have lost some of its bytes, and is left out then. */
export function readText(payload: Uint8Array, isCut = false): Read<string> {
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(payload, { stream: isCut }) }
  } catch {
    return no('The payload is not UTF-8 text.')
  }
}

/** What a quarantine keeps of bytes: their text, or base64 where they are none. */
export function toKept(payload: Uint8Array, isCut: boolean): string {
  const text = readText(payload, isCut)
  return text.ok ? text.value : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64')
}

/** Deeper than any sensible message, and far from the depth at which the recursion of whoever walks the value ends a process. */
export const deepestPayload = 100

export function readPayload(kind: PayloadKind, text: string): Read<unknown> {
  if (kind === 'text') return { ok: true, value: text }
  return kind === 'number' ? readNumber(text.trim()) : readJson(text)
}

function readNumber(text: string): Read<unknown> {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return no(`The payload ${shown(text)} is not a number.`)
  const value = Number(text)
  return Number.isFinite(value) ? { ok: true, value: /^[+-]?\d+$/.test(text) ? exact(text) : value } : no(`The payload ${shown(text)} is a number beyond all that can be kept.`)
}

function readJson(text: string): Read<unknown> {
  if (text.trim() === '') return no('The payload is empty.')
  const depth = jsonNesting(text)
  if (depth > deepestPayload) return no(`The payload nests ${depth} levels deep; at most ${deepestPayload} are taken.`)
  try {
    return { ok: true, value: parseLossless(text) }
  } catch (error) {
    return no(`The payload is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function exact(digits: string): number | bigint {
  const value = Number(digits)
  return Number.isSafeInteger(value) ? value : BigInt(digits.replace(/^\+/, ''))
}

export const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
