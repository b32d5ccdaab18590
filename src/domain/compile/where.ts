import Cypher from '@neo4j/cypher-builder'
import type { WhereRole } from '../role.ts'
import { componentType, mapKeysColumn } from '../../twin/columns.ts'
import type { Argument } from './argument.ts'
import { valuePredicate } from './operators.ts'
import { hop } from './pattern.ts'
import type { Scope } from './scope.ts'

/** The elements a `where` may speak of: a twin, and, in a connection, the relationship that led to it. */
export interface Subject {
  readonly node: Cypher.Node
  readonly edge?: Cypher.Relationship | undefined
}

/** The condition a `where` states; undefined where it states none. Null in Cypher is neither true nor false, as in the library. */
export function wherePredicate(scope: Scope, subject: Subject, where: Argument | undefined): Cypher.Predicate | undefined {
  if (where?.kind !== 'object') return undefined
  return Cypher.and(...where.fields.map(({ field, value }) => {
    const role = field.extensions.where
    if (!role || (value.kind === 'leaf' && value.value === null && role.kind !== 'value')) return undefined // null asks for nothing, but of a value: that there is none
    return fieldPredicate(scope, subject, role, value)
  }))
}

function fieldPredicate(scope: Scope, subject: Subject, role: WhereRole, value: Argument): Cypher.Predicate | undefined {
  switch (role.kind) {
    case 'and': return Cypher.and(...operands(scope, subject, value))
    case 'or': return Cypher.or(...operands(scope, subject, value))
    case 'not': {
      const operand = wherePredicate(scope, subject, value)
      return operand && Cypher.not(operand)
    }
    case 'node': return wherePredicate(scope, { node: subject.node }, value)
    case 'edge': return subject.edge && wherePredicate(scope, { node: subject.edge as unknown as Cypher.Node }, value) // an edge's where reads properties only
    case 'value': return valuePredicate(scope, subject.node, role, value)
    case 'latest': return value.kind === 'object' ? Cypher.and(...value.fields.map(({ value: filters }) => valuePredicate(scope, subject.node, { ...role, kind: 'value', list: false }, filters))) : undefined
    case 'map': return mapPredicate(scope, subject, role.column, value)
    case 'model': return modelPredicate(scope, subject.node, value)
    case 'component': return existence(scope, subject.node, componentType(role.component.name), '_Component', (node) => wherePredicate(scope, { node }, value))
    case 'relationship': return quantified(scope, subject.node, role, value, (node, _edge, inner) => wherePredicate(scope, { node }, inner))
    case 'relationshipConnection': return quantified(scope, subject.node, role, value, (node, edge, inner) => wherePredicate(scope, { node, edge }, inner))
  }
}

function operands(scope: Scope, subject: Subject, value: Argument): readonly Cypher.Predicate[] {
  const items = value.kind === 'list' ? value.items : [value]
  return items.flatMap((item) => wherePredicate(scope, subject, item) ?? [])
}

function mapPredicate(scope: Scope, { node }: Subject, column: string, value: Argument): Cypher.Predicate | undefined {
  if (value.kind !== 'object') return undefined
  return Cypher.and(...value.fields.map(({ field, value: operand }) => {
    if (operand.kind !== 'leaf') return undefined
    if (field.name === 'isNull') return operand.value === null ? undefined : operand.value ? Cypher.isNull(node.property(column)) : Cypher.isNotNull(node.property(column))
    return Cypher.in(scope.parameters.add(operand.get), node.property(mapKeysColumn(column)))
  }))
}

/** `_model: { is, exactly }`: by the label, which subtypes carry, or by the property. */
function modelPredicate(scope: Scope, node: Cypher.Node, value: Argument): Cypher.Predicate | undefined {
  if (value.kind !== 'object') return undefined
  const operand = (name: string): Argument | undefined => value.fields.find(({ field }) => field.name === name)?.value
  const [is, exactly] = [operand('is'), operand('exactly')]
  if (is?.kind !== 'leaf') return undefined
  if (exactly?.kind === 'leaf' && exactly.value === true) return Cypher.eq(node.property('_model'), scope.parameters.add(is.get))
  return Cypher.in(scope.parameters.add((variables) => scope.registry.get(String(is.get(variables)))?.names.type ?? ''), Cypher.labels(node))
}

type Inner = (node: Cypher.Node, edge: Cypher.Relationship, where: Argument) => Cypher.Predicate | undefined

/** `some`, `all`, `none`, `single`; `all` asks for at least one, as the library does. */
function quantified(scope: Scope, from: Cypher.Node, role: Extract<WhereRole, { relationship: unknown }>, value: Argument, inner: Inner): Cypher.Predicate | undefined {
  if (value.kind !== 'object') return undefined
  const matching = (operand: Argument, negated = false): Cypher.Match => {
    const [node, edge] = [new Cypher.Node(), new Cypher.Relationship()]
    const condition = inner(node, edge, operand)
    const match = new Cypher.Match(hop(scope, { from, edge, to: node, type: role.relationship.name, label: role.target?.names.type ?? 'Twin' }))
    const tests = [scope.world.exists(edge), scope.world.exists(node), negated ? Cypher.not(condition ?? Cypher.true) : condition].filter((test) => test !== undefined)
    return tests.length > 0 ? match.where(Cypher.and(...tests)) : match
  }
  return Cypher.and(...value.fields.map(({ field, value: operand }) => {
    if (operand.kind !== 'object') return undefined
    switch (field.name) {
      case 'some': return new Cypher.Exists(matching(operand))
      case 'none': return Cypher.not(new Cypher.Exists(matching(operand)))
      case 'all': return Cypher.and(new Cypher.Exists(matching(operand)), Cypher.not(new Cypher.Exists(matching(operand, true))))
      default: return Cypher.eq(new Cypher.Count(matching(operand)), new Cypher.Literal(1))
    }
  }))
}

function existence(scope: Scope, from: Cypher.Node, type: string, label: string, condition: (node: Cypher.Node) => Cypher.Predicate | undefined): Cypher.Predicate {
  const [node, edge] = [new Cypher.Node(), new Cypher.Relationship()]
  const match = new Cypher.Match(hop(scope, { from, edge, to: node, type, label }))
  const tests = [scope.world.exists(edge), condition(node)].filter((test) => test !== undefined)
  return new Cypher.Exists(tests.length > 0 ? match.where(Cypher.and(...tests)) : match)
}
