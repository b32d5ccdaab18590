import type { Microseconds } from '../telemetry/reading.ts'
import type { Limits } from './rule.ts'

/** What a value says: beyond the limit, on the good side of where it clears, or neither. */
export type Level = 'BEYOND' | 'BETWEEN' | 'CLEAR'

export function levelOf(value: number, { direction, limit, clear }: Limits): Level {
  const sign = direction === 'ABOVE' ? 1 : -1
  if (sign * value > sign * limit) return 'BEYOND'
  return sign * value <= sign * clear ? 'CLEAR' : 'BETWEEN'
}

/** How long is long enough. */
export interface Patience {
  readonly for: Microseconds
  readonly keepFor: Microseconds
}

/**
 * How far along it is with one rule and one thing that it watches, at an instant.
 * - INACTIVE: nothing.
 * - PENDING: beyond the limit since, without a break, but not yet for so long.
 * - FIRING: it was beyond it for so long, at `firedAt`; it stays so while values are between the limits.
 * - CLEARING: clear since, without a break, but not yet for so long.
 */
export type Phase =
  | { readonly kind: 'INACTIVE' }
  | { readonly kind: 'PENDING'; readonly since: Microseconds }
  | { readonly kind: 'FIRING'; readonly since: Microseconds; readonly firedAt: Microseconds }
  | { readonly kind: 'CLEARING'; readonly since: Microseconds; readonly firedAt: Microseconds; readonly clearSince: Microseconds }

export const inactive: Phase = { kind: 'INACTIVE' }

/** It is to be known: an alert is open, unless somebody resolved it by hand. */
export const isRaised = (phase: Phase): phase is Extract<Phase, { readonly firedAt: Microseconds }> => phase.kind === 'FIRING' || phase.kind === 'CLEARING'

/** The phase at an instant of which the level is known, after the one before. Equal phases are the same object. */
export function step(phase: Phase, at: Microseconds, level: Level, patience: Patience): Phase {
  switch (phase.kind) {
    case 'INACTIVE': return level === 'BEYOND' ? pending(at, at, patience) : phase
    case 'PENDING': return level === 'BEYOND' ? pending(phase.since, at, patience, phase) : inactive
    case 'FIRING': return level === 'CLEAR' ? clearing({ ...phase, kind: 'CLEARING', clearSince: at }, at, patience) : phase
    case 'CLEARING': return level === 'CLEAR' ? clearing(phase, at, patience) : { kind: 'FIRING', since: phase.since, firedAt: phase.firedAt }
  }
}

function pending(since: Microseconds, at: Microseconds, { for: least }: Patience, known?: Phase): Phase {
  if (at - since >= least) return { kind: 'FIRING', since, firedAt: at }
  return known ?? { kind: 'PENDING', since }
}

const clearing = (phase: Extract<Phase, { readonly kind: 'CLEARING' }>, at: Microseconds, { keepFor }: Patience): Phase =>
  (at - phase.clearSince >= keepFor ? inactive : phase)
