import { randomUUID } from 'node:crypto'
import type { CreateOptions, NewRun } from '../../src/run/run-store.ts'
import type { RunProgress } from '../../src/run/run.ts'

/** A run of two twins, as a mutation would have it. */
export const newRun = (given: Partial<NewRun> = {}): NewRun => ({
  id: randomUUID(), kind: 'SIMULATION', engine: { id: 'epanet', version: '2.3.5', build: 'b'.repeat(64) }, predictor: undefined, request: { of: ['pump-1'], parameters: { demand: 1.5 } }, inputs: 'i'.repeat(64),
  configHash: randomUUID(), pin: { cursor: 7, at: 1_780_000_000_123, watermark: 1_780_000_000_123_456, overrides: [], models: 'm', artifacts: ['a'] },
  window: { from: 1_780_000_000_000_250, horizon: 86_400_000_000, step: 3_600_000_000 }, seed: 42, scenario: undefined, tags: ['night', 'pump'], priority: 3, deadlineMs: 60_000, mostAttempts: 3,
  report: { mapped: [{ twin: 'pump-1', role: 'pump', as: 'P1' }], defaulted: [], converted: [], ignored: [] }, repeats: undefined, createdBy: 'ann', reads: ['pump-1', 'tank-1'], ...given,
})

export const created = (given: Partial<CreateOptions> = {}): CreateOptions => ({ force: false, mostOpen: 100, idempotency: undefined, ...given })

export const halfWay: RunProgress = {
  fraction: 0.5, simulatedAt: 1_780_000_000_000_250 + 43_200_000_000, position: undefined, values: 120, partial: { energy: 4.5 },
  warnings: [{ code: 'NEGATIVE_PRESSURE', message: 'Too little pressure.', twin: 'tank-1', count: 3, at: 1_780_000_100_000_000 }, { code: 'SLOW', message: 'It is slow.', twin: undefined, count: 1, at: undefined }],
}
