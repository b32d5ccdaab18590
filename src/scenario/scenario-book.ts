import type { JournalEntry } from '../change/journal.ts'
import type { Scenario, ScenarioBook } from './scenario.ts'
import type { ScenarioStore } from './scenario-store.ts'

/** The scenarios that were asked for, in memory. */
export interface OpenScenarioBook extends ScenarioBook {
  /** What is known of the scenario may be out of date. */
  forget(id: string): void
  /** What the journal's end tells, of this process and of others. */
  read(entries: readonly JournalEntry[]): void
  /** Entries were missed: all that is known may be out of date. */
  clear(): void
}

/** Scenarios that are remembered; beyond, those that were asked for longest ago are looked up again. */
const mostKnown = 1_000

/**
 * One that is not known is looked for in the store, so that what another process created is found at once; that one ended is known when the journal's end tells.
 * Whoever writes into a scenario is told by the store itself, under its lock. `isTold`: whether the journal's end is read; until it is, nothing is remembered.
 */
export function createScenarioBook(store: Pick<ScenarioStore, 'find'>, { isTold }: { isTold(): boolean }): OpenScenarioBook {
  const known = new Map<string, Scenario>()
  /** Counts what was told: a look that was under way meanwhile may have seen what was before. */
  let told = 0

  const remember = (scenario: Scenario): void => {
    known.delete(scenario.id)
    known.set(scenario.id, scenario)
    for (const oldest of known.keys()) {
      if (known.size <= mostKnown) break
      known.delete(oldest)
    }
  }
  const forget = (id: string): void => {
    told++
    known.delete(id)
  }
  return {
    async find(id, signal) {
      const remembered = known.get(id)
      if (remembered) return remembered
      const before = told
      const found = await store.find(id, signal)
      if (found && told === before && isTold()) remember(found)
      return found
    },
    forget,
    read(entries) {
      for (const { op, id } of entries) if (op.startsWith('scenario-')) forget(id)
    },
    clear() {
      told++
      known.clear()
    },
  }
}
