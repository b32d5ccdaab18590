import { expect, it } from 'vitest'
import { indexLargeLabels } from '../../../src/adapters/neo4j/model-indexes.ts'
import { freshTenant, testDatabase } from '../../support/neo4j.ts'

const database = testDatabase()

it('Labels that many twins have get an index of ids, those of many past states one of when they ended, once; the others none', async () => {
  const mark = freshTenant('Label').replaceAll('-', '')
  const [large, small, empty] = [`${mark}Large`, `${mark}Small`, `${mark}Empty`] as const
  await database.transaction((tx) => tx.run({ text: 'UNWIND range(1, 12) AS n CREATE (t:Twin:$($large) {_t: $t, _id: toString(n)}) FOREACH (_ IN CASE WHEN n < 4 THEN [1] ELSE [] END | SET t:$($small)) CREATE (:$($past) {_to: n, _since: n})', parameters: { t: mark, large, small, past: `_was_${large}` } }))
  expect(await indexLargeLabels(database, [large, small, empty], { from: 10 })).toEqual([large, `_was_${large}`])
  expect(await indexLargeLabels(database, [large, small, empty], { from: 10 })).toEqual([])
  const { indexed } = await database.read({ text: 'SHOW INDEXES YIELD labelsOrTypes, properties WHERE labelsOrTypes[0] ENDS WITH $large RETURN collect(labelsOrTypes + properties) AS indexed', parameters: { large } })
  expect(new Set(indexed as string[][])).toEqual(new Set([[large, '_id'], [`_was_${large}`, '_to', '_since']]))
})
