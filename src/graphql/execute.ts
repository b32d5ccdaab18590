import { execute, type ExecutionArgs, type ExecutionResult, getOperationAST, OperationTypeNode } from 'graphql'
import { executeDomain } from '../domain/complete/execute-domain.ts'
import { Failure, failure } from '../errors.ts'
import type { Context } from './context.ts'
import { toGraphQLError } from './failures.ts'

/**
 * Executes an operation until the signal fires. Then it is answered at once with the signal's reason, and what is still under way is left to its own end:
 * readers get the same signal and stop, a mutation's commit is not undone.
 */
export async function executeUntil(signal: AbortSignal, args: ExecutionArgs): Promise<ExecutionResult> {
  const { promise: aborted, reject: abort } = Promise.withResolvers<never>()
  const stop = (): void => { abort(signal.reason) }
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([answer(args, signal), aborted])
  } catch (reason) {
    if (signal.aborted && reason instanceof Failure) return { errors: [toGraphQLError(isMutation(args) ? unknownOutcome(reason) : reason)] }
    throw reason
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The shorter way for queries of twins alone; graphql-js for everything else. */
async function answer(args: ExecutionArgs, signal: AbortSignal): Promise<ExecutionResult> {
  const { services } = args.contextValue as Context
  const rows = await executeDomain({
    schema: args.schema, document: args.document, operationName: args.operationName, variableValues: args.variableValues ?? {}, contextValue: args.contextValue,
    read: (given, info) => services.reader.root(given, info, { signal }),
  })
  signal.throwIfAborted()
  return rows ?? await execute(args)
}

/** A reading can be asked again; whether a mutation was carried out is not known to whom the answer did not reach. */
const unknownOutcome = (reason: Failure): Failure => failure('OUTCOME_UNKNOWN', { message: `${reason.message} Whether the change was stored is not known.`, cause: reason })

const isMutation = ({ document, operationName }: ExecutionArgs): boolean => getOperationAST(document, operationName)?.operation === OperationTypeNode.MUTATION
