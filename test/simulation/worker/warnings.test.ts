import { expect, test } from 'vitest'
import { createWarnings } from '../../../src/simulation/worker/warnings.ts'

test('a warning is kept once a code and twin, as it was first said, and counted after that', () => {
  const warnings = createWarnings()
  warnings.add({ code: 'NEGATIVE_PRESSURE', message: 'first', twin: 'a' }, 5)
  warnings.add({ code: 'NEGATIVE_PRESSURE', message: 'second', twin: 'a' }, 6)
  warnings.add({ code: 'NEGATIVE_PRESSURE', message: 'other', twin: 'b' }, 7)
  expect(warnings.changed()).toEqual([{ code: 'NEGATIVE_PRESSURE', message: 'first', twin: 'a', count: 2, at: 5 }, { code: 'NEGATIVE_PRESSURE', message: 'other', twin: 'b', count: 1, at: 7 }])
  expect(warnings.changed()).toEqual([])
  warnings.add({ code: 'NEGATIVE_PRESSURE', message: 'third', twin: 'b' }, 8)
  expect(warnings.changed()).toMatchObject([{ twin: 'b', count: 2 }])
})

test('beyond a thousand kinds the rest is counted together, and said to be', () => {
  const warnings = createWarnings()
  for (let i = 0; i < 5_000; i++) warnings.add({ code: 'DRY', message: 'x'.repeat(10_000), twin: `twin-${i}` }, i)
  const changed = warnings.changed()
  expect(changed).toHaveLength(1_001)
  expect(changed.at(-1)).toMatchObject({ code: 'MORE_WARNINGS', count: 4_000 })
  expect(changed[0]?.message).toHaveLength(1_000)
})
