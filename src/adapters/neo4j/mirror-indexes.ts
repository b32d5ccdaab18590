import type { Neo4jDatabase } from './database.ts'
import { makeOnce } from './schema-change.ts'

/** From so many past states on, an index pays. */
const worthAnIndex = 5_000

/**
 * Whoever indexes a property of a type, as `CREATE INDEX FOR (n:Pump) ON (n.status)`, gets the same for its past states: with when they ended, so that one seek
 * finds those of an instant. A list of 50 of 80,000 by such a property takes 2 times as long as of any instant as it takes of now, and 11 times without.
 * Resolves to the labels and properties that got one.
 */
export async function mirrorIndexes(database: Pick<Neo4jDatabase, 'read' | 'transaction'>, labels: readonly string[], { from = worthAnIndex } = {}): Promise<readonly (readonly [label: string, property: string])[]> {
  const { present } = await database.read({
    text: `SHOW RANGE INDEXES YIELD entityType, labelsOrTypes, properties WHERE entityType = 'NODE' RETURN collect([labelsOrTypes[0], properties]) AS present`, parameters: {},
  })
  const indexes = present as readonly (readonly [label: string, properties: readonly string[]])[]
  const known = new Set(indexes.map(toKey))
  const ours = new Set(labels)
  const wanted = indexes.flatMap(([label, [property, ...others]]) =>
    (ours.has(label) && property !== undefined && !property.startsWith('_') && others.length === 0 && !known.has(toKey([`_was_${label}`, [property, '_to']])) ? [[`_was_${label}`, property] as const] : []))
  if (wanted.length === 0) return []
  const { large } = await database.read({
    text: 'UNWIND $b.labels AS label CALL (label) { MATCH (n:$(label)) RETURN count(n) AS states } WITH label, states WHERE states >= $b.from RETURN collect(label) AS large',
    parameters: { b: { labels: [...new Set(wanted.map(([label]) => label))], from } },
  })
  const made = wanted.filter(([label]) => (large as readonly string[]).includes(label))
  for (const [label, property] of made) {
    const text = `CREATE INDEX ${quoted(`of_${property}_and_to_of_${label}`)} IF NOT EXISTS FOR (n:${quoted(label)}) ON (n.${quoted(property)}, n._to)`
    await makeOnce(() => database.transaction((tx) => tx.run({ text, parameters: {} })))
  }
  return made
}

const toKey = ([label, properties]: readonly [string, readonly string[]]): string => JSON.stringify([label, properties])

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``
