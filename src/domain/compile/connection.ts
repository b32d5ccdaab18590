import Cypher from '@neo4j/cypher-builder'
import type { RegisteredModel } from '../../model/registry.ts'
import { aggregateOf } from './aggregate.ts'
import { longestList } from '../list-limit.ts'
import { type Argument, readArguments } from './argument.ts'
import { afterCursor, cursorValues, orderBy, type OrderKey, orderKeys, uniqueKey } from './order.ts'
import { hop } from './pattern.ts'
import type { Reading, Scope } from './scope.ts'
import { namedComposite, type SelectedField, selectedFields } from './selection.ts'
import { constrained, sequence, wholeNumber } from './clauses.ts'
import { readColumn } from './column.ts'
import { type Subject, wherePredicate } from './where.ts'

/** What a connection pages over. */
export interface Paged extends Subject {
  /** The pattern that finds it, afresh for every part of the connection. */
  match(): Cypher.Match
  readonly outer: readonly Cypher.Variable[]
  readonly tests: readonly (Cypher.Predicate | undefined)[]
  readonly target: RegisteredModel | undefined
  /** What makes the order total. */
  readonly unique: readonly OrderKey[]
}

/** The relationships of one name and the twins they lead to. */
export function relationshipConnection(scope: Scope, from: Cypher.Node, field: SelectedField, guard: Cypher.Predicate | undefined): Reading {
  const role = field.field.extensions.role
  if (role?.kind !== 'relationshipConnection') throw new Error('Not a connection.')
  const [node, edge] = [new Cypher.Node(), new Cypher.Relationship()]
  return readConnection(scope, field, {
    node, edge,
    match: () => new Cypher.Match(hop(scope, { from, edge, to: node, type: role.relationship.name, label: role.target?.names.type ?? 'Twin' })),
    outer: [from],
    tests: [scope.world.exists(edge), scope.world.exists(node), guard],
    target: role.target,
    unique: [uniqueKey(node), uniqueKey(edge)],
  })
}

/**
 * A page of at most `first` + 1 items (the one more tells that there is a next page) from the cursor on, found by the order's values, never by skipping;
 * the count and the figures only where they are asked for. The value: `{ edges: [{ node, properties, at }], totalCount, aggregate }`.
 */
export function readConnection(scope: Scope, field: SelectedField, paged: Paged): Reading {
  const given = readArguments(field.field.args, field.nodes[0]?.arguments, scope.variables)
  const parts = selectedFields(scope, namedComposite(field), field.nodes.map((node) => node.selectionSet))
  const named = (name: string): readonly SelectedField[] => parts.filter((part) => part.field.name === name)
  const where = wherePredicate(scope, paged, given.get('where'))
  const found: Record<string, Cypher.Expr> = {}
  const clauses: Cypher.Clause[] = []
  const call = (name: string, clause: Cypher.Clause, variable: Cypher.Variable): void => {
    clauses.push(new Cypher.Call(clause, [...paged.outer]))
    found[name] = variable
  }
  if (named('edges').length + named('pageInfo').length > 0) {
    const edges = new Cypher.Variable()
    call('edges', readPage(scope, paged, named('edges'), given, where, edges), edges)
  }
  if (named('totalCount').length > 0) {
    const total = new Cypher.Variable()
    call('totalCount', sequence(constrained(paged.match(), ...paged.tests, where), new Cypher.Return([Cypher.count(paged.node), total])), total)
  }
  for (const part of named('aggregate').slice(0, 1)) {
    const figures = aggregateOf(scope, paged.node, named('aggregate').flatMap(({ nodes }) => nodes), namedComposite(part))
    const subqueries = figures.map(({ clause, value }): [Cypher.Clause, Cypher.Variable] => {
      const variable = new Cypher.Variable()
      return [new Cypher.Call(sequence(constrained(paged.match(), ...paged.tests, where), clause, new Cypher.Return([value, variable])), [...paged.outer]), variable]
    })
    clauses.push(...subqueries.map(([clause]) => clause))
    found['aggregate'] = new Cypher.List(subqueries.map(([, variable]) => variable))
  }
  return { clauses, value: new Cypher.Map(found) }
}

function readPage(scope: Scope, paged: Paged, edges: readonly SelectedField[], given: ReadonlyMap<string, Argument>, where: Cypher.Predicate | undefined, result: Cypher.Variable): Cypher.Clause {
  const keys = [...orderKeys(paged, given.get('sort')), ...paged.unique]
  const after = given.get('after')
  const first = given.get('first')
  const condition = after?.kind === 'leaf' && after.value !== null ? afterCursor(scope, keys, after.get) : undefined
  const page = orderBy(new Cypher.With(paged.node, ...(paged.edge ? [paged.edge] : [])), keys)
  page.limit(scope.parameters.add((variables) => wholeNumber('first', first?.kind === 'leaf' ? first.get(variables) ?? 50 : 50, longestList) + 1n))
  const parts = edges.flatMap((edge) => selectedFields(scope, namedComposite(edge), edge.nodes.map((node) => node.selectionSet)))
  const nodes = parts.filter((part) => part.field.name === 'node')
  const properties = parts.filter((part) => part.field.name === 'properties')
  const reading = nodes[0] && scope.readTwin(scope, paged.node, namedComposite(nodes[0]), nodes.flatMap((part) => part.nodes))
  const item: Record<string, Cypher.Expr> = { at: cursorValues(keys) }
  if (reading) item['node'] = reading.value
  if (paged.edge && properties[0]) item['properties'] = readEdge(scope, paged.edge, properties)
  return sequence(constrained(paged.match(), ...paged.tests, where, condition), page, ...(reading?.clauses ?? []), new Cypher.Return([Cypher.collect(new Cypher.Map(item)), result]))
}

function readEdge(scope: Scope, edge: Cypher.Relationship, fields: readonly SelectedField[]): Cypher.Expr {
  const values: Record<string, Cypher.Expr> = { _id: edge.property('_id'), _v: edge.property('_v') }
  for (const field of fields) {
    for (const { field: { extensions: { role } } } of selectedFields(scope, namedComposite(field), field.nodes.map((node) => node.selectionSet))) {
      if (role?.kind === 'property') values[role.property.name] = readColumn(edge, role.property.name, role.property.schema)
    }
  }
  return new Cypher.Map(values)
}
