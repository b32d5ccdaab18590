import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../src/telemetry/duration.ts'
import { formatInstant, parseInstant } from '../../src/telemetry/instant.ts'

const safeInstant = fc.maxSafeInteger().filter((at) => at > -9_000_000_000_000_000 && at < 9_000_000_000_000_000)
const offset = fc.tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
const twoDigits = (number: number): string => String(number).padStart(2, '0')

describe('an instant', () => {
  it('of whole milliseconds is written as Date writes it, and read as Date reads it', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1700-01-01'), max: new Date('2250-01-01'), noInvalidDate: true }), (date) => {
        const at = date.getTime() * 1_000
        expect(formatInstant(at)).toBe(date.toISOString())
        expect(parseInstant(date.toISOString())).toBe(at)
      }),
      { numRuns: 5_000 },
    )
  })

  it('comes back to the microsecond', () => {
    fc.assert(fc.property(safeInstant, (at) => { expect(parseInstant(formatInstant(at))).toBe(at) }), { numRuns: 5_000 })
  })

  it('is the same instant at every offset', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1700-01-01'), max: new Date('2250-01-01'), noInvalidDate: true }), offset, (date, [sign, hours, minutes]) => {
        const shift = (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
        const local = new Date(date.getTime() + shift).toISOString().slice(0, -1)
        expect(parseInstant(`${local}${sign}${twoDigits(hours)}:${twoDigits(minutes)}`)).toBe(date.getTime() * 1_000)
      }),
      { numRuns: 5_000 },
    )
  })

  it('has what is finer than microseconds cut off, before 1970 too', () => {
    expect(parseInstant('2026-03-01T00:00:00.123456789Z')).toBe(Date.UTC(2026, 2, 1) * 1_000 + 123_456)
    expect(parseInstant('1969-12-31T23:59:59.999999999Z')).toBe(-1)
    expect(parseInstant('2026-03-01T00:00:00.5+01:00')).toBe(Date.UTC(2026, 1, 28, 23) * 1_000 + 500_000)
    expect(formatInstant(Date.UTC(2026, 2, 1) * 1_000)).toBe('2026-03-01T00:00:00.000Z')
    expect(formatInstant(-1)).toBe('1969-12-31T23:59:59.999999Z')
    expect(formatInstant(1_000_100)).toBe('1970-01-01T00:00:01.000100Z')
  })

  it('is on the calendar: days that do not exist are none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_690, max: 2_250 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }), (year, month, day) => {
        const date = new Date(Date.UTC(year, month - 1, day))
        const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
        expect(parseInstant(`${year}-${twoDigits(month)}-${twoDigits(day)}T00:00:00Z`)).toBe(exists ? date.getTime() * 1_000 : undefined)
      }),
      { numRuns: 5_000 },
    )
  })

  it.each([
    '', 'now', '2026-03-01', '2026-03-01T00:00:00', '2026-03-01 00:00:00Z', '2026-03-01T24:00:00Z', '2026-03-01T00:60:00Z', '2026-03-01T00:00:60Z', '2026-03-01T00:00:00.Z',
    '2026-03-01T00:00:00+1:00', '2026-03-01T00:00:00+24:00', '2026-03-01T00:00:00+00:60', '2026-3-1T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', ' 2026-03-01T00:00:00Z',
    '2026-03-01T00:00:00Z\n', '２０２６-03-01T00:00:00Z', '1772323200000',
  ])('is not %j', (text) => {
    expect(parseInstant(text)).toBeUndefined()
  })

  it('is never what only looks like one: whatever is read, Date reads the same', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{4}-[0-9]{2}-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,3})?([Zz]|[+-][0-9]{2}:[0-9]{2})$/), (text) => {
        const at = parseInstant(text)
        if (at !== undefined) expect(at / 1_000).toBe(new Date(text.toUpperCase()).getTime())
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('a duration', () => {
  const micros = (text: string): number | string => {
    const parsed = parseDuration(text)
    return parsed.ok ? parsed.value : parsed.problem
  }

  it.each([
    ['PT1M', 60_000_000], ['PT15M', 900_000_000], ['P1D', 86_400_000_000], ['P1W', 604_800_000_000], ['P1DT12H', 129_600_000_000], ['PT36H', 129_600_000_000],
    ['PT0.5S', 500_000], ['PT0,000001S', 1], ['PT1.5H', 5_400_000_000], ['-PT1S', -1_000_000], ['+PT1S', 1_000_000], ['PT0S', 0], ['-PT0S', 0], ['P0Y0M1DT0H', 86_400_000_000], ['P2W3D', 1_468_800_000_000],
  ])('%s is %d microseconds', (text, expected) => {
    expect(micros(text)).toBe(expected)
  })

  it('of years or months is refused, with the reason', () => {
    for (const text of ['P1Y', 'P1M', 'P0.5Y', 'P1Y2M3DT4H']) expect(micros(text)).toContain('not all of one length')
    expect(micros('P99999999W')).toContain('longer than can be counted')
    expect(micros(`P${'9'.repeat(400)}D`)).toContain('longer than can be counted')
  })

  it.each(['', 'P', 'PT', 'P1DT', '1D', 'P1H', 'PT1D', 'PT1M1H', 'P1.D', 'P-1D', 'PT1S ', 'p1d', 'P1S', '--PT1S', 'P.5D'])('is not %j', (text) => {
    expect(micros(text)).toContain('is no ISO 8601 duration')
  })

  it('comes back to the microsecond', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (duration) => { expect(micros(formatDuration(duration))).toBe(duration) }), { numRuns: 5_000 })
    expect(formatDuration(90_061_500_000)).toBe('PT25H1M1.5S')
    expect(formatDuration(0)).toBe('PT0S')
  })
})
