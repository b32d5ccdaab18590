import Cypher from '@neo4j/cypher-builder'
import { failure } from '../../errors.ts'
import type { ColumnKind } from '../role.ts'
import type { Argument, Variables } from './argument.ts'
import { columnValue } from './parameters.ts'
import type { Scope } from './scope.ts'
import { relationshipSubject, type Subject, valueOf } from './subject.ts'

/** One column of an order. The last of a connection's is unique, so that a cursor names one place. */
export interface OrderKey {
  /** Tells orders apart: a cursor is good for the one it was made in. */
  readonly name: string
  readonly column: Cypher.Expr
  readonly stored: ColumnKind
  readonly descending: boolean
  /** It always has a value. */
  readonly present: boolean
}

/** The keys a `sort` names, in order. */
export function orderKeys(subject: Subject, sort: Argument | undefined): readonly OrderKey[] {
  const items = sort?.kind === 'list' ? sort.items : sort ? [sort] : []
  return items.flatMap((item) => keysOf(subject, subject.edge, item))
}

function keysOf(subject: Subject, edge: Cypher.Relationship | undefined, item: Argument, prefix = ''): readonly OrderKey[] {
  if (item.kind !== 'object') return []
  return item.fields.flatMap(({ field, value }) => {
    const role = field.extensions.sort
    if (!role) return field.name === 'edge' && edge ? keysOf(relationshipSubject(edge), undefined, value, 'edge.') : field.name === 'node' ? keysOf(subject, undefined, value) : []
    if (value.kind !== 'leaf' || value.value === null) return []
    return [{ name: `${prefix}${role.column}`, column: valueOf(subject, role.column), stored: role.stored, descending: value.value === 'DESC', present: role.column.startsWith('_') }]
  })
}

/** Ascending by a column that every row has and no two share. */
export const uniqueKey = (of: Cypher.Node | Cypher.Relationship, column = '_id'): OrderKey => ({ name: column, column: of.property(column), stored: 'string', descending: false, present: true })

export function orderBy<T extends Cypher.With | Cypher.Return>(clause: T, keys: readonly OrderKey[]): T {
  if (keys.length > 0) clause.orderBy(...keys.map((key): [Cypher.Expr, Cypher.Order] => [key.column, key.descending ? 'DESC' : 'ASC']))
  return clause
}

/**
 * Only rows after the cursor. Missing values come last in ascending and first in descending order, as Cypher sorts them,
 * and a cursor may stand on one, so the conditions allow for null on both sides:
 * after(k1, k2, …) = k1 is after ∨ (k1 is the same ∧ after(k2, …)).
 */
export function afterCursor(scope: Scope, keys: readonly OrderKey[], cursor: (variables: Variables) => unknown): Cypher.Predicate | undefined {
  let condition: Cypher.Predicate | undefined
  for (const [index, key] of [...keys.entries()].reverse()) {
    const at = columnValue(scope.parameters, key.stored === 'instant' ? 'integer' : key.stored, (variables) => decodeCursor(cursor(variables), keys)[index + 1])
    const further = isAfter(key, at)
    const same = key.present ? Cypher.eq(key.column, at) : Cypher.or(Cypher.eq(key.column, at), Cypher.and(Cypher.isNull(key.column), Cypher.isNull(at)))
    condition = condition ? Cypher.or(further, Cypher.and(same, condition)) : further
  }
  return condition
}

function isAfter(key: OrderKey, at: Cypher.Expr): Cypher.Predicate {
  if (key.descending) return key.present ? Cypher.lt(key.column, at) : Cypher.or(Cypher.lt(key.column, at), Cypher.and(Cypher.isNull(at), Cypher.isNotNull(key.column)))
  return key.present ? Cypher.gt(key.column, at) : Cypher.or(Cypher.gt(key.column, at), Cypher.and(Cypher.isNotNull(at), Cypher.isNull(key.column)))
}

/** The order's name, then the key values of a row, in a form that survives JSON: all but numbers, texts and booleans as text. */
export function cursorValues(keys: readonly OrderKey[]): Cypher.Expr {
  const asText = new Set<ColumnKind>(['integer', 'instant', 'date', 'time', 'dateTime'])
  return new Cypher.List([new Cypher.Literal(orderName(keys)), ...keys.map((key) => (asText.has(key.stored) ? Cypher.toString(key.column) : key.column))])
}

/** Opaque to clients. */
export function encodeCursor(values: unknown): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

const orderName = (keys: readonly OrderKey[]): string => keys.map(({ name, descending }) => `${descending ? '-' : ''}${name}`).join()

function decodeCursor(cursor: unknown, keys: readonly OrderKey[]): readonly unknown[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(String(cursor), 'base64url').toString())
    if (Array.isArray(values) && values.length === keys.length + 1 && values[0] === orderName(keys)) return values
  } catch {
    // said below, with what to do
  }
  throw failure('BAD_USER_INPUT', { message: '`after` is not a cursor of this list in this order. Give an endCursor that the same field returned, with the same sort.' })
}
