import Cypher from '@neo4j/cypher-builder'
import { constrained, sequence } from './clauses.ts'
import { edgeExists } from './exists.ts'
import type { Direction, Scope } from './scope.ts'
import { lookUps } from './state.ts'
import { hasType, newSubject, type Subject } from './subject.ts'
import { isPresent, labelsIn } from './world.ts'

export interface Hop {
  readonly from: Subject
  /** Of any type, where absent. */
  readonly type?: string
  /** What it leads to; in the present a label of it. */
  readonly label: 'Twin' | '_Component' | (string & {})
  readonly direction?: Direction
}

/** The other end of a hop, to be met by it. */
export interface Met {
  readonly subject: Subject & { readonly edge: Cypher.Relationship }
  /** Finds it, where the conditions hold: on what leads there, then on what is said of it. */
  find(tests?: { readonly early?: readonly (Cypher.Predicate | undefined)[]; readonly late?: readonly (Cypher.Predicate | undefined)[] }): Cypher.Clause
}

const arrows = { OUT: 'right', IN: 'left', BOTH: 'undirected' } as const

/** One relationship, as the world has it. */
export function hop(scope: Scope, { from, type, label, direction = 'OUT' }: Hop): Met {
  const { world } = scope
  const edge = new Cypher.Relationship()
  const subject = { ...newSubject(scope, edge), edge }
  const isNow = isPresent(world)
  const pattern = new Cypher.Pattern(from.node).related(edge, { ...(type !== undefined && { type: labelsIn(world, type) }), direction: arrows[direction] }).to(subject.node, isNow ? { labels: label } : {})
  return {
    subject,
    find({ early = [], late = [] } = {}) {
      if (isNow) return constrained(new Cypher.Match(pattern), ...early, ...late)
      // What it is called then stands on its state; twins and components are told apart by the relationship's type.
      const typed = label === 'Twin' || label === '_Component' ? undefined : hasType(scope, subject, label)
      const known = new Cypher.With(edge, subject.node, ...lookUps(scope, subject, label === '_Component' ? 'component' : 'twin'))
      const tests = [typed, ...late].filter((test) => test !== undefined)
      return sequence(constrained(new Cypher.Match(pattern), edgeExists(scope, edge), ...early), tests.length > 0 ? known.where(Cypher.and(...tests)) : known)
    },
  }
}

/** In a subquery that asks only whether there is something. */
export function some(scope: Scope, found: Cypher.Clause): Cypher.Clause {
  return isPresent(scope.world) ? found : sequence(found, new Cypher.Return([new Cypher.Literal(1), new Cypher.Variable()]))
}
