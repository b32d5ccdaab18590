import Cypher from '@neo4j/cypher-builder'
import type { WhereRole } from '../role.ts'
import { componentType, mapKeysColumn } from '../../twin/columns.ts'
import type { Argument } from './argument.ts'
import { valuePredicate } from './operators.ts'
import type { Filter } from './every.ts'
import { hop, some } from './pattern.ts'
import type { Scope } from './scope.ts'
import { hasTypeNamed, relationshipSubject, type Subject, valueOf } from './subject.ts'

/** The condition a `where` states; undefined where it states none. Null in Cypher is neither true nor false, as in the library. */
export function wherePredicate(scope: Scope, subject: Subject, where: Argument | undefined): Cypher.Predicate | undefined {
  if (where?.kind !== 'object') return undefined
  return Cypher.and(...where.fields.map((given) => givenPredicate(scope, subject, given)))
}

type Given = Extract<Argument, { kind: 'object' }>['fields'][number]

function givenPredicate(scope: Scope, subject: Subject, { field, value }: Given): Cypher.Predicate | undefined {
  const role = field.extensions.where
  if (!role || (value.kind === 'leaf' && value.value === null && role.kind !== 'value')) return undefined // null asks for nothing, but of a value: that there is none
  return fieldPredicate(scope, subject, role, value)
}

/** The same condition in two parts, which both must hold. */
export function whereFilter(scope: Scope, subject: Subject, where: Argument | undefined): Filter {
  if (where?.kind !== 'object') return { own: undefined, far: undefined, columns: new Set() }
  const part = (isWanted: (given: Given) => boolean): Cypher.Predicate | undefined => {
    const tests = where.fields.filter(isWanted).flatMap((given) => givenPredicate(scope, subject, given) ?? [])
    return tests.length > 0 ? Cypher.and(...tests) : undefined
  }
  return { own: part((given) => !isFar(given)), far: part(isFar), columns: new Set(where.fields.filter((given) => !isFar(given)).flatMap(columnsOf)) }
}

/** The columns that a near condition looks at. Latest values are none that a scenario sets: they come with the request. */
function columnsOf({ field, value }: Given): readonly string[] {
  const role = field.extensions.where
  if (role?.kind === 'value') return [role.column]
  if (role?.kind === 'map') return [role.column, mapKeysColumn(role.column)]
  if (role?.kind !== 'and' && role?.kind !== 'or' && role?.kind !== 'not') return []
  return (value.kind === 'list' ? value.items : [value]).flatMap((item) => (item.kind === 'object' ? item.fields.flatMap(columnsOf) : []))
}

/** Does it look beyond the twin's own columns? */
function isFar({ field, value }: Given): boolean {
  const kind = field.extensions.where?.kind
  if (kind === 'relationship' || kind === 'relationshipConnection' || kind === 'component') return true
  if (kind !== 'and' && kind !== 'or' && kind !== 'not') return false
  const items = value.kind === 'list' ? value.items : [value]
  return items.some((item) => item.kind === 'object' && item.fields.some(isFar))
}

function fieldPredicate(scope: Scope, subject: Subject, role: WhereRole, value: Argument): Cypher.Predicate | undefined {
  switch (role.kind) {
    case 'and': return Cypher.and(...operands(scope, subject, value))
    case 'or': return Cypher.or(...operands(scope, subject, value))
    case 'not': {
      const operand = wherePredicate(scope, subject, value)
      return operand && Cypher.not(operand)
    }
    case 'node': return wherePredicate(scope, withoutEdge(subject), value)
    case 'edge': return subject.edge && wherePredicate(scope, relationshipSubject(subject.edge), value)
    case 'value': return valuePredicate(scope, valueOf(subject, role.column), role, value)
    case 'latest': return latestPredicate(scope, subject, role, value)
    case 'map': return mapPredicate(subject, scope, role.column, value)
    case 'model': return modelPredicate(scope, subject, value)
    case 'component': return hasComponent(scope, subject, componentType(role.component.name), value)
    case 'relationship': return quantified(scope, subject, role, value, (met, inner) => wherePredicate(scope, withoutEdge(met), inner))
    case 'relationshipConnection': return quantified(scope, subject, role, value, (met, inner) => wherePredicate(scope, met, inner))
  }
}

function operands(scope: Scope, subject: Subject, value: Argument): readonly Cypher.Predicate[] {
  const items = value.kind === 'list' ? value.items : [value]
  return items.flatMap((item) => wherePredicate(scope, subject, item) ?? [])
}

/** In other worlds than the present the columns do not say it: then the values come with the request. */
function latestPredicate(scope: Scope, subject: Subject, role: Extract<WhereRole, { kind: 'latest' }>, value: Argument): Cypher.Predicate | undefined {
  if (value.kind !== 'object') return undefined
  const column = scope.latest(subject, role.column, role.stored)
  return Cypher.and(...value.fields.map(({ value: filters }) => valuePredicate(scope, column, { ...role, list: false }, filters)))
}

function mapPredicate(subject: Subject, scope: Scope, column: string, value: Argument): Cypher.Predicate | undefined {
  if (value.kind !== 'object') return undefined
  const map = valueOf(subject, column)
  return Cypher.and(...value.fields.map(({ field, value: operand }) => {
    if (operand.kind !== 'leaf') return undefined
    if (field.name === 'isNull') return operand.value === null ? undefined : operand.value ? Cypher.isNull(map) : Cypher.isNotNull(map)
    return Cypher.in(scope.parameters.add(operand.get), valueOf(subject, mapKeysColumn(column)))
  }))
}

/** `_model: { is, exactly }`: by the label, which subtypes carry, or by the property. */
function modelPredicate(scope: Scope, subject: Subject, value: Argument): Cypher.Predicate | undefined {
  if (value.kind !== 'object') return undefined
  const operand = (name: string): Argument | undefined => value.fields.find(({ field }) => field.name === name)?.value
  const [is, exactly] = [operand('is'), operand('exactly')]
  if (is?.kind !== 'leaf') return undefined
  if (exactly?.kind === 'leaf' && exactly.value === true) return Cypher.eq(valueOf(subject, '_model'), scope.parameters.add(is.get))
  return hasTypeNamed(scope, subject, (variables) => scope.registry.get(String(is.get(variables)))?.names.type ?? '')
}

type Inner = (met: Subject, where: Argument) => Cypher.Predicate | undefined

/** `some`, `all`, `none`, `single`; `all` asks for at least one, as the library does. */
function quantified(scope: Scope, from: Subject, role: Extract<WhereRole, { relationship: unknown }>, value: Argument, inner: Inner): Cypher.Predicate | undefined {
  if (value.kind !== 'object') return undefined
  const matching = (operand: Argument, negated = false): Cypher.Clause => {
    const { subject, find } = hop(scope, { from, type: role.relationship.name, label: role.target?.names.type ?? 'Twin' })
    const condition = inner(subject, operand)
    return some(scope, find({ late: [negated ? Cypher.not(condition ?? Cypher.true) : condition] }))
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

function hasComponent(scope: Scope, from: Subject, type: string, value: Argument): Cypher.Predicate {
  const { subject, find } = hop(scope, { from, type, label: '_Component' })
  return new Cypher.Exists(some(scope, find({ late: [wherePredicate(scope, withoutEdge(subject), value)] })))
}

function withoutEdge({ node, state, words }: Subject): Subject {
  return { node, state, ...(words && { words }) }
}
