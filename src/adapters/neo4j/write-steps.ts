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
  await run(tx, steps.filter(({ rows }) => (b[rows] as readonly unknown[]).length > 0), steps, b)
}

/** Lets the store plan every step. They change nothing, as they have no rows. */
export async function planSteps(tx: Neo4jTransaction, steps: readonly WriteStep[], common: Parameters): Promise<void> {
  await run(tx, steps, steps, { ...common, ...Object.fromEntries(steps.map(({ rows }) => [rows, []])) })
}

async function run(tx: Neo4jTransaction, wanted: readonly WriteStep[], all: readonly WriteStep[], b: Parameters): Promise<void> {
  const lists = new Set(all.map(({ rows }) => rows))
  const common = Object.fromEntries(Object.entries(b).filter(([name]) => !lists.has(name)))
  await Promise.all(wanted.map(({ rows, text }) => tx.run({ text, parameters: { b: { ...common, [rows]: b[rows] } } })))
}
