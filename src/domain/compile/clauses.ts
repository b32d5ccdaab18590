import Cypher from '@neo4j/cypher-builder'
import { failure } from '../../errors.ts'
import { longestList } from '../list-limit.ts'
import type { Argument } from './argument.ts'
import type { Scope } from './scope.ts'

/** `offset` and `limit`; without `limit`, one more than the longest list, to tell that it is longer. */
export function limited(scope: Scope, page: Cypher.With, given: ReadonlyMap<string, Argument>): Cypher.With {
  const [limit, offset] = [given.get('limit'), given.get('offset')]
  if (offset?.kind === 'leaf' && offset.value !== null) page.skip(scope.parameters.add((variables) => wholeNumber('offset', offset.get(variables))))
  if (limit?.kind === 'leaf' && limit.value !== null) page.limit(scope.parameters.add((variables) => wholeNumber('limit', limit.get(variables))))
  else page.limit(longestList + 1)
  return page
}

export function wholeNumber(name: string, value: unknown, most = Number.MAX_SAFE_INTEGER): bigint {
  if (typeof value === 'number' && value >= 0 && value <= most) return BigInt(value)
  const range = most === Number.MAX_SAFE_INTEGER ? '0 or more' : `from 0 to ${most}`
  throw failure('BAD_USER_INPUT', { message: `\`${name}\` is ${JSON.stringify(value)}; give a whole number, ${range}.` })
}

export function constrained(match: Cypher.Match, ...tests: readonly (Cypher.Predicate | undefined)[]): Cypher.Match {
  const given = tests.filter((test) => test !== undefined)
  return given.length > 0 ? match.where(Cypher.and(...given)) : match
}

/** Joins clauses, leaving out absent ones. */
export function sequence(...clauses: readonly (Cypher.Clause | undefined)[]): Cypher.Clause {
  return Cypher.utils.concat(...clauses.filter((clause) => clause !== undefined))
}
