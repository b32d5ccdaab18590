import Cypher from '@neo4j/cypher-builder'
import type { GraphQLCompositeType } from 'graphql'
import type { RegisteredModel } from '../../model/registry.ts'
import { twinById } from './anchor.ts'
import type { Argument, Variables } from './argument.ts'
import { sequence, wholeNumber } from './clauses.ts'
import { identified } from './every.ts'
import { orderBy, orderKeys, uniqueKey } from './order.ts'
import { hop } from './pattern.ts'
import { isOfModel } from './relationships.ts'
import { compiled, type Compiled, idsVariable, type RootField } from './root.ts'
import { rootTwins } from './root-twins.ts'
import type { Direction, Scope } from './scope.ts'
import type { SelectedField } from './selection.ts'
import { newSubject, type Subject, variablesOf } from './subject.ts'
import { wherePredicate } from './where.ts'

/** What a live query asks for: the arguments of its field, and what is selected of a twin. */
export interface LiveQuery {
  readonly model: RegisteredModel | undefined
  readonly given: ReadonlyMap<string, Argument>
  readonly type: GraphQLCompositeType
  readonly nodes: readonly SelectedField['nodes'][number][]
}

/** The rows of its twins, in its order, and at most so many; of a window, its size if that is less. */
export function compileAnswer(root: RootField, query: LiveQuery, variables: Variables, most: number): Compiled {
  return compiled(root, variables, (scope) => {
    const twin = newSubject(scope)
    const { clauses, value } = scope.readTwin(scope, twin, query.type, query.nodes)
    return sequence(...twins(scope, twin, query, most), clauses.length > 0 ? identified(scope, twin) : undefined, ...clauses, new Cypher.Return([Cypher.collect(value), 'value']))
  })
}

/** Their ids alone. */
export function compileMembers(root: RootField, query: LiveQuery, variables: Variables, most: number): Compiled {
  return compiled(root, variables, (scope) => {
    const twin = newSubject(scope)
    return sequence(...twins(scope, twin, query, most), new Cypher.Return([Cypher.collect(twin.state.property('_id')), 'value']))
  })
}

function twins(scope: Scope, twin: Subject, { model, given }: LiveQuery, most: number): readonly Cypher.Clause[] {
  const limit = given.get('limit')
  const page = orderBy(new Cypher.With(...variablesOf(twin)), [...orderKeys(twin, given.get('sort')), uniqueKey(twin.state)])
  page.limit(limit?.kind === 'leaf' && limit.value !== null ? scope.parameters.add((values) => wholeNumber('limit', limit.get(values), most - 1)) : most)
  return [...rootTwins(scope, twin, model, given), page]
}

/** Rows of those twins among the given ids that satisfy it, wherever a window ends and a scope lies: those two are `compileMembers`'s to say. */
export function compileMatching(root: RootField, query: LiveQuery, variables: Variables): Compiled {
  return compiled(root, variables, (scope) => {
    const [twin, id] = [newSubject(scope), new Cypher.Variable()]
    const reading = scope.readTwin(scope, twin, query.type, query.nodes)
    const only = query.given.get('id')
    const isIt = only?.kind === 'leaf' ? Cypher.eq(twin.state.property('_id'), scope.parameters.add(only.get)) : undefined
    return sequence(
      new Cypher.Unwind([scope.parameters.add((values) => values[idsVariable]), id]),
      twinById(scope, twin, id, { type: query.model?.names.type, tests: [isIt, wherePredicate(scope, twin, query.given.get('where'))] }),
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
    const [first, id] = [newSubject(scope), new Cypher.Variable()]
    const hops: Cypher.Clause[] = []
    let at = first
    for (const [index, { name, direction }] of [...way.entries()].reverse()) {
      const label = (index === 0 ? model : way[index - 1]?.to)?.names.type ?? 'Twin'
      const { subject: { edge, ...before }, find } = hop(scope, { from: at, ...(name !== undefined && { type: name }), label, direction: backwards[direction] })
      hops.push(find({ early: [name === undefined ? isOfModel(scope.world, edge) : undefined] }), new Cypher.With(...variablesOf(before)).distinct())
      at = before
    }
    return sequence(
      new Cypher.Unwind([scope.parameters.add((values) => values[idsVariable]), id]),
      twinById(scope, first, id),
      ...hops,
      new Cypher.With([at.state.property('_id'), id]).distinct().limit(most),
      new Cypher.Return([Cypher.collect(id), 'value']),
    )
  })
}
