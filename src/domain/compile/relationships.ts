import Cypher from '@neo4j/cypher-builder'
import { longestList } from '../list-limit.ts'
import { readArguments } from './argument.ts'
import { afterCursor, cursorValues, orderBy, type OrderKey } from './order.ts'
import { hop } from './pattern.ts'
import type { Direction, Reading, Scope } from './scope.ts'
import { namedComposite, type SelectedField, selectedFields } from './selection.ts'
import { sequence, wholeNumber } from './clauses.ts'
import { allProperties } from './column.ts'
import { lookUps } from './state.ts'
import { newSubject, relationshipSubject, type Subject, valueOf, variablesOf } from './subject.ts'
import { isPresent, namesIn, type World } from './world.ts'

/** `_relationships`: those of any name, in either direction, ordered by name, source and id, which together are unique. */
export function relationshipsOf(scope: Scope, from: Subject, field: SelectedField): Reading {
  const given = readArguments(field.field.args, field.nodes[0]?.arguments, scope.variables)
  const leaf = (name: string): Extract<ReturnType<typeof given.get>, { kind: 'leaf' }> | undefined => {
    const value = given.get(name)
    return value?.kind === 'leaf' && value.value !== null ? value : undefined
  }
  const { world } = scope
  const { subject: { edge }, find } = hop(scope, { from, label: 'Twin', direction: (leaf('direction')?.value ?? 'BOTH') as Direction })
  const [start, finish] = [newSubject(scope), newSubject(scope)]
  const [names, after, first] = [leaf('names'), leaf('after'), leaf('first')]
  const name = relationshipName(world, edge)
  const match = (): Cypher.Clause => find({ early: [isOfModel(world, edge), names && Cypher.in(name, scope.parameters.add(names.get))] })
  const ends = new Cypher.With(edge, [Cypher.startNode(edge), start.node], [Cypher.endNode(edge), finish.node])
  const keys: readonly OrderKey[] = ([['type', name], ['source', start.node.property('_id')], ['_id', edge.property('_id')]] as const).map(([key, column]) => ({ name: key, column, stored: 'string', descending: false, present: true }))
  const condition = after && afterCursor(scope, keys, after.get)
  if (condition) ends.where(condition)
  orderBy(ends, keys)
  ends.limit(scope.parameters.add((variables) => wholeNumber('first', first?.get(variables) ?? 50, longestList) + 1n))

  const parts = selectedFields(scope, namedComposite(field), field.nodes.map((node) => node.selectionSet))
  const edgeParts = parts.filter((part) => part.field.name === 'edges').flatMap((part) => selectedFields(scope, namedComposite(part), part.nodes.map((node) => node.selectionSet)))
  const nodes = edgeParts.filter((part) => part.field.name === 'node')
  const inner = nodes.flatMap((part) => selectedFields(scope, namedComposite(part), part.nodes.map((node) => node.selectionSet)))
  const end = (key: string, twin: Subject): Reading | undefined => {
    const fields = inner.filter((part) => part.field.name === key)
    return fields[0] && scope.readTwin(scope, twin, namedComposite(fields[0]), fields.flatMap((part) => part.nodes))
  }
  const [source, target] = [end('from', start), end('to', finish)]
  const known = isPresent(world) ? undefined : new Cypher.With(edge, start.node, finish.node, ...lookUps(scope, start), ...lookUps(scope, finish))
  const item = new Cypher.Map({
    _id: edge.property('_id'), name, version: edge.property('_v'), sourceModel: valueOf(start, '_model'), properties: allProperties(relationshipSubject(edge)),
    ...(source && { from: source.value }), ...(target && { to: target.value }),
  })
  const [page, total] = [new Cypher.Variable(), new Cypher.Variable()]
  const clauses: Cypher.Clause[] = [new Cypher.Call(sequence(
    match(), ends, known, ...(source?.clauses ?? []), ...(target?.clauses ?? []),
    new Cypher.Return([Cypher.collect(new Cypher.Map({ node: item, at: cursorValues(keys) })), page]),
  ), variablesOf(from))]
  const value: Record<string, Cypher.Expr> = { edges: page }
  if (parts.some((part) => part.field.name === 'totalCount')) {
    clauses.push(new Cypher.Call(sequence(match(), new Cypher.Return([Cypher.count(edge), total])), variablesOf(from)))
    value['totalCount'] = total
  }
  return { clauses, value: new Cypher.Map(value) }
}

/** Not one to a component. In other worlds, what it was or would be counts, too: a name of a model never begins with `_`. */
export function isOfModel(world: World, edge: Cypher.Relationship): Cypher.Predicate {
  const type = Cypher.type(edge)
  const begins = (text: string): Cypher.Predicate => Cypher.startsWith(type, new Cypher.Literal(text))
  const now = Cypher.not(begins('_'))
  const others = namesIn(world, '').slice(1).map((prefix) => Cypher.and(begins(prefix), Cypher.not(begins(`${prefix}_`))))
  return others.length === 0 ? now : Cypher.or(now, ...others)
}

function relationshipName(world: World, edge: Cypher.Relationship): Cypher.Expr {
  const type = Cypher.type(edge)
  const prefixes = namesIn(world, '').slice(1)
  if (prefixes.length === 0) return type
  const name = new Cypher.Case()
  for (const prefix of prefixes) name.when(Cypher.startsWith(type, new Cypher.Literal(prefix))).then(Cypher.substring(type, new Cypher.Literal(prefix.length)))
  return name.else(type)
}
