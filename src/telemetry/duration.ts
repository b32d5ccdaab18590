import type { Microseconds } from './reading.ts'

const form = /^(-)?P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?=\d)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

/** ISO 8601 durations of a fixed length: weeks, days of 24 hours, hours, minutes, seconds. */
export function parseDuration(text: string): { readonly ok: true; readonly value: Microseconds } | { readonly ok: false; readonly problem: string } {
  const match = form.exec(text)
  if (!match || text.endsWith('P')) return { ok: false, problem: `${JSON.stringify(text.slice(0, 60))} is no ISO 8601 duration such as PT15M or P1D.` }
  const [, sign, years, months, ...fixed] = match
  if (years !== undefined || months !== undefined) return { ok: false, problem: `${text} has years or months, which are not all of one length. Give days.` }
  const seconds = [604_800, 86_400, 3_600, 60, 1].reduce((sum, unit, index) => sum + unit * Number(fixed[index] ?? 0), 0)
  return { ok: true, value: (sign === undefined ? 1 : -1) * Math.round(seconds * 1_000_000) }
}

/** In hours, minutes and seconds, which every reader of durations knows. */
export function formatDuration(duration: Microseconds): string {
  const sign = duration < 0 ? '-' : ''
  const seconds = Math.abs(duration) / 1_000_000
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)]
  const rest = Number((seconds - hours * 3_600 - minutes * 60).toFixed(6))
  const parts = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${rest > 0 ? `${rest}S` : ''}`
  return `${sign}PT${parts === '' ? '0S' : parts}`
}
