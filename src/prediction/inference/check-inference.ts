import type { ItemProblem } from '../../problem.ts'
import { checkDuration, type Wrong } from '../../run/check-duration.ts'
import { noDeadline } from '../../run/run.ts'
import { parseInstant } from '../../telemetry/instant.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import type { Knowledge } from '../feature.ts'
import type { InferenceRequest, RangeRequest } from './inference-request.ts'
import type { Instants } from './inference-task.ts'

/** What of a request needs no twin to be checked. */
export interface InferenceDraft {
  readonly instants: Instants
  readonly knowledge: Knowledge
  readonly tags: readonly string[]
  readonly priority: number
  readonly deadlineMs: number
}

const second = 1_000_000
const [longestDeadlineMs, usualDeadlineMs] = [7 * 86_400_000, 3_600_000]
const [mostTags, longestTag] = [20, 100]
const mostInstants = 1_000_000
const usualLag = second

/** Everything that is wrong at once, by paths within the request. */
export function checkInference(request: InferenceRequest, now: Microseconds): { readonly draft: InferenceDraft; readonly problems: readonly ItemProblem[] } {
  const problems: ItemProblem[] = []
  const wrong: Wrong = (code, name, message) => { problems.push({ code, path: name.split('.'), message }) }
  const { at, range, stream, scenario, twins, model, where, priority, tags, deadline } = request
  const asked = [at, range, stream].filter((each) => each !== null && each !== undefined)
  if (asked.length > 1) wrong('INVALID_INPUT', 'at', 'Give one of `at`, `range` and `stream`; none of them is now.')
  if (twins && (model ?? where)) wrong('INVALID_INPUT', 'twins', 'Give `twins`, or `model` and `where`, not both.')
  if (!twins && typeof model !== 'string') wrong('MISSING_INPUT', 'twins', 'Say of which twins: by `twins`, or by `model` and, to have some of them, `where`.')
  if (stream && typeof scenario === 'string') wrong('UNSUPPORTED', 'stream', 'Nothing arrives in a scenario: streams are of the graph itself. Leave out `scenario`, or give a `range`.')
  if (stream && request.simulation) wrong('UNSUPPORTED', 'stream', 'A simulation ends, and a stream goes on: leave out `simulation`.')
  if (Math.abs(priority ?? 0) > 100) wrong('OUT_OF_BOUNDS', 'priority', `priority is from -100 to 100, not ${priority}.`)
  if ((tags?.length ?? 0) > mostTags) wrong('OUT_OF_BOUNDS', 'tags', `A run has at most ${mostTags} tags, not ${tags?.length}.`)
  if (tags?.some((tag) => tag.length === 0 || tag.length > longestTag)) wrong('OUT_OF_BOUNDS', 'tags', `A tag has from 1 to ${longestTag} characters.`)
  const limit = checkDuration(deadline, 'deadline', { least: 1_000, most: longestDeadlineMs * 1_000 }, wrong)
  return {
    draft: {
      instants: toInstants(request, now, wrong), knowledge: request.knowledge ?? 'RECEIVED', tags: [...new Set(tags ?? [])], priority: priority ?? 0,
      deadlineMs: stream ? noDeadline : limit === undefined ? usualDeadlineMs : Math.ceil(limit / 1_000),
    },
    problems,
  }
}

function toInstants({ at, range, stream }: InferenceRequest, now: Microseconds, wrong: Wrong): Instants {
  if (stream) return { kind: 'stream', from: now, maxLag: checkDuration(stream.maxLag, 'stream.maxLag', { least: 1_000, most: 3_600 * second }, wrong) ?? usualLag }
  if (range) return checkRange(range, 'range', wrong)
  return { kind: 'at', at: typeof at === 'string' ? instant(at, 'at', wrong) ?? now : now }
}

/** Half-open. */
export function checkRange({ from: first, to: last, every: step }: RangeRequest, path: string, wrong: Wrong): Extract<Instants, { readonly kind: 'range' }> {
  const [from, to] = [instant(first, `${path}.from`, wrong) ?? 0, instant(last, `${path}.to`, wrong) ?? 1]
  const every = checkDuration(step, `${path}.every`, { least: 1_000, most: 36_525 * 86_400 * second }, wrong) ?? second
  if (!(from < to)) wrong('WRONG_TIME', `${path}.to`, 'A range begins before it ends.')
  else if ((to - from) / every > mostInstants) wrong('OUT_OF_BOUNDS', `${path}.every`, `A range has at most ${mostInstants.toLocaleString('en')} instants, not ${Math.ceil((to - from) / every).toLocaleString('en')}: take a longer step.`)
  return { kind: 'range', from, to, every }
}

function instant(text: string, name: string, wrong: Wrong): Microseconds | undefined {
  const found = parseInstant(text)
  if (found === undefined) wrong('WRONG_TIME', name, `${JSON.stringify(text.slice(0, 80))} is no instant: give one such as "2026-03-01T06:30:00Z".`)
  return found
}
