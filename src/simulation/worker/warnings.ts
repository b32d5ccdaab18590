import type { Warning } from '../engine-program.ts'
import { toldCode, toldText, toldTwin } from './told.ts'
import type { CountedWarning } from './wire.ts'

/** Counts warnings by code and twin, so that a pressure that is negative at every step is one warning. */
export interface Warnings {
  /** `at`: simulated time. */
  add(warning: Warning, at: number | undefined): void
  /** Those that are new or were counted up since it was last asked. */
  changed(): readonly CountedWarning[]
}

/** Kinds that are told apart; what is beyond is counted together. */
const mostKinds = 1_000
/** Characters of a message. */
const mostCharacters = 1_000

export function createWarnings(): Warnings {
  const kinds = new Map<string, CountedWarning>()
  const dirty = new Set<string>()
  const count = (key: string, first: Warning, at: number | undefined): void => {
    const known = kinds.get(key)
    kinds.set(key, known ? { ...known, count: known.count + 1 } : { code: first.code, message: first.message, twin: first.twin, count: 1, at })
    dirty.add(key)
  }
  return {
    add(told, at) {
      const warning = { code: toldCode(told.code), message: toldText(told.message, mostCharacters), twin: toldTwin(told.twin) }
      const key = JSON.stringify([warning.code, warning.twin ?? null])
      if (kinds.has(key) || kinds.size < mostKinds) count(key, warning, at)
      else count('', { code: 'MORE_WARNINGS', message: `There were more than ${mostKinds} kinds of warnings; this counts those of the others.` }, at)
    },
    changed() {
      const changed = [...dirty].flatMap((key) => kinds.get(key) ?? [])
      dirty.clear()
      return changed
    },
  }
}
