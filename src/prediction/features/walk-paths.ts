import type { FeatureSpec, PathStep } from '../feature.ts'
import type { GraphMoment } from './feature-graph.ts'

/** The twins that each of some twins reaches along a path, each once, in the order of their ids. */
export type Reached = ReadonlyMap<string, readonly string[]>

export const pathKey = (over: readonly PathStep[]): string => JSON.stringify(over.map(({ name, direction }) => [name, direction]))

/** Walks all starts of a path together, one statement a step and portion of twins. `starts`: by `pathKey`. */
export async function walkPaths(moment: Pick<GraphMoment, 'step'>, specs: readonly Pick<FeatureSpec, 'over' | 'twin'>[], twins: readonly string[]): Promise<ReadonlyMap<string, Reached>> {
  const found = new Map<string, Reached>()
  for (const [key, some] of Map.groupBy(specs.filter(({ over }) => over.length > 0), ({ over }) => pathKey(over))) {
    const starts = new Set(some.flatMap(({ twin }) => (twin === undefined ? twins : [twin])))
    found.set(key, await walk(moment, [...starts], some[0]?.over ?? []))
  }
  return found
}

async function walk(moment: Pick<GraphMoment, 'step'>, starts: readonly string[], over: readonly PathStep[]): Promise<Reached> {
  let reached = new Map<string, ReadonlySet<string>>(starts.map((start) => [start, new Set([start])]))
  for (const step of over) {
    const from = new Set([...reached.values()].flatMap((ids) => [...ids]))
    const next = Map.groupBy(await moment.step([...from], step), ([source]) => source)
    reached = new Map([...reached].map(([start, ids]) => [start, new Set([...ids].flatMap((id) => next.get(id)?.map(([, to]) => to) ?? []))]))
  }
  return new Map([...reached].map(([start, ids]) => [start, [...ids].sort((left, right) => (left < right ? -1 : 1))]))
}
