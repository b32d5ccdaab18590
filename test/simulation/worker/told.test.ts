import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EngineError } from '../../../src/simulation/engine-program.ts'
import { fromWireFailure, toWireFailure } from '../../../src/simulation/worker/wire.ts'

test('whatever an engine tells of its failure, what is kept of it is text of a bounded length', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 4_000 }), fc.string({ unit: 'binary', maxLength: 4_000 }), fc.string({ unit: 'binary', maxLength: 4_000 }), (code, message, twin) => {
    for (const error of [new EngineError(code, message, { twin }), new Error(message)]) {
      const told = fromWireFailure(toWireFailure(error))
      expect(told.code.length).toBeLessThanOrEqual(64)
      expect(told.message.length).toBeLessThanOrEqual(2_000)
      expect(told.twin === undefined || told.twin === twin).toBe(true)
      for (const text of [told.code, told.message, told.twin ?? '']) expect(text.isWellFormed() && !text.includes('\0')).toBe(true)
    }
  }), { numRuns: 30 })
  expect(toWireFailure(new EngineError('NO_CONVERGENCE', 'It does not settle.\n\tAt 5 s.', { twin: 'pump-3', isRetryable: true }))).toEqual({ code: 'NO_CONVERGENCE', message: 'It does not settle.\n\tAt 5 s.', twin: 'pump-3', isRetryable: true })
})
