import type { ItemProblem } from '../problem.ts'
import type { RunWindow } from '../simulation/engine.ts'
import { parseInstant } from '../telemetry/instant.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import { checkDuration, type Wrong } from './check-duration.ts'
import type { SimulationRequest } from './run-request.ts'

/** What of a request needs no twin to be checked. */
export interface SimulationDraft {
  readonly window: RunWindow
  readonly seed: number
  readonly tags: readonly string[]
  readonly priority: number
  readonly deadlineMs: number
}

const second = 1_000_000
const day = 86_400 * second
/** Of one series; a frame is one value of each. */
const mostSteps = 10_000_000
const longestHorizon = 36_525 * day
const mostRoots = 1_000
const [longestDeadlineMs, usualDeadlineMs] = [7 * 86_400_000, 3_600_000]
const [mostTags, longestTag] = [20, 100]

/** Where no step is given: the first of these that makes no more results than one can look at. */
const usualSteps = [1, 10, 60, 300, 900, 3_600, 21_600, 86_400].map((seconds) => seconds * second)
const usualResults = 200

/** Everything that is wrong at once, by paths within the request; `now`: where a window begins that no instant is given for is the day of it. */
export function checkSimulation(request: SimulationRequest, now: Microseconds): { readonly draft: SimulationDraft; readonly problems: readonly ItemProblem[] } {
  const problems: ItemProblem[] = []
  const wrong: Wrong = (code, name, message) => { problems.push({ code, path: [name], message }) }
  const horizon = checkDuration(request.horizon, 'horizon', { least: second, most: longestHorizon }, wrong) ?? day
  const step = checkDuration(request.step, 'step', { least: 1_000, most: horizon }, wrong) ?? usualStep(horizon)
  if (horizon / step > mostSteps) wrong('OUT_OF_BOUNDS', 'step', `A run has at most ${mostSteps} steps, not ${Math.ceil(horizon / step)}: take a longer step or a shorter horizon.`)
  const deadline = checkDuration(request.deadline, 'deadline', { least: 1_000, most: longestDeadlineMs * 1_000 }, wrong)
  const from = typeof request.from === 'string' ? parseInstant(request.from) : Math.floor(now / day) * day
  if (from === undefined) wrong('WRONG_TIME', 'from', `${JSON.stringify(request.from)} is no instant that can be simulated: give one such as "2026-03-01T06:30:00Z".`)
  const { of, seed, priority, tags } = request
  if (of.length === 0 || of.length > mostRoots) wrong('OUT_OF_BOUNDS', 'of', `of names from 1 to ${mostRoots} twins, not ${of.length}.`)
  if (Math.abs(priority ?? 0) > 100) wrong('OUT_OF_BOUNDS', 'priority', `priority is from -100 to 100, not ${priority}.`)
  if ((tags?.length ?? 0) > mostTags) wrong('OUT_OF_BOUNDS', 'tags', `A run has at most ${mostTags} tags, not ${tags?.length}.`)
  if (tags?.some((tag) => tag.length === 0 || tag.length > longestTag)) wrong('OUT_OF_BOUNDS', 'tags', `A tag has from 1 to ${longestTag} characters.`)
  return {
    draft: {
      window: { from: from ?? 0, horizon, step }, seed: seed ?? 0, tags: [...new Set(tags ?? [])], priority: priority ?? 0,
      deadlineMs: deadline === undefined ? usualDeadlineMs : Math.ceil(deadline / 1_000),
    },
    problems,
  }
}

const usualStep = (horizon: Microseconds): Microseconds => usualSteps.find((step) => horizon / step <= usualResults) ?? Math.ceil(horizon / usualResults / second) * second
