import { failure } from '../errors.ts'
import type { Scenario, ScenarioBook } from './scenario.ts'

/** The scenario whose changes a feed tells, also of one that ended; undefined: the feed is of the base. Fails with BAD_USER_INPUT where there is none of the id, STORE_UNAVAILABLE. */
export async function scenarioToTell(book: ScenarioBook, id: string | null | undefined, signal?: AbortSignal): Promise<Scenario | undefined> {
  if (typeof id !== 'string') return undefined
  const scenario = await book.find(id, signal)
  if (!scenario) throw failure('BAD_USER_INPUT', { message: `There is no scenario ${JSON.stringify(id.slice(0, 80))}. The field scenarios lists those there are.` })
  return scenario
}
