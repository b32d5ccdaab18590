import { presentVantage } from '../domain/vantage.ts'
import { Failure } from '../errors.ts'
import type { Reach } from '../telemetry/reach.ts'
import type { Found } from './alert-store.ts'
import { most, type Rule } from './rule.ts'

/** The twins that the twin reaches over the rule's relationships, without itself; where they are more than are kept, as far as whole steps lead to no more. */
export async function findAffected(reach: Reach, twin: string | null, { over, depth }: Pick<Rule, 'over' | 'depth'>): Promise<Found['affected']> {
  if (twin === null || over.length === 0) return { twins: [], isComplete: true }
  const at = async (steps: number): Promise<readonly string[] | undefined> => {
    try {
      return (await reach.reach([twin], over, steps, { most: most.affected + 1, vantage: presentVantage })).flatMap((found) => (found.twin === twin ? [] : [found.twin]))
    } catch (error) {
      if (error instanceof Failure && error.code === 'LIST_TOO_LONG') return undefined
      throw error
    }
  }
  const all = await at(depth)
  if (all && all.length <= most.affected) return { twins: all, isComplete: true }
  let [near, far] = [0, depth] // the most steps that lead to few enough lie in [near, far)
  let twins: readonly string[] = []
  while (far - near > 1) {
    const middle = Math.floor((near + far) / 2)
    const found = await at(middle)
    if (found && found.length <= most.affected) [near, twins] = [middle, found]
    else far = middle
  }
  return { twins, isComplete: false }
}
