import { expect, test } from 'vitest'
import { stormOfFaults } from './live-storm.ts'

const seconds = Number(process.env['TWINFOLD_STORM_SECONDS'] ?? 100)
const seed = Number(process.env['TWINFOLD_STORM_SEED'] ?? 7)

test(`after ${seconds} s of cut, stalled and slow connections, killed clients and killed servers, every subscriber holds the answer, and was told every change once`, async () => {
  const { mutations, changes, readings, faults, attempts } = await stormOfFaults({ seconds, seed })
  process.stdout.write(`storm ${seed}: ${mutations} mutations, ${changes} changes, ${readings} readings, ${attempts} connections of feeds; ${Object.entries(faults).map(([name, count]) => `${name}: ${count}`).join(', ')}\n`)
  expect(mutations).toBeGreaterThan(seconds)
  expect(readings).toBeGreaterThan(seconds)
  expect(attempts).toBeGreaterThan(seconds)
}, 180_000 + seconds * 1_000)
