import { expect, test } from 'vitest'
import { postgresFolder, startPostgres } from '../support/postgres.ts'
import { type Storm, stormOfKills } from './kill-storm.ts'

const kills = Number(process.env['TWINFOLD_KILLS'] ?? 20)
const fewer = Math.max(1, Math.floor(kills / 4))

function expectLoad({ kills: times, acknowledgedReadings, unansweredBatches, storedUnanswered }: Storm): void {
  process.stdout.write(`${times} kills: ${acknowledgedReadings} readings acknowledged, ${unansweredBatches} batches unanswered, ${storedUnanswered} of them stored\n`)
  expect(acknowledgedReadings).toBeGreaterThan(1_000 * times)
  expect(unansweredBatches, 'batches that the kills met under way').toBeGreaterThan(times)
}

test(`a server killed ${kills} times amid readings, and now and then while it starts, loses nothing acknowledged and has nothing twice`, async () => {
  expectLoad(await stormOfKills({ kills }))
}, 120_000 + kills * 60_000)

if (postgresFolder === undefined) process.stdout.write('Skipped: kills with telemetry in PostgreSQL, which is not installed.\n')

test.runIf(postgresFolder)(`nor does one that keeps its telemetry in PostgreSQL, killed ${fewer} times`, async () => {
  await using postgres = await startPostgres()
  expectLoad(await stormOfKills({ kills: fewer, killStartEvery: 0, environment: { TWINFOLD_TELEMETRY_URL: postgres.url } }))
}, 120_000 + fewer * 60_000)
