import { expect, it } from 'vitest'
import { mirrorIndexes } from '../../../src/adapters/neo4j/mirror-indexes.ts'
import { testDatabase } from '../../support/neo4j.ts'

const schema = (text: string): Promise<unknown> => testDatabase().transaction((tx) => tx.run({ text, parameters: {} }))

it('An index on a property of a type is made for its past states as well, with their ends, once there are many', async () => {
  const database = testDatabase()
  const [type, other] = ['MirroredPump', 'MirroredValve']
  try {
    await schema(`CREATE INDEX mirrored_one FOR (n:${type}) ON (n.flow)`)
    await schema(`CREATE INDEX mirrored_two FOR (n:${type}) ON (n.flow, n.status)`)
    await schema(`CREATE INDEX mirrored_id FOR (n:${type}) ON (n._id)`)
    await schema(`CREATE INDEX mirrored_few FOR (n:${other}) ON (n.flow)`)
    await database.write({ text: `UNWIND range(1, 20) AS i CREATE (:_was_${type} {_t: 'mirror', flow: i, _to: i}) WITH count(*) AS done CREATE (:_was_${other} {_t: 'mirror'}) RETURN done`, parameters: {} })
    expect(await mirrorIndexes(database, [type, other, 'MirroredNothing'], { from: 10 })).toEqual([[`_was_${type}`, 'flow']])
    expect(await mirrorIndexes(database, [type, other], { from: 10 })).toEqual([])
    await database.read({ text: 'CALL db.awaitIndexes(60) RETURN 1 AS done', parameters: {} })
    const { found } = await database.read({ text: `MATCH (v:_was_${type}) USING INDEX SEEK v:_was_${type}(flow, _to) WHERE v.flow = 7 AND v._to > 3 RETURN count(v) AS found`, parameters: {} })
    expect(found).toBe(1)
  } finally {
    await database.write({ text: `MATCH (n) WHERE n._t = 'mirror' DELETE n RETURN count(n) AS done`, parameters: {} })
    const { names } = await database.read({ text: `SHOW INDEXES YIELD name, labelsOrTypes WHERE any(label IN labelsOrTypes WHERE label CONTAINS 'Mirrored') RETURN collect(name) AS names`, parameters: {} })
    for (const name of names as readonly string[]) await schema(`DROP INDEX \`${name}\``)
  }
})
