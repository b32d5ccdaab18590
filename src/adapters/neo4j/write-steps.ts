import type { Statement } from '../../domain/statement.ts'
import type { Neo4jTransaction } from './database.ts'

/** One step of writing a group: a statement over the rows of one list. */
export interface WriteStep {
  /** The list's name among the parameters. */
  readonly rows: string
  readonly text: string
}

type Parameters = Readonly<Record<string, unknown>>

/**
 * Runs the steps that have rows, in their order; they go out together, so that they cost one round trip. One statement of all of them would be planned for
 * seconds when it first comes, though most groups need two or three steps.
 */
export async function runSteps(tx: Neo4jTransaction, steps: readonly WriteStep[], b: Parameters): Promise<void> {
  const lists = new Set(steps.map(({ rows }) => rows))
  const common = Object.fromEntries(Object.entries(b).filter(([name]) => !lists.has(name)))
  const wanted = steps.filter(({ rows }) => (b[rows] as readonly unknown[]).length > 0)
  await Promise.all(wanted.map(({ rows, text }) => tx.run({ text, parameters: { b: { ...common, [rows]: b[rows] } } })))
}

/** The steps as statements that change nothing, as they have no rows: running them lets the store plan them. */
export const withoutRows = (steps: readonly WriteStep[], common: Parameters): readonly Statement[] => steps.map(({ rows, text }) => ({ text, parameters: { b: { ...common, [rows]: [] } } }))
