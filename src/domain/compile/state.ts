import Cypher from '@neo4j/cypher-builder'
import type { Scope } from './scope.ts'
import type { Subject } from './subject.ts'
import { isPresent } from './world.ts'

type Projection = [Cypher.Expr, Cypher.Variable]

/** Past states of both lie under one label, and a twin may have an id that looks like a component's. */
export type Kind = 'twin' | 'component'

/** What a node that was met has to be looked up for: its state of then, and what scenarios say of it. */
export function lookUps(scope: Scope, { node, state, words }: Subject, kind: Kind = 'twin'): readonly Projection[] {
  if (isPresent(scope.world)) return []
  return [[stateOf(scope, node, kind), state], ...(words ? [[wordsOn(scope, node), words] satisfies Projection] : [])]
}

/** Most things have not changed since; of those that have, the first state that ended later. It is in the index, in order. */
function stateOf({ world, tenant, at }: Scope, node: Cypher.Node, kind: Kind): Cypher.Expr {
  if (!world.isPast) return node
  const past = new Cypher.Node()
  const isPart = past.hasLabel('_was__Component')
  const states = new Cypher.Match(new Cypher.Pattern(past, { labels: '_Past', properties: { _t: tenant, _id: node.property('_id') } }))
    .where(Cypher.and(Cypher.gt(past.property('_to'), at()), kind === 'component' ? isPart : Cypher.not(isPart))).return(past).orderBy(...['_t', '_id', '_to'].map((column): [Cypher.Expr, Cypher.Order] => [past.property(column), 'ASC'])).limit(1) // as the index is: by `_to` alone, all would be read
  const unchanged = Cypher.lte(node.property('_since'), at())
  const choice = new Cypher.Case().when(world.isBranch ? Cypher.or(Cypher.isNotNull(node.property('_s')), unchanged) : unchanged) // what a scenario made has no instant
  return choice.then(node).else(Cypher.head(new Cypher.Collect(states)))
}

/** Of those scenarios alone that have marked the node: another's word may be on a twin of the same id that is hidden here. */
export function wordsOn({ tenant, chain }: Scope, node: Cypher.Node): Cypher.Expr {
  const [marked, speaking, number, word] = [new Cypher.Variable(), new Cypher.Variable(), new Cypher.Variable(), new Cypher.Node()]
  const speakers = new Cypher.ListComprehension(speaking).in(chain()).where(Cypher.in(speaking, node.property('_in')))
  const said = new Cypher.Unwind([speakers, number]).match(new Cypher.Pattern(word, { labels: '_Word', properties: { _t: tenant, _s: number, _id: node.property('_id') } }))
    .return(word).orderBy([number, 'DESC']) // who branches off later is nearer
  return new Cypher.Case().when(Cypher.any(marked, node.property('_in'), Cypher.in(marked, chain()))).then(new Cypher.Collect(said))
}
