import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { metamodelTable } from '../../src/model/dtdl/metamodel/table.ts'
import { areCommensurable, convertUnit } from '../../src/telemetry/unit/convert-unit.ts'
import { unitTable } from '../../src/telemetry/unit/unit-table.ts'
import { exact, sevenDigits } from './nist-sp-811.ts'

/** DTDL's unit types with their units, of every version. */
const unitTypes = new Map<string, Set<string>>()
const tell = (type: string, packed: Readonly<Record<string, readonly string[]>>): void => {
  for (const terms of Object.values(packed)) unitTypes.set(type, (unitTypes.get(type) ?? new Set()).union(new Set(terms)))
}
for (const [type, packed] of Object.entries(metamodelTable.elements.units)) tell(type, packed)
for (const { id, values } of metamodelTable.elements.enums) if (id.includes('quantitativeTypes')) tell(id.split(':').at(-1) ?? '', values ?? {})
for (const type of ['DecimalPrefix', 'BinaryPrefix']) unitTypes.delete(type)

/** What DTDL has in one type, and is not of one quantity. */
const quantityOf = (type: string, term: string): string => (type !== 'IonizingRadiationDoseUnit' ? type : term.endsWith('gray') ? `${type}, absorbed` : `${type}, equivalent`)
const pairs = Object.values(unitTable).flatMap((units) => Object.keys(units).flatMap((from) => Object.keys(units).map((to) => [from, to] as const)))
const relativeError = (actual: number | undefined, expected: number): number => Math.abs((actual ?? NaN) / expected - 1)

describe('units', () => {
  it('are all that DTDL has, each with the siblings that its unit type gives it', () => {
    expect(unitTypes.size).toBeGreaterThan(45)
    const expected = new Map<string, string>()
    for (const [type, terms] of unitTypes) for (const term of terms) expected.set(term, quantityOf(type, term))
    const known = new Map(Object.entries(unitTable).flatMap(([quantity, units]) => Object.keys(units).map((term) => [term, quantity] as const)))
    expect([...known].sort()).toEqual([...expected].sort())
    expect(known.size).toBeGreaterThan(260)
  })

  it('convert into every sibling and back', () => {
    fc.assert(
      fc.property(fc.constantFrom(...pairs), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }), ([from, to], value) => {
        const there = convertUnit(from, to)?.(value)
        const back = convertUnit(to, from)?.(there ?? NaN) ?? NaN
        // A temperature near its scale's zero keeps its digits relative to the distance between the zeros.
        const magnitude = areCommensurable(from, 'kelvin') ? Math.max(Math.abs(value), 500) : Math.max(Math.abs(value), 1e-240) // smaller ones lose their digits in a larger unit
        expect(Math.abs(back - value)).toBeLessThanOrEqual(1e-12 * magnitude)
      }),
      { numRuns: 20_000 },
    )
  })

  it('convert the same directly and by way of a third', () => {
    const triples = Object.values(unitTable).map((units) => fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(...Object.keys(units)))))
    fc.assert(
      fc.property(fc.oneof(...triples), fc.double({ noNaN: true, min: 1e-6, max: 1e6 }), ([from = '', by = '', to = ''], value) => {
        const direct = convertUnit(from, to)?.(value) ?? NaN
        const roundabout = convertUnit(by, to)?.(convertUnit(from, by)?.(value) ?? NaN) ?? NaN
        const magnitude = areCommensurable(from, 'kelvin') ? Math.max(Math.abs(direct), 1_000) : Math.abs(direct)
        expect(Math.abs(roundabout - direct)).toBeLessThanOrEqual(1e-12 * magnitude)
      }),
      { numRuns: 20_000 },
    )
  })

  it.each(exact)('1 %s is exactly %d %s', (unit, number, of) => {
    expect(relativeError(convertUnit(unit, of)?.(1), number)).toBeLessThan(1e-14)
  })

  it.each(sevenDigits)('1 %s is %d %s', (unit, number, of) => {
    expect(relativeError(convertUnit(unit, of)?.(1), number)).toBeLessThan(5.1e-7)
  })

  it('convert without noise where the factor is a short decimal', () => {
    expect(convertUnit('cubicMetrePerHour', 'litrePerSecond')?.(36)).toBe(10)
    expect(convertUnit('wattHour', 'kilowattHour')?.(1.1)).toBe(0.0011)
    expect(convertUnit('litrePerSecond', 'cubicMetrePerHour')?.(1)).toBe(3.6)
    expect(convertUnit('watt', 'megajoulePerHour')?.(1)).toBe(0.0036)
    expect(convertUnit('milePerHour', 'metrePerSecond')?.(100)).toBe(44.704)
  })

  it('of temperature are points on scales', () => {
    const degrees = (from: string, to: string, value: number): number | undefined => convertUnit(from, to)?.(value)
    expect(degrees('degreeCelsius', 'degreeFahrenheit', 100)).toBe(212)
    expect(degrees('degreeFahrenheit', 'degreeCelsius', 212)).toBe(100)
    expect(degrees('degreeFahrenheit', 'degreeCelsius', -40)).toBe(-40)
    expect(degrees('degreeCelsius', 'kelvin', 0)).toBe(273.15)
    expect(degrees('kelvin', 'degreeCelsius', 0)).toBe(-273.15)
    expect(degrees('degreeFahrenheit', 'kelvin', 32)).toBeCloseTo(273.15, 10)
    expect(degrees('kelvin', 'degreeFahrenheit', 0)).toBeCloseTo(-459.67, 10)
  })

  it('of different quantities do not convert, even of one dimension', () => {
    const unlike = [['litrePerSecond', 'metre'], ['newtonMetre', 'joule'], ['voltAmpere', 'watt'], ['hertz', 'becquerel'], ['gray', 'sievert'], ['decibel', 'pascal'], ['kilogramPerSecond', 'litrePerSecond']] as const
    for (const [one, other] of unlike) {
      expect(areCommensurable(one, other)).toBe(false)
      expect(convertUnit(one, other)).toBeUndefined()
    }
  })

  it('that DTDL does not have do not convert, not even into themselves', () => {
    for (const name of ['furlong', '', 'l/s', 'constructor', '__proto__', 'toString', 'LITREPERSECOND']) {
      expect(convertUnit(name, 'litrePerSecond')).toBeUndefined()
      expect(convertUnit('litrePerSecond', name)).toBeUndefined()
      expect(convertUnit(name, name)).toBeUndefined()
      expect(areCommensurable(name, name)).toBe(false)
    }
  })

  it('are compiled once for a pair', () => {
    expect(convertUnit('gallonPerMinute', 'litrePerSecond')).toBe(convertUnit('gallonPerMinute', 'litrePerSecond'))
    expect(convertUnit('metre', 'metre')?.(0.1)).toBe(0.1)
  })
})
