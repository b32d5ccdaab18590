import Cypher from '@neo4j/cypher-builder'
import type { GraphQLCompositeType } from 'graphql'
import type { RegisteredModel } from '../../model/registry.ts'
import type { Argument, Variables } from './argument.ts'
import { constrained, sequence, wholeNumber } from './clauses.ts'
import { orderBy, orderKeys, uniqueKey } from './order.ts'
import { anchorById, hop } from './pattern.ts'
import { compiled, type Compiled, type RootField } from './root.ts'
import { rootTwins } from './root-twins.ts'
import type { Direction, Scope } from './scope.ts'
import type { SelectedField } from './selection.ts'
import { wherePredicate } from './where.ts'

/** What a live query asks for: the arguments of its field, and what is selected of a twin. */
export interface LiveQuery {
  readonly model: RegisteredModel | undefined
  readonly given: ReadonlyMap<string, Argument>
  readonly type: GraphQLCompositeType
  readonly nodes: readonly SelectedField['nodes'][number][]
}

/** The variable that carries ids; no name of a client's has a space. */
export const idsVariable = ' ids'

/** The rows of its twins, in its order, and at most so many; of a window, its size if that is less. */
export function compileAnswer(root: RootField, query: LiveQuery, variables: Variables, most: number): Compiled {
  return compiled(root, variables, (scope) => {
    const node = new Cypher.Node()
    const reading = scope.readTwin(scope, node, query.type, query.nodes)
    return sequence(...twins(scope, node, query, most), ...reading.clauses, new Cypher.Return([Cypher.collect(reading.value), 'value']))
  })
}

/** Their ids alone. */
export function compileMembers(root: RootField, query: LiveQuery, variables: Variables, most: number): Compiled {
  return compiled(root, variables, (scope) => {
    const node = new Cypher.Node()
    return sequence(...twins(scope, node, query, most), new Cypher.Return([Cypher.collect(node.property('_id')), 'value']))
  })
}

function twins(scope: Scope, node: Cypher.Node, { model, given }: LiveQuery, most: number): readonly Cypher.Clause[] {
  const limit = given.get('limit')
  const page = orderBy(new Cypher.With(node), [...orderKeys({ node }, given.get('sort')), uniqueKey(node)])
  page.limit(limit?.kind === 'leaf' && limit.value !== null ? scope.parameters.add((values) => wholeNumber('limit', limit.get(values), most - 1)) : most)
  return [...rootTwins(scope, node, model, given), page]
}

/** Rows of those twins among the given ids that satisfy it, wherever a window ends and a scope lies: those two are `compileMembers`'s to say. */
export function compileMatching(root: RootField, query: LiveQuery, variables: Variables): Compiled {
  return compiled(root, variables, (scope) => {
    const [node, id] = [new Cypher.Node(), new Cypher.Variable()]
    const reading = scope.readTwin(scope, node, query.type, query.nodes)
    const only = query.given.get('id')
    return sequence(
      new Cypher.Unwind([scope.parameters.add((values) => values[idsVariable]), id]),
      constrained(new Cypher.Match(anchorById(scope, node, id)), scope.world.exists(node), query.model && node.hasLabel(query.model.names.type), only?.kind === 'leaf' ? Cypher.eq(id, scope.parameters.add(only.get)) : undefined, wherePredicate(scope, { node }, query.given.get('where'))),
      ...reading.clauses,
      new Cypher.Return([Cypher.collect(reading.value), 'value']),
    )
  })
}

/** One step of a way from a query's twins to others. */
export interface Step {
  readonly name: string | undefined
  readonly direction: Direction
  readonly to: RegisteredModel | undefined
}

const backwards: Readonly<Record<Direction, Direction>> = { IN: 'OUT', OUT: 'IN', BOTH: 'BOTH' }

/** The ids of the twins from which a way leads to any of the given ids; at most so many. */
export function compileOrigins(root: RootField, model: RegisteredModel | undefined, way: readonly Step[], variables: Variables, most: number): Compiled {
  return compiled(root, variables, (scope) => {
    const [first, id] = [new Cypher.Node(), new Cypher.Variable()]
    const hops: Cypher.Clause[] = []
    let at = first
    for (const [index, { name, direction }] of [...way.entries()].reverse()) {
      const [before, edge] = [new Cypher.Node(), new Cypher.Relationship()]
      const label = (index === 0 ? model : way[index - 1]?.to)?.names.type ?? 'Twin'
      hops.push(constrained(
        new Cypher.Match(hop(scope, { from: at, edge, to: before, ...(name !== undefined && { type: name }), label, direction: backwards[direction] })),
        scope.world.exists(edge), scope.world.exists(before), name === undefined ? Cypher.not(Cypher.startsWith(Cypher.type(edge), new Cypher.Literal('_'))) : undefined, // those of the past, and of components
      ))
      hops.push(new Cypher.With(before).distinct())
      at = before
    }
    return sequence(
      new Cypher.Unwind([scope.parameters.add((values) => values[idsVariable]), id]),
      new Cypher.Match(anchorById(scope, first, id)),
      ...hops,
      new Cypher.With(at).distinct().limit(most),
      new Cypher.Return([Cypher.collect(at.property('_id')), 'value']),
    )
  })
}
