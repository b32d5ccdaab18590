import { setTimeout as delay } from 'node:timers/promises'

/**
 * Makes a constraint or an index while other processes do the same. `IF NOT EXISTS` looks before it makes, so that one may find what the other has just made:
 * that is what it wanted. Or each waits for the other's locks, and the server ends one of them: that one looks again.
 */
export async function makeOnce(change: () => PromiseLike<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await change()
      return
    } catch (error) {
      const code = codeOf(error)
      if (madeAlready.has(code)) return
      if (code !== deadlock || attempt === mostAttempts) throw error
      await delay(attempt * 20)
    }
  }
}

const mostAttempts = 20
const deadlock = 'Neo.TransientError.Transaction.DeadlockDetected'
const madeAlready: ReadonlySet<unknown> = new Set(['EquivalentSchemaRuleAlreadyExists', 'IndexAlreadyExists', 'ConstraintAlreadyExists'].map((name) => `Neo.ClientError.Schema.${name}`))

/** The server's code, of its error or of the failure that it caused. */
function codeOf(error: unknown): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error && 'code' in cause ? cause.code : undefined
}
