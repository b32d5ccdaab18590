import Cypher from '@neo4j/cypher-builder'
import type { ColumnKind, WhereRole } from '../role.ts'
import { failure } from '../../errors.ts'
import type { Argument, Variables } from './argument.ts'
import { columnValue, columnValues } from './parameters.ts'
import type { Scope } from './scope.ts'

type Leaf = Extract<Argument, { kind: 'leaf' }>

/** The conditions on one column: `{ gte: 1, lt: 5 }`. */
export function valuePredicate(scope: Scope, column: Cypher.Expr, role: Pick<Extract<WhereRole, { kind: 'value' }>, 'stored' | 'list'>, value: Argument): Cypher.Predicate | undefined {
  if (value.kind === 'leaf') return value.value === null ? Cypher.isNull(column) : undefined
  if (value.kind !== 'object') return undefined
  return Cypher.and(...value.fields.map(({ field, value: operand }) => {
    if (field.name === 'distance' || field.name === 'within') return placePredicate(scope, column, field.name, operand)
    return operand.kind === 'leaf' ? operatorPredicate(scope, column, role, field.name, operand) : undefined
  }))
}

function operatorPredicate(scope: Scope, column: Cypher.Expr, { stored, list }: { stored: ColumnKind; list: boolean }, operator: string, operand: Leaf): Cypher.Predicate | undefined {
  if (operator === 'isNull') return operand.value === null ? undefined : operand.value === true ? Cypher.isNull(column) : Cypher.isNotNull(column)
  if (operand.value === null) return operator === 'eq' ? Cypher.isNull(column) : Cypher.eq(column, Cypher.Null)
  const one = (): Cypher.Expr => columnValue(scope.parameters, stored, operand.get)
  const many = (): Cypher.Expr => columnValues(scope.parameters, stored, operand.get)
  switch (operator) {
    case 'eq': return Cypher.eq(column, list ? many() : one())
    case 'in': return Cypher.in(column, many())
    case 'includes': return Cypher.in(one(), column)
    case 'contains': return Cypher.contains(column, one())
    case 'startsWith': return Cypher.startsWith(column, one())
    case 'endsWith': return Cypher.endsWith(column, one())
    case 'lt': return Cypher.lt(column, one())
    case 'lte': return Cypher.lte(column, one())
    case 'gt': return Cypher.gt(column, one())
    case 'gte': return Cypher.gte(column, one())
    default: throw failure('BAD_USER_INPUT', { message: `This filter has no operator ${operator}. Use eq, in, contains, startsWith, endsWith, lt, lte, gt, gte or isNull.` })
  }
}

/** `distance: { from, lt }` in metres; `within: { southWest, northEast }`. */
function placePredicate(scope: Scope, column: Cypher.Expr, operator: string, operand: Argument): Cypher.Predicate | undefined {
  if (operand.kind !== 'object') return undefined
  const leaf = (name: string): Leaf | undefined => {
    const found = operand.fields.find(({ field }) => field.name === name)?.value
    return found?.kind === 'leaf' ? found : undefined
  }
  const place = (name: string): Cypher.Expr => Cypher.point(scope.parameters.add((variables) => toPoint(leaf(name)?.get(variables))))
  if (operator === 'within') return Cypher.point.withinBBox(column, place('southWest'), place('northEast'))
  const distance = Cypher.point.distance(column, place('from'))
  return Cypher.and(...(['lt', 'lte', 'gt', 'gte'] as const).map((name) => {
    const bound = leaf(name)
    return bound && bound.value !== null ? Cypher[name](distance, scope.parameters.add((variables: Variables) => bound.get(variables))) : undefined
  }))
}

/** A GeoJSON Point as the map that Cypher's `point()` takes. */
function toPoint(value: unknown): Readonly<Record<string, number>> {
  const coordinates = typeof value === 'object' && value !== null && 'coordinates' in value ? value.coordinates : undefined
  const [longitude, latitude, height] = (Array.isArray(coordinates) ? coordinates : []) as readonly unknown[]
  if (typeof longitude !== 'number' || typeof latitude !== 'number') throw failure('BAD_USER_INPUT', { message: 'A place is a GeoJSON Point: { type: "Point", coordinates: [longitude, latitude] }.' })
  return { longitude, latitude, ...(typeof height === 'number' && { height }) }
}
