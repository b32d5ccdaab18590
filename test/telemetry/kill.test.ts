import { expect, test } from 'vitest'
import { stormOfKills } from '../faults/kill-storm.ts'

/** Twenty and more faults: npm run test:faults */
test('a server killed amid readings has everything acknowledged when it is back, once, and takes what had no answer a second time', async () => {
  const { acknowledgedReadings, kills } = await stormOfKills({ kills: 2, killStartEvery: 2 })
  expect(acknowledgedReadings).toBeGreaterThan(1_000 * kills)
}, 180_000)
