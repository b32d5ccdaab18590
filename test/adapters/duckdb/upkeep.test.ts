import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Table } from '../../../src/adapters/duckdb/table.ts'
import { nextTask } from '../../../src/adapters/duckdb/upkeep.ts'

let made = 0
const table = (rows: number, late = false): Table => ({ name: `t${made++}`, lane: 'num', late, replaced: false, rows, minAt: 0, maxAt: 0, minReceived: 0, maxReceived: 0 })

describe('The upkeep of segments', () => {
  it('leaves few segments, and rewrites a reading a few times, however many merges there are', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 100, maxLength: 400 }), (merges) => {
      let segments: Table[] = []
      let [written, rewritten] = [0, 0]
      for (const rows of merges) {
        segments.push(table(rows))
        written += rows
        for (let task = nextTask(segments); task; task = nextTask(segments)) {
          const gone = new Set(task.parts)
          const together = task.parts.reduce((sum, part) => sum + part.rows, 0)
          rewritten += together
          segments = [...segments.filter((segment) => !gone.has(segment)), table(together)]
        }
      }
      const large = segments.filter(({ rows }) => rows >= 16_000_000).length
      expect(segments.length - large).toBeLessThanOrEqual(5 * 7)
      expect(rewritten / written).toBeLessThanOrEqual(4)
    }), { numRuns: 30 })
  })

  it('makes late readings ordinary when there are many', () => {
    expect(nextTask(Array.from({ length: 7 }, () => table(10, true)))).toBeUndefined()
    expect(nextTask(Array.from({ length: 8 }, () => table(10, true)))?.kind).toBe('settle')
    expect(nextTask([table(600_000, true)])?.kind).toBe('settle')
  })
})
