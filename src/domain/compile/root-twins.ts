import Cypher from '@neo4j/cypher-builder'
import type { RegisteredModel } from '../../model/registry.ts'
import type { Argument } from './argument.ts'
import { constrained } from './clauses.ts'
import { anchor, anchorById } from './pattern.ts'
import type { Scope } from './scope.ts'
import { wherePredicate } from './where.ts'
import { withinScope } from './within.ts'

/** Finds the twins that a root field's arguments `id`, `within` and `where` leave of a type. */
export function rootTwins(scope: Scope, node: Cypher.Node, model: RegisteredModel | undefined, given: ReadonlyMap<string, Argument>): readonly Cypher.Clause[] {
  const type = model?.names.type ?? 'Twin'
  const tests = [scope.world.exists(node), wherePredicate(scope, { node }, given.get('where'))]
  const within = withinScope(scope, node, type, given.get('within'))
  if (within) {
    const [condition, ...more] = tests.filter((test) => test !== undefined)
    return condition ? [...within, new Cypher.With(node).where(Cypher.and(condition, ...more))] : within
  }
  const id = given.get('id')
  if (id?.kind === 'leaf') return [constrained(new Cypher.Match(anchorById(scope, node, scope.parameters.add(id.get))), model && node.hasLabel(type), ...tests)]
  return [constrained(new Cypher.Match(anchor(scope, node, type)), ...tests)]
}
