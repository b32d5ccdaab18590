import { setImmediate } from 'node:timers/promises'
import { failure } from '../../errors.ts'
import type { FeatureSpec, PathStep } from '../feature.ts'
import type { GraphMoment } from './feature-graph.ts'

/** The twins that each of some twins reaches along a path, each once, in the order of their ids. */
export type Reached = ReadonlyMap<string, readonly string[]>

export const pathKey = (over: readonly PathStep[]): string => JSON.stringify(over.map(({ name, direction }) => [name, direction]))

/** Steps that are taken in all, from whichever start; between so many others have a turn. */
const [mostSteps, stepsInTurn] = [5_000_000, 20_000]

interface Walked {
  steps: number
}

/**
 * Walks all starts of a path together, one statement a step and portion of twins. `starts`: by `pathKey`. Throws LIST_TOO_LONG where the paths of all starts lead over too much, as
 * those do that go from each of many twins to what they have in common and back to all.
 */
export async function walkPaths(moment: Pick<GraphMoment, 'step'>, specs: readonly Pick<FeatureSpec, 'over' | 'twin'>[], twins: readonly string[]): Promise<ReadonlyMap<string, Reached>> {
  const found = new Map<string, Reached>()
  const walked: Walked = { steps: 0 }
  for (const [key, some] of Map.groupBy(specs.filter(({ over }) => over.length > 0), ({ over }) => pathKey(over))) {
    const starts = new Set(some.flatMap(({ twin }) => (twin === undefined ? twins : [twin])))
    found.set(key, await walk(moment, [...starts], some[0]?.over ?? [], walked))
  }
  return found
}

async function walk(moment: Pick<GraphMoment, 'step'>, starts: readonly string[], over: readonly PathStep[], walked: Walked): Promise<Reached> {
  let reached = new Map<string, ReadonlySet<string>>(starts.map((start) => [start, new Set([start])]))
  for (const step of over) {
    const from = new Set<string>()
    for (const ids of reached.values()) for (const id of ids) from.add(id)
    const next = Map.groupBy(await moment.step([...from], step), ([source]) => source)
    const further = new Map<string, ReadonlySet<string>>()
    let turn = walked.steps
    for (const [start, ids] of reached) {
      further.set(start, follow(ids, next, step, walked))
      if (walked.steps - turn < stepsInTurn) continue
      turn = walked.steps
      await setImmediate()
    }
    reached = further
  }
  return new Map([...reached].map(([start, ids]) => [start, [...ids].sort((left, right) => (left < right ? -1 : 1))]))
}

function follow(ids: ReadonlySet<string>, next: ReadonlyMap<string, readonly (readonly [from: string, to: string])[]>, { name }: PathStep, walked: Walked): ReadonlySet<string> {
  const found = new Set<string>()
  for (const id of ids) {
    const pairs = next.get(id) ?? []
    walked.steps += pairs.length
    if (walked.steps > mostSteps) throw failure('LIST_TOO_LONG', { message: `The paths of all twins together follow more than ${mostSteps.toLocaleString('en')} relationships, at ${name}. Ask of fewer twins at a time, or take shorter paths.` })
    for (const [, to] of pairs) found.add(to)
  }
  return found
}
