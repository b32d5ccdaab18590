/** `IF NOT EXISTS` looks before it makes, so that of two processes that start at once one may find the other's: that is what it wanted. */
export async function unlessMade(change: Promise<unknown>): Promise<void> {
  try {
    await change
  } catch (error) {
    if (!isMadeAlready(error)) throw error
  }
}

const madeAlready: ReadonlySet<unknown> = new Set(['EquivalentSchemaRuleAlreadyExists', 'IndexAlreadyExists', 'ConstraintAlreadyExists'].map((name) => `Neo.ClientError.Schema.${name}`))

const isMadeAlready = (error: unknown): boolean => typeof error === 'object' && error !== null && 'code' in error && madeAlready.has(error.code)
