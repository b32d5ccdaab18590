import type { Conflict } from '../../problem.ts'
import type { Scenario } from '../../scenario/scenario.ts'
import type { Changeset } from '../command.ts'
import type { State } from '../state.ts'
import type { ItemWrites } from './draft.ts'

/** Why nothing can be written into the changeset's scenario, or why the one that it promotes cannot end. */
export function closed({ scenario, ends }: Changeset, state: State): Conflict | undefined {
  if (scenario) {
    const standing = state.scenarios.get(scenario.number)?.state
    if (standing !== 'OPEN') return notOpen(scenario, standing, 'Nothing can be written into it: write into the base, or create another scenario.')
  }
  if (!ends) return undefined
  const standing = state.scenarios.get(ends.scenario.number)
  if (standing?.state !== 'OPEN') return notOpen(ends.scenario, standing?.state, 'It cannot be promoted.')
  const name = JSON.stringify(ends.scenario.id)
  if (standing.branches.length > 0) {
    return { kind: 'Conflict', code: 'SCENARIO_HAS_BRANCHES', message: `Open scenarios branch off from ${name}: ${standing.branches.join(', ')}. Promote or discard them first.` }
  }
  if (standing.edited !== ends.edited) {
    return { kind: 'Conflict', code: 'SCENARIO_CHANGED', message: `The scenario ${name} was written into while it was being promoted. Nothing is stored: send it again.` }
  }
  return undefined
}

/** The same of a scenario that was found to be open no more before anything was sent. */
export function notOpen({ id }: Scenario, state: Scenario['state'] | undefined, remedy: string): Conflict {
  const end = state === 'PROMOTED' ? 'was promoted' : state === 'DISCARDED' ? 'was discarded' : 'is not there any more'
  return { kind: 'Conflict', code: 'SCENARIO_NOT_OPEN', message: `The scenario ${JSON.stringify(id)} ${end}. ${remedy}`, path: ['scenario'] }
}

/** The end of the promoted scenario is the first entry of the changeset: who follows the journal learns why the others come. */
export function promoting(writes: ItemWrites, { ends }: Changeset): ItemWrites {
  if (!ends) return writes
  const { number, id } = ends.scenario
  return { ...writes, promoted: [number], journal: [{ op: 'scenario-promoted', id }, ...writes.journal] }
}
