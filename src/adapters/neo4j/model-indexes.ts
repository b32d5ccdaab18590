import type { Neo4jDatabase } from './database.ts'
import { makeOnce } from './schema-change.ts'

/** What lists of models and counts of their twins need beside the constraints of schema.ts. Made when they are missing. */
export async function ensureModelIndexes(database: Pick<Neo4jDatabase, 'transaction'>): Promise<void> {
  await make(database, 'CREATE INDEX model_tenant IF NOT EXISTS FOR (m:_Model) ON (m._t)')
  await make(database, 'CREATE INDEX twin_model IF NOT EXISTS FOR (n:Twin) ON (n._t, n._model)')
}

const make = (database: Pick<Neo4jDatabase, 'transaction'>, text: string): Promise<void> => makeOnce(() => database.transaction((tx) => tx.run({ text, parameters: {} })))

/** From so many twins on, an index pays: a page of 50 of 50,000 in the order of ids takes 2 ms with it and 20 ms without. */
const worthAnIndex = 5_000

/**
 * Indexes ids under the labels that many twins have, and the ends of states under the labels that many past states have, in the background of the database.
 * Not done when a model is published: an index takes 10 to 20 ms to make, a large ontology has over a thousand labels, and most have no twins.
 * Resolves to the labels that got one.
 */
export async function indexLargeLabels(database: Pick<Neo4jDatabase, 'read' | 'transaction'>, labels: readonly string[], { from = worthAnIndex } = {}): Promise<readonly string[]> {
  const present = await indexLarge(database, labels, ['_id'], from)
  const past = await indexLarge(database, labels.map((label) => `_was_${label}`), ['_to', '_since'], from) // both, so that the interval is decided in the index
  return [...present, ...past]
}

async function indexLarge(database: Pick<Neo4jDatabase, 'read' | 'transaction'>, labels: readonly string[], properties: readonly string[], from: number): Promise<readonly string[]> {
  const { indexed } = await database.read({
    text: 'SHOW RANGE INDEXES YIELD labelsOrTypes, properties WHERE properties = $b.properties RETURN collect(labelsOrTypes[0]) AS indexed',
    parameters: { b: { properties } },
  })
  const { large } = await database.read({
    text: `
UNWIND $b.labels AS label
CALL (label) { MATCH (n:$(label)) RETURN count(n) AS nodes }
WITH label, nodes WHERE nodes >= $b.from
RETURN collect(label) AS large`,
    parameters: { b: { labels: labels.filter((label) => !(indexed as readonly string[]).includes(label)), from } },
  })
  for (const label of large as readonly string[]) {
    await make(database, `CREATE INDEX ${quoted(`twin${properties.join('')}_of_${label}`)} IF NOT EXISTS FOR (n:${quoted(label)}) ON (${properties.map((property) => `n.${property}`).join(', ')})`)
  }
  return large as readonly string[]
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``
