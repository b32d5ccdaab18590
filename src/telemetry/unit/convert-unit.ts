import Qty from 'js-quantities'
import { unitTable, type UnitDefinition } from './unit-table.ts'

export type Conversion = (value: number) => number

/** A value in the unit is `value × factor + zero` of its base unit; `zero` is 0 but for temperatures. */
interface Scale {
  readonly quantity: string
  readonly factor: number
  readonly zero: number
}

const definitions = new Map(
  Object.entries(unitTable).flatMap(([quantity, units]) =>
    Object.entries(units).map(([term, given]) => [term, { quantity, ...(typeof given === 'string' ? { factor: 1, unit: given } : given) }] as const),
  ),
)

const scales = new Map<string, Scale>()
const conversions = new Map<string, Map<string, Conversion>>()

/**
 * The function from one DTDL unit into another, both given as terms such as `cubicMetrePerHour`; undefined where either is none that DTDL has, or they
 * measure different things. Temperatures convert as points on their scales, not as differences. Made once for a pair: no call of it looks anything up.
 */
export function convertUnit(from: string, to: string): Conversion | undefined {
  const known = conversions.get(from)?.get(to)
  if (known) return known
  if (!areCommensurable(from, to)) return undefined
  const conversion = compile(scaleOf(from), scaleOf(to))
  const ofUnit = conversions.get(from) ?? new Map<string, Conversion>()
  conversions.set(from, ofUnit.set(to, conversion))
  return conversion
}

/** Whether both are units of DTDL, and of the same quantity. */
export function areCommensurable(one: string, other: string): boolean {
  const quantity = definitions.get(one)?.quantity
  return quantity !== undefined && quantity === definitions.get(other)?.quantity
}

function scaleOf(term: string): Scale {
  const known = scales.get(term)
  if (known) return known
  const definition = definitions.get(term)
  if (!definition) throw new TypeError(`${term} is no unit of DTDL`)
  const scale = definition.quantity === 'TemperatureUnit' ? temperatureScale(definition) : { quantity: definition.quantity, factor: definition.factor * baseOf(definition.unit), zero: 0 }
  scales.set(term, scale)
  return scale
}

const baseOf = (unit: string): number => Qty(1, unit).baseScalar

function temperatureScale({ quantity, unit }: UnitDefinition & { readonly quantity: string }): Scale {
  const kelvins = (degrees: number): number => Qty(degrees, unit).to('tempK').scalar
  const zero = kelvins(0)
  return { quantity, factor: (kelvins(1_000) - zero) / 1_000, zero }
}

/** `to = from × ratio + offset`, or its inverse `to = (from - offset) / ratio`: whichever has the exact ratio. */
function compile(from: Scale, to: Scale): Conversion {
  const [there, back] = [relation(from, to), relation(to, from)]
  if (isPreferred(back.ratio, there.ratio)) {
    const { ratio, offset } = back
    return offset === 0 ? (value) => value / ratio : (value) => (value - offset) / ratio
  }
  const { ratio, offset } = there
  return offset !== 0 ? (value) => value * ratio + offset : ratio !== 1 ? (value) => value * ratio : (value) => value
}

const relation = (from: Scale, to: Scale): { readonly ratio: number; readonly offset: number } => ({
  ratio: withoutNoise(from.factor / to.factor),
  offset: withoutNoise((from.zero - to.zero) / to.factor),
})

/** Watt hours / 1000 are the nearest double to the kilowatt hours, × 0.001 often is its neighbour; but cubic feet × 0.028316846592 are better than / 35.3…. */
function isPreferred(one: number, other: number): boolean {
  const [oneIsShort, otherIsShort] = [isShort(one), isShort(other)]
  return oneIsShort === otherIsShort ? one > other : oneIsShort
}

const toShort = (number: number): number => Number(number.toPrecision(12))
const isShort = (number: number): boolean => number === toShort(number)

/** 3.5999999999999996 is 3.6, 32.00000000000003 is 32: a number of few digits, if there is one so near that only rounding can tell them apart. */
const withoutNoise = (number: number): number => (Math.abs(number - toShort(number)) <= 2e-15 * Math.abs(number) ? toShort(number) : number)
