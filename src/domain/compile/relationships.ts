import Cypher from '@neo4j/cypher-builder'
import { longestList } from '../list-limit.ts'
import { readArguments } from './argument.ts'
import { afterCursor, cursorValues, orderBy, type OrderKey } from './order.ts'
import { hop } from './pattern.ts'
import type { Direction, Reading, Scope } from './scope.ts'
import { namedComposite, type SelectedField, selectedFields } from './selection.ts'
import { constrained, sequence, wholeNumber } from './clauses.ts'
import { allProperties } from './column.ts'

/** `_relationships`: those of any name, in either direction, ordered by name, source and id, which together are unique. */
export function relationshipsOf(scope: Scope, from: Cypher.Node, field: SelectedField): Reading {
  const given = readArguments(field.field.args, field.nodes[0]?.arguments, scope.variables)
  const leaf = (name: string): Extract<ReturnType<typeof given.get>, { kind: 'leaf' }> | undefined => {
    const value = given.get(name)
    return value?.kind === 'leaf' && value.value !== null ? value : undefined
  }
  const [edge, other, source, target] = [new Cypher.Relationship(), new Cypher.Node(), new Cypher.Node(), new Cypher.Node()]
  const [names, after, first] = [leaf('names'), leaf('after'), leaf('first')]
  const match = (): Cypher.Match => constrained(
    new Cypher.Match(hop(scope, { from, edge, to: other, label: 'Twin', direction: (leaf('direction')?.value ?? 'BOTH') as Direction })),
    Cypher.not(Cypher.startsWith(Cypher.type(edge), new Cypher.Literal('_'))),
    names && Cypher.in(Cypher.type(edge), scope.parameters.add(names.get)),
  )
  const ends = new Cypher.With(edge, [Cypher.startNode(edge), source], [Cypher.endNode(edge), target])
  const keys: readonly OrderKey[] = ([['type', Cypher.type(edge)], ['source', source.property('_id')], ['_id', edge.property('_id')]] as const).map(([name, column]) => ({ name, column, stored: 'string', descending: false, present: true }))
  const condition = after && afterCursor(scope, keys, after.get)
  if (condition) ends.where(condition)
  orderBy(ends, keys)
  ends.limit(scope.parameters.add((variables) => wholeNumber('first', first?.get(variables) ?? 50, longestList) + 1n))

  const parts = selectedFields(scope, namedComposite(field), field.nodes.map((node) => node.selectionSet))
  const edgeParts = parts.filter((part) => part.field.name === 'edges').flatMap((part) => selectedFields(scope, namedComposite(part), part.nodes.map((node) => node.selectionSet)))
  const nodes = edgeParts.filter((part) => part.field.name === 'node')
  const inner = nodes.flatMap((part) => selectedFields(scope, namedComposite(part), part.nodes.map((node) => node.selectionSet)))
  const end = (name: string, node: Cypher.Node): Reading | undefined => {
    const fields = inner.filter((part) => part.field.name === name)
    return fields[0] && scope.readTwin(scope, node, namedComposite(fields[0]), fields.flatMap((part) => part.nodes))
  }
  const [start, finish] = [end('from', source), end('to', target)]
  const item = new Cypher.Map({
    _id: edge.property('_id'), name: Cypher.type(edge), version: edge.property('_v'), sourceModel: source.property('_model'), properties: allProperties(edge),
    ...(start && { from: start.value }), ...(finish && { to: finish.value }),
  })
  const [page, total] = [new Cypher.Variable(), new Cypher.Variable()]
  const clauses: Cypher.Clause[] = [new Cypher.Call(sequence(
    match(), ends, ...(start?.clauses ?? []), ...(finish?.clauses ?? []),
    new Cypher.Return([Cypher.collect(new Cypher.Map({ node: item, at: cursorValues(keys) })), page]),
  ), [from])]
  const value: Record<string, Cypher.Expr> = { edges: page }
  if (parts.some((part) => part.field.name === 'totalCount')) {
    clauses.push(new Cypher.Call(sequence(match(), new Cypher.Return([Cypher.count(edge), total])), [from]))
    value['totalCount'] = total
  }
  return { clauses, value: new Cypher.Map(value) }
}
