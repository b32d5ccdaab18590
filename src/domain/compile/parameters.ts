import Cypher from '@neo4j/cypher-builder'
import type { ColumnKind } from '../role.ts'
import type { Variables } from './argument.ts'

/**
 * A statement's parameters, all in one map `$b`: Neo4j plans a statement anew for every size class of a list parameter, but not for lists inside a map.
 * A parameter is a function of the request's variables; the statement is compiled once for all of them.
 */
export interface Parameters {
  /** The expression that stands for the value in the statement. */
  add(get: (variables: Variables) => unknown): Cypher.Property
  /** The same expression for every call with the name. */
  once(name: string, get: (variables: Variables) => unknown): Cypher.Property
  bind(variables: Variables): Readonly<Record<string, unknown>>
}

export function createParameters(): Parameters {
  const map = new Cypher.NamedParam('b')
  const getters: ((variables: Variables) => unknown)[] = []
  const named = new Map<string, Cypher.Property>()
  const add: Parameters['add'] = (get) => {
    getters.push(get)
    return map.property(`p${getters.length - 1}`)
  }
  return {
    add,
    once(name, get) {
      const known = named.get(name) ?? add(get)
      named.set(name, known)
      return known
    },
    bind(variables) {
      const values: Record<string, unknown> = {}
      for (const [index, get] of getters.entries()) values[`p${index}`] = get(variables)
      return { b: values }
    },
  }
}

/** A value of a request as a value of a column: parameter and, for temporal values, the function that makes one of its text. */
export function columnValue(parameters: Parameters, kind: ColumnKind, get: (variables: Variables) => unknown): Cypher.Expr {
  const parameter = parameters.add((variables) => toParameter(kind, get(variables)))
  const make = temporal[kind]
  return make ? make(parameter) : parameter
}

/** The same for a list of values. */
export function columnValues(parameters: Parameters, kind: ColumnKind, get: (variables: Variables) => unknown): Cypher.Expr {
  const parameter = parameters.add((variables) => {
    const values = get(variables)
    return Array.isArray(values) ? values.map((value) => toParameter(kind, value)) : values
  })
  const make = temporal[kind]
  if (!make) return parameter
  const item = new Cypher.Variable()
  return new Cypher.ListComprehension(item).in(parameter).map(make(item))
}

/** What makes a value of a column's kind of its text. */
export const ofText = (kind: ColumnKind, text: Cypher.Expr): Cypher.Expr => temporal[kind]?.(text) ?? text

const temporal: Readonly<Partial<Record<ColumnKind, (value: Cypher.Expr) => Cypher.Expr>>> = {
  date: (value) => Cypher.date(value), time: (value) => Cypher.time(value), dateTime: (value) => Cypher.datetime(value),
}

/** Integers travel as BigInt: the driver sends a JavaScript number as FLOAT. */
function toParameter(kind: ColumnKind, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (kind === 'integer') return BigInt(value as string | number)
  if (kind === 'instant') return BigInt(Date.parse(String(value)))
  return value
}
