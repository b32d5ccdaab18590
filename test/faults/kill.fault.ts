import { expect, test } from 'vitest'
import { stormOfKills } from './kill-storm.ts'

const kills = Number(process.env['TWINFOLD_KILLS'] ?? 20)

test(`a server killed ${kills} times amid readings, and now and then while it starts, loses nothing acknowledged and has nothing twice`, async () => {
  const storm = await stormOfKills({ kills })
  process.stdout.write(`${storm.kills} kills: ${storm.acknowledgedReadings} readings acknowledged, ${storm.unansweredBatches} batches unanswered, ${storm.storedUnanswered} of them stored\n`)
  expect(storm.acknowledgedReadings).toBeGreaterThan(1_000 * kills)
  expect(storm.unansweredBatches, 'the kills met batches under way').toBeGreaterThan(kills)
}, 120_000 + kills * 60_000)
