import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRaised, levelOf, type Level, type Patience } from '../../src/alert/judge.ts'
import { advance, correct, emptyTrack, type Leveled, type Track, type Turn } from '../../src/alert/track.ts'
import { windowed } from '../../src/alert/windowed.ts'

const minute = 60_000_000
const patience = fc.record({ for: fc.integer({ min: 0, max: 6 }).map((n) => n * minute), keepFor: fc.integer({ min: 0, max: 4 }).map((n) => n * minute) })
const level = fc.constantFrom<Level>('BEYOND', 'BEYOND', 'CLEAR', 'CLEAR', 'BETWEEN')
/** At most one a minute. */
const readings = fc.uniqueArray(fc.record({ at: fc.integer({ min: 0, max: 60 }).map((n) => n * minute), level }), { selector: ({ at }) => at, maxLength: 40 })

const byTime = (all: readonly Leveled[]): readonly Leveled[] => all.toSorted((a, b) => a.at - b.at)

/**
 * The definition, by looking at everything: it is raised by a reading that is beyond the limit, as all those before it are, back to one that is at least `for` older.
 * From there it is raised until a reading that is clear, as all those before it are, back to one that is at least `keepFor` older. Then it begins anew.
 */
function episodes(all: readonly Leveled[], { for: least, keepFor }: Patience): readonly { readonly since: number; readonly firedAt: number; readonly endedAt: number | undefined }[] {
  const found: { since: number; firedAt: number; endedAt: number | undefined }[] = []
  const run = (from: number, to: number, of: Level, wide: number): number | undefined => {
    for (let start = from; start <= to; start++) if (all.slice(start, to + 1).every((reading) => reading.level === of) && (all[to]?.at ?? 0) - (all[start]?.at ?? 0) >= wide) return start
    return undefined
  }
  for (let from = 0; from < all.length;) {
    const fired = all.findIndex((_, index) => index >= from && run(from, index, 'BEYOND', least) !== undefined)
    if (fired < 0) break
    const since = run(from, fired, 'BEYOND', least) ?? fired
    const ended = all.findIndex((_, index) => index > fired && run(fired + 1, index, 'CLEAR', keepFor) !== undefined)
    found.push({ since: all[since]?.at ?? 0, firedAt: all[fired]?.at ?? 0, endedAt: ended < 0 ? undefined : all[ended]?.at })
    if (ended < 0) break
    from = ended + 1
  }
  return found
}

const told = (turns: readonly Turn[]): readonly object[] => turns.map(({ at, to }) => (isRaised(to) ? { raised: at, since: to.since } : { resolved: at }))

describe('How a series is judged', () => {
  it('is raised and resolved exactly as the definition says', () => {
    fc.assert(fc.property(readings, patience, (given, lengths) => {
      const all = byTime(given)
      const { turns } = advance(emptyTrack(), all, lengths, Number.POSITIVE_INFINITY)
      const expected = episodes(all, lengths).flatMap(({ since, firedAt, endedAt }) => [{ raised: firedAt, since }, ...endedAt === undefined ? [] : [{ resolved: endedAt }]])
      expect(told(turns)).toEqual(expected)
    }), { numRuns: 2_000 })
  })

  it('is the same in the end in whatever order and portions readings come, and replaced readings count as the last word', () => {
    const lateness = 1_000 * minute
    fc.assert(fc.property(readings, readings, patience, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (first, second, lengths, sizes) => {
      const received = [...first, ...second]
      const known = new Map<number, Leveled>()
      let track = emptyTrack()
      let raised = false
      for (let [at, turn] = [0, 0]; at < received.length; turn++) {
        const portion = received.slice(at, at += sizes[turn % sizes.length] ?? 1)
        for (const reading of portion) known.set(reading.at, reading)
        const next = hear(track, [...new Set(portion.map((reading) => reading.at))].toSorted((a, b) => a - b), byTime([...known.values()]), lengths, lateness)
        track = next.track
        for (const each of next.turns) {
          expect(isRaised(each.to)).toBe(!raised) // told alternately
          raised = isRaised(each.to)
        }
        const now = advance(emptyTrack(), byTime([...known.values()]), lengths, lateness).track
        expect(track.phase).toEqual(now.phase)
        expect(raised).toBe(isRaised(now.phase))
      }
    }), { numRuns: 2_000 })
  })

  it('tells of what was so and is over, though it is known only late, and of nothing twice', () => {
    fc.assert(fc.property(readings, patience, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (given, lengths, isLate) => {
      const all = byTime(given)
      const [early, late] = [all.filter((_, index) => isLate[index] !== true), all.filter((_, index) => isLate[index] === true)]
      const first = hear(emptyTrack(), early.map(({ at }) => at), early, lengths, 1_000 * minute)
      fc.pre(!first.turns.some(({ to }) => isRaised(to))) // nobody was told of anything
      const second = hear(first.track, late.map(({ at }) => at), all, lengths, 1_000 * minute)
      const expected = episodes(all, lengths).flatMap(({ since, firedAt, endedAt }) => [{ raised: firedAt, since }, ...endedAt === undefined ? [] : [{ resolved: endedAt }]])
      expect(told([...first.turns, ...second.turns])).toEqual(expected)
    }), { numRuns: 2_000 })
  })

  it('does not judge what comes later than is remembered, and otherwise as if it had come in time', () => {
    const lateness = 10 * minute
    fc.assert(fc.property(readings, patience, fc.integer({ min: 0, max: 60 }).map((n) => n * minute), level, (given, lengths, lateAt, lateLevel) => {
      const all = byTime(given)
      const { track } = advance(emptyTrack(), all, lengths, lateness)
      fc.pre(all.length > 0 && lateAt < track.watermark)
      const withLate = byTime([...all.filter(({ at }) => at !== lateAt), { at: lateAt, level: lateLevel }])
      const next = hear(track, [lateAt], withLate, lengths, lateness).track
      if (lateAt <= track.floor) expect(next).toBe(track)
      else expect(next.phase).toEqual(advance(emptyTrack(), withLate, lengths, Number.POSITIVE_INFINITY).track.phase)
      expect(lateAt > track.watermark - lateness && lateAt > track.floor).toBe(lateAt > track.watermark - lateness) // so much is always remembered
    }), { numRuns: 2_000 })
  })

  it('forgets sooner what changes all the time, and stays bounded', () => {
    const flickering = Array.from({ length: 5_000 }, (_, index): Leveled => ({ at: index * minute, level: index % 2 === 0 ? 'BEYOND' : 'CLEAR' }))
    const { track, turns } = advance(emptyTrack(), flickering, { for: 0, keepFor: 0 }, Number.POSITIVE_INFINITY)
    expect(turns).toHaveLength(5_000)
    expect(track.changes.length).toBeLessThanOrEqual(256)
  })
})

