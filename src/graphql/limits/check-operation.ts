import type { Limits } from '../../config.ts'
import { failure } from '../../errors.ts'
import { operationCost } from './cost.ts'
import { aliasCount, largePage, operationDepth } from './measure.ts'
import type { Operation } from './operation.ts'

/** The operation's cost. Throws the failure that says which limit it breaks, by how much, and what to do. */
export function checkOperation(operation: Operation, limits: Limits): number {
  const depth = operationDepth(operation)
  if (depth > limits.depth) {
    throw failure('QUERY_TOO_DEEP', { message: `The operation nests ${depth} fields deep; at most ${limits.depth} are answered. Split it into several operations.`, details: { depth, limit: limits.depth } })
  }
  const aliases = aliasCount(operation)
  if (aliases > limits.aliases) {
    throw failure('TOO_MANY_ALIASES', { message: `The operation has ${aliases} aliases; at most ${limits.aliases} are answered. Send fewer fields in one operation.`, details: { aliases, limit: limits.aliases } })
  }
  const page = largePage(operation, limits.pageSize)
  if (page) {
    throw failure('BAD_USER_INPUT', { message: `\`first\` of ${page.field} is ${page.size}; give a whole number from 0 to ${limits.pageSize}, and page on with \`after\`.`, details: { field: page.field } })
  }
  const cost = operationCost(operation)
  if (cost > limits.cost) {
    throw failure('QUERY_TOO_COSTLY', {
      message: `The operation may read ${cost} objects; at most ${limits.cost} are allowed. Ask for smaller pages or fewer levels, or give its lists a \`limit\`.`, details: { cost, limit: limits.cost },
    })
  }
  return cost
}
