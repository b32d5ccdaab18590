import Cypher from '@neo4j/cypher-builder'
import { aggregateOf } from './aggregate.ts'
import { longestList } from '../list-limit.ts'
import { type Argument, readArguments } from './argument.ts'
import { afterCursor, cursorValues, orderBy, type OrderKey, orderKeys, uniqueKey } from './order.ts'
import type { FilterOf } from './every.ts'
import { hop } from './pattern.ts'
import type { Reading, Scope } from './scope.ts'
import { namedComposite, type SelectedField, selectedFields } from './selection.ts'
import { sequence, wholeNumber } from './clauses.ts'
import { readColumn } from './column.ts'
import { relationshipSubject, type Subject, variablesOf } from './subject.ts'
import { whereFilter } from './where.ts'

/** What a connection pages over. */
export interface Paged {
  readonly subject: Subject
  /** Finds those that pass, afresh for every part of the connection. */
  find(filter: FilterOf): Cypher.Clause
  /** After a page was cut: what is still to be found of the few that are left, where relationships are followed from them. */
  readonly identify: Cypher.Clause | undefined
  readonly outer: readonly Cypher.Variable[]
  /** What makes the order total. */
  unique(of: Subject): readonly OrderKey[]
}

/** The relationships of one name and the twins they lead to. */
export function relationshipConnection(scope: Scope, from: Subject, field: SelectedField, guard: Cypher.Predicate | undefined): Reading {
  const role = field.field.extensions.role
  if (role?.kind !== 'relationshipConnection') throw new Error('Not a connection.')
  const { subject, find } = hop(scope, { from, type: role.relationship.name, label: role.target?.names.type ?? 'Twin' })
  return readConnection(scope, field, {
    subject, identify: undefined,
    find(filter) {
      const { own, far } = filter(subject)
      return find({ early: [guard], late: [own, far] })
    },
    outer: variablesOf(from),
    unique: ({ state }) => [uniqueKey(state), uniqueKey(subject.edge)],
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
  const where: FilterOf = (subject) => whereFilter(scope, subject, given.get('where'))
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
    call('totalCount', sequence(paged.find(where), new Cypher.Return([Cypher.count(paged.subject.state), total])), total)
  }
  for (const part of named('aggregate').slice(0, 1)) {
    const figures = aggregateOf(scope, paged.subject, named('aggregate').flatMap(({ nodes }) => nodes), namedComposite(part))
    const subqueries = figures.map(({ clause, value }): [Cypher.Clause, Cypher.Variable] => {
      const variable = new Cypher.Variable()
      return [new Cypher.Call(sequence(paged.find(where), clause, new Cypher.Return([value, variable])), [...paged.outer]), variable]
    })
    clauses.push(...subqueries.map(([clause]) => clause))
    found['aggregate'] = new Cypher.List(subqueries.map(([, variable]) => variable))
  }
  return { clauses, value: new Cypher.Map(found) }
}

function readPage(scope: Scope, paged: Paged, edges: readonly SelectedField[], given: ReadonlyMap<string, Argument>, where: FilterOf, result: Cypher.Variable): Cypher.Clause {
  const { subject } = paged
  const [after, first] = [given.get('after'), given.get('first')]
  const keysOf = (of: Subject): readonly OrderKey[] => [...orderKeys(of, given.get('sort')), ...paged.unique(of)]
  const keys = keysOf(subject)
  const behind: FilterOf = (of) => {
    const filter = where(of)
    const condition = after?.kind === 'leaf' && after.value !== null ? afterCursor(scope, keysOf(of), after.get) : undefined
    if (!condition) return filter
    return { ...filter, own: filter.own ? Cypher.and(filter.own, condition) : condition, columns: new Set([...filter.columns, ...keysOf(of).map(({ name }) => name)]) }
  }
  const page = orderBy(new Cypher.With(...variablesOf(subject)), keys)
  page.limit(scope.parameters.add((variables) => wholeNumber('first', first?.kind === 'leaf' ? first.get(variables) ?? 50 : 50, longestList) + 1n))
  const parts = edges.flatMap((edge) => selectedFields(scope, namedComposite(edge), edge.nodes.map((node) => node.selectionSet)))
  const nodes = parts.filter((part) => part.field.name === 'node')
  const properties = parts.filter((part) => part.field.name === 'properties')
  const reading = nodes[0] && scope.readTwin(scope, subject, namedComposite(nodes[0]), nodes.flatMap((part) => part.nodes))
  const item: Record<string, Cypher.Expr> = { at: cursorValues(keys) }
  if (reading) item['node'] = reading.value
  if (subject.edge && properties[0]) item['properties'] = readEdge(scope, subject.edge, properties)
  const clauses = reading?.clauses ?? []
  return sequence(paged.find(behind), page, clauses.length > 0 ? paged.identify : undefined, ...clauses, new Cypher.Return([Cypher.collect(new Cypher.Map(item)), result]))
}

function readEdge(scope: Scope, edge: Cypher.Relationship, fields: readonly SelectedField[]): Cypher.Expr {
  const values: Record<string, Cypher.Expr> = { _id: edge.property('_id'), _v: edge.property('_v') }
  for (const field of fields) {
    for (const { field: { extensions: { role } } } of selectedFields(scope, namedComposite(field), field.nodes.map((node) => node.selectionSet))) {
      if (role?.kind === 'property') values[role.property.name] = readColumn(relationshipSubject(edge), role.property.name, role.property.schema)
    }
  }
  return new Cypher.Map(values)
}