/** What a watcher does with instants that were received, where everything received is known. */
function hear(track: Track, instants: readonly number[], known: readonly Leveled[], lengths: Patience, lateness: number): { readonly track: Track; readonly turns: readonly Turn[] } {
  const late = instants.find((at) => at <= track.watermark && at > track.floor)
  const corrected = late === undefined ? { track, turns: [] } : correct(track, late, known.filter(({ at }) => at >= late && at <= track.watermark), lengths)
  const fresh = instants.filter((at) => at > track.watermark)
  if (fresh.length === 0) return corrected
  const advanced = advance(corrected.track, known.filter(({ at }) => fresh.includes(at)), lengths, lateness)
  return { track: advanced.track, turns: [...corrected.turns, ...advanced.turns] }
}

describe('A level', () => {
  it('is beyond the limit, clear, or neither, above as below', () => {
    const above = { direction: 'ABOVE', limit: 10, clear: 8 } as const
    expect([7, 8, 8.5, 10, 10.1].map((value) => levelOf(value, above))).toEqual(['CLEAR', 'CLEAR', 'BETWEEN', 'BETWEEN', 'BEYOND'])
    const below = { direction: 'BELOW', limit: 2, clear: 3 } as const
    expect([1.9, 2, 2.5, 3, 4].map((value) => levelOf(value, below))).toEqual(['BEYOND', 'BETWEEN', 'BETWEEN', 'CLEAR', 'CLEAR'])
    expect(levelOf(10, { direction: 'ABOVE', limit: 10, clear: 10 })).toBe('CLEAR')
  })
})

describe('What is made of a window', () => {
  it('is that of the readings in it, and of no other', () => {
    const valued = fc.uniqueArray(fc.record({ at: fc.integer({ min: 0, max: 200 }), value: fc.integer({ min: -9, max: 9 }) }), { selector: ({ at }) => at, maxLength: 60 })
    const reduce: Readonly<Record<string, (values: readonly number[]) => number>> = {
      MEAN: (values) => values.reduce((a, b) => a + b, 0) / values.length, SUM: (values) => values.reduce((a, b) => a + b, 0), MIN: (values) => Math.min(...values), MAX: (values) => Math.max(...values),
      COUNT: (values) => values.length, FIRST: (values) => values[0] ?? 0, LAST: (values) => values.at(-1) ?? 0,
    }
    fc.assert(fc.property(valued, fc.integer({ min: 1, max: 80 }), fc.integer({ min: 0, max: 200 }), fc.constantFrom('MEAN', 'SUM', 'MIN', 'MAX', 'COUNT', 'FIRST', 'LAST'), (given, window, from, aggregate) => {
      const all = given.toSorted((a, b) => a.at - b.at)
      const expected = all.filter(({ at }) => at >= from).map(({ at }) => ({ at, value: reduce[aggregate]?.(all.filter((each) => each.at > at - window && each.at <= at).map(({ value }) => value)) }))
      expect(windowed(all, { aggregate, window }, from)).toEqual(expected)
    }), { numRuns: 1_000 })
  })
})

