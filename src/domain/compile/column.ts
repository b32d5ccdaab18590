import Cypher from '@neo4j/cypher-builder'
import type { Schema } from '../../model/model.ts'
import { columnNames, type Subject, valueOf } from './subject.ts'
import { listElementKind, storedKind } from '../../twin/stored-value.ts'

/** Numbers beyond 2^53 come as text: the driver's numbers would lose digits. */
const is64Bit = (schema: Schema): boolean => schema.kind === 'primitive' && schema.type === 'long'
/** Can the column be taken as it is? */
export const isPlain = (schema: Schema): boolean => !is64Bit(schema) && !(schema.kind === 'array' && is64Bit(schema.element))

export function readColumn(of: Subject, name: string, schema: Schema): Cypher.Expr {
  const column = valueOf(of, name)
  if (schema.kind === 'array' && listElementKind(schema) === 'integer') {
    const item = new Cypher.Variable()
    return new Cypher.ListComprehension(item).in(column).map(Cypher.toString(item))
  }
  return storedKind(schema) === 'integer' && is64Bit(schema) ? Cypher.toString(column) : column
}

/** Name and value of every property of a model, integers as text: names that begin with `_` are the system's. */
export function allProperties(of: Subject): Cypher.Expr {
  const key = new Cypher.Variable()
  const value = valueOf(of, key)
  const isShown = Cypher.not(Cypher.startsWith(key, new Cypher.Literal('_')))
  const lossless = new Cypher.Case().when(Cypher.isType(value, Cypher.TYPE.INTEGER)).then(Cypher.toString(value)).else(value)
  return new Cypher.ListComprehension(key).in(columnNames(of)).where(of.words ? Cypher.and(isShown, Cypher.isNotNull(value)) : isShown).map(new Cypher.List([key, lossless]))
}
