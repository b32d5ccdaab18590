import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { betweenFmus, dtdlTerm, type FmuUnit, fromDtdl, toDtdl, type UnitFit } from '../../../src/simulation/fmi/fmu-unit.ts'
import { areCommensurable, convertUnit } from '../../../src/telemetry/unit/convert-unit.ts'
import { unitTable } from '../../../src/telemetry/unit/unit-table.ts'

const unit = (name: string, exponents: readonly number[] | undefined, factor = 1, offset = 0): FmuUnit => ({ name, exponents, factor, offset })
const celsius = unit('degC', [0, 0, 0, 0, 1, 0, 0, 0], 1, 273.15)
const litres = unit('l/s', [0, 3, -1, 0, 0, 0, 0, 0], 1e-3)
const undescribed = (name: string): FmuUnit => unit(name, undefined)
const fits = (scale: number, shift = 0): UnitFit => ({ kind: 'fits', affine: { scale, shift } })

describe('Units of FMUs', () => {
  it('are what their base units make of them', () => {
    expect(fromDtdl('cubicMetrePerHour', litres)).toEqual(fits(1 / 3.6))
    expect(toDtdl(litres, 'cubicMetrePerSecond')).toEqual(fits(0.001))
    expect(fromDtdl('kelvin', celsius)).toEqual(fits(1, -273.15))
    expect(toDtdl(celsius, 'degreeCelsius')).toEqual(fits(1))
    expect(fromDtdl('revolutionPerMinute', unit('rad/s', [0, 0, -1, 0, 0, 0, 0, 1]))).toEqual(fits(Math.PI / 30))
    expect(betweenFmus(unit('m', [0, 1, 0, 0, 0, 0, 0, 0]), unit('cm', [0, 1, 0, 0, 0, 0, 0, 0], 0.01))).toEqual(fits(100))
  })

  it('of other quantities do not fit, and those that nobody describes are not known', () => {
    expect(fromDtdl('metre', celsius)).toEqual({ kind: 'mismatch' })
    expect(fromDtdl('hertz', unit('rad/s', [0, 0, -1, 0, 0, 0, 0, 1]))).toEqual({ kind: 'mismatch' })
    for (const name of ['furlong', '__proto__', 'constructor', '']) expect(fromDtdl('metre', undescribed(name))).toEqual({ kind: 'unknown' })
    expect(betweenFmus(undescribed('furlong'), undescribed('furlong'))).toEqual(fits(1))
    expect(fromDtdl('cubit', litres)).toEqual({ kind: 'unknown' })
  })

  it('are known by the usual symbols where the FMU does not describe them', () => {
    expect(fromDtdl('kilopascal', undescribed('bar'))).toEqual(fits(0.01))
    expect([dtdlTerm(undescribed('m3/h')), dtdlTerm(litres), dtdlTerm(celsius), dtdlTerm(unit('odd', [1, 1, 1, 1, 1, 1, 1, 1]))]).toEqual(['cubicMetrePerHour', 'litrePerSecond', 'degreeCelsius', undefined])
  })

  it('of DTDL convert into an FMU\'s and back, and between each other as DTDL\'s conversion has it', () => {
    const terms = Object.values(unitTable).flatMap((units) => Object.keys(units))
    const known = terms.filter((term) => fromDtdl(term, undescribed('bar')).kind !== 'unknown')
    expect(known.length).toBeGreaterThan(150)
    fc.assert(fc.property(fc.constantFrom(...known), fc.constantFrom(...known), fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (from, to, value, factor) => {
      const kelvin = unit('x', [0, 0, 0, 0, 1, 0, 0, 0], factor, 100)
      const convert = areCommensurable(from, to) && areCommensurable(from, 'kelvin') ? convertUnit(from, to) : undefined
      if (!convert) return
      const [there, back] = [fromDtdl(from, kelvin), toDtdl(kelvin, to)]
      if (there.kind !== 'fits' || back.kind !== 'fits') throw new Error('they fit')
      const found = (value * there.affine.scale + there.affine.shift) * back.affine.scale + back.affine.shift
      expect(Math.abs(found - convert(value))).toBeLessThanOrEqual(1e-9 * (1e6 + Math.abs(convert(value))))
    }), { numRuns: 2_000 })
  })
})
