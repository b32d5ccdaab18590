import { areCommensurable, convertUnit } from '../../telemetry/unit/convert-unit.ts'

/** The base units of FMI 2.0 and 3.0, section 2.2.3 and 2.4.4: those of the SI, and the radian. */
export const baseUnits = ['kg', 'm', 's', 'A', 'K', 'mol', 'cd', 'rad'] as const

/** `value in base units = factor × value + offset`. */
export interface FmuUnit {
  readonly name: string
  /** Exponents in the order of `baseUnits`; undefined: the FMU does not say what the unit is. */
  readonly exponents: readonly number[] | undefined
  readonly factor: number
  readonly offset: number
}

/** `value × scale + shift`. */
export interface Affine {
  readonly scale: number
  readonly shift: number
}

/** `unknown`: what the unit is, nobody says, so that values are taken as they are. */
export type UnitFit = { readonly kind: 'fits'; readonly affine: Affine } | { readonly kind: 'mismatch' } | { readonly kind: 'unknown' }

export const identity: Affine = { scale: 1, shift: 0 }
export const isIdentity = ({ scale, shift }: Affine): boolean => scale === 1 && shift === 0

/** Coherent units of DTDL's quantities: the exponents are those of `baseUnits`. */
const coherent: Readonly<Record<string, readonly number[]>> = {
  unity: [0, 0, 0, 0, 0, 0, 0, 0], metre: [0, 1, 0, 0, 0, 0, 0, 0], squareMetre: [0, 2, 0, 0, 0, 0, 0, 0], cubicMetre: [0, 3, 0, 0, 0, 0, 0, 0], reciprocalMetre: [0, -1, 0, 0, 0, 0, 0, 0],
  kilogram: [1, 0, 0, 0, 0, 0, 0, 0], second: [0, 0, 1, 0, 0, 0, 0, 0], hertz: [0, 0, -1, 0, 0, 0, 0, 0], reciprocalSecond: [0, 0, -1, 0, 0, 0, 0, 0], becquerel: [0, 0, -1, 0, 0, 0, 0, 0],
  metrePerSecond: [0, 1, -1, 0, 0, 0, 0, 0], metrePerSecondSquared: [0, 1, -2, 0, 0, 0, 0, 0], squareMetrePerSecond: [0, 2, -1, 0, 0, 0, 0, 0], cubicMetrePerSecond: [0, 3, -1, 0, 0, 0, 0, 0],
  kilogramPerSecond: [1, 0, -1, 0, 0, 0, 0, 0], kilogramPerCubicMetre: [1, -3, 0, 0, 0, 0, 0, 0], newton: [1, 1, -2, 0, 0, 0, 0, 0], newtonMetre: [1, 2, -2, 0, 0, 0, 0, 0], pascal: [1, -1, -2, 0, 0, 0, 0, 0],
  pascalSecond: [1, -1, -1, 0, 0, 0, 0, 0], pascalCubicMetrePerSecond: [1, 2, -3, 0, 0, 0, 0, 0], joule: [1, 2, -2, 0, 0, 0, 0, 0], watt: [1, 2, -3, 0, 0, 0, 0, 0], voltAmpere: [1, 2, -3, 0, 0, 0, 0, 0],
  voltAmpereReactive: [1, 2, -3, 0, 0, 0, 0, 0], wattPerSquareMetre: [1, 0, -3, 0, 0, 0, 0, 0], gray: [0, 2, -2, 0, 0, 0, 0, 0], sievert: [0, 2, -2, 0, 0, 0, 0, 0],
  ampere: [0, 0, 0, 1, 0, 0, 0, 0], coulomb: [0, 0, 1, 1, 0, 0, 0, 0], volt: [1, 2, -3, -1, 0, 0, 0, 0], ohm: [1, 2, -3, -2, 0, 0, 0, 0], farad: [-1, -2, 4, 2, 0, 0, 0, 0],
  henry: [1, 2, -2, -2, 0, 0, 0, 0], weber: [1, 2, -2, -1, 0, 0, 0, 0], tesla: [1, 0, -2, -1, 0, 0, 0, 0], kelvin: [0, 0, 0, 0, 1, 0, 0, 0], candela: [0, 0, 0, 0, 0, 0, 1, 0],
  candelaPerSquareMetre: [0, -2, 0, 0, 0, 0, 1, 0], lumen: [0, 0, 0, 0, 0, 0, 1, 0], lux: [0, -2, 0, 0, 0, 0, 1, 0],
  radian: [0, 0, 0, 0, 0, 0, 0, 1], radianPerSecond: [0, 0, -1, 0, 0, 0, 0, 1], radianPerSecondSquared: [0, 0, -2, 0, 0, 0, 0, 1],
}

/** Symbols that FMUs use for units that they do not describe. */
const symbols: ReadonlyMap<string, string> = new Map(Object.entries({
  '1': 'unity', '%': 'percent', m: 'metre', mm: 'millimetre', cm: 'centimetre', km: 'kilometre', m2: 'squareMetre', 'm^2': 'squareMetre', m3: 'cubicMetre', 'm^3': 'cubicMetre', l: 'litre', L: 'litre',
  kg: 'kilogram', g: 'gram', t: 'tonne', s: 'second', min: 'minute', h: 'hour', d: 'day', Hz: 'hertz', 'm/s': 'metrePerSecond', 'km/h': 'kilometrePerHour', 'm/s2': 'metrePerSecondSquared', 'm/s^2': 'metrePerSecondSquared',
  'm3/s': 'cubicMetrePerSecond', 'm^3/s': 'cubicMetrePerSecond', 'm3/h': 'cubicMetrePerHour', 'm^3/h': 'cubicMetrePerHour', 'l/s': 'litrePerSecond', 'L/s': 'litrePerSecond', 'kg/s': 'kilogramPerSecond', 'kg/m3': 'kilogramPerCubicMetre',
  N: 'newton', 'N.m': 'newtonMetre', Pa: 'pascal', kPa: 'kilopascal', bar: 'bar', mbar: 'millibar', J: 'joule', kJ: 'kilojoule', 'W.h': 'wattHour', Wh: 'wattHour', kWh: 'kilowattHour', 'kW.h': 'kilowattHour', W: 'watt', kW: 'kilowatt', MW: 'megawatt',
  A: 'ampere', V: 'volt', kV: 'kilovolt', Ohm: 'ohm', C: 'coulomb', F: 'farad', H: 'henry', Wb: 'weber', T: 'tesla', K: 'kelvin', degC: 'degreeCelsius', '°C': 'degreeCelsius', degF: 'degreeFahrenheit',
  rad: 'radian', deg: 'degreeOfArc', 'rad/s': 'radianPerSecond', 'deg/s': 'degreePerSecond', rpm: 'revolutionPerMinute', 'rev/min': 'revolutionPerMinute', 'W/m2': 'wattPerSquareMetre',
}))

/** From a unit of DTDL, such as `litrePerSecond`, into an FMU's. */
export const fromDtdl = (unit: string, to: FmuUnit): UnitFit => fit(scaleOfDtdl(unit), scaleOfFmu(to))

/** From an FMU's unit into one of DTDL. */
export const toDtdl = (from: FmuUnit, unit: string): UnitFit => fit(scaleOfFmu(from), scaleOfDtdl(unit))

/** From one FMU's unit into another's; the same name is the same unit where neither says more. */
export const betweenFmus = (from: FmuUnit, to: FmuUnit): UnitFit => (!from.exponents && !to.exponents && from.name === to.name ? { kind: 'fits', affine: identity } : fit(scaleOfFmu(from), scaleOfFmu(to)))

/** A unit of DTDL that is the same as an FMU's; undefined where there is none that is known. */
export function dtdlTerm(unit: FmuUnit): string | undefined {
  const candidates = [symbols.get(unit.name), ...Object.keys(coherent)].filter((term) => term !== undefined)
  return candidates.find((term) => {
    const found = fromDtdl(term, unit)
    return found.kind === 'fits' && isIdentity(found.affine)
  })
}

/** A unit against the base units. Both directions, as neither is the other's exact inverse. */
interface Scale {
  readonly exponents: readonly number[]
  readonly toBase: Affine
  readonly fromBase: Affine
}

function fit(from: Scale | undefined, to: Scale | undefined): UnitFit {
  if (!from || !to) return { kind: 'unknown' }
  if (from.exponents.some((exponent, index) => exponent !== to.exponents[index])) return { kind: 'mismatch' }
  return { kind: 'fits', affine: tidy({ scale: from.toBase.scale * to.fromBase.scale, shift: from.toBase.shift * to.fromBase.scale + to.fromBase.shift }) }
}

function scaleOfFmu(unit: FmuUnit): Scale | undefined {
  const { exponents, factor, offset } = unit
  if (exponents) return { exponents, toBase: { scale: factor, shift: offset }, fromBase: { scale: 1 / factor, shift: -offset / factor } }
  const term = symbols.get(unit.name)
  return term === undefined ? undefined : scaleOfDtdl(term)
}

/** Of units of DTDL, and so not many. */
const scales = new Map<string, Scale>()

function scaleOfDtdl(unit: string): Scale | undefined {
  const known = scales.get(unit)
  if (known) return known
  const base = Object.keys(coherent).find((term) => areCommensurable(unit, term))
  const exponents = base === undefined ? undefined : coherent[base]
  const [there, back] = base === undefined ? [] : [convertUnit(unit, base), convertUnit(base, unit)]
  if (!exponents || !there || !back) return undefined
  const scale = { exponents, toBase: affineOf(there), fromBase: affineOf(back) }
  scales.set(unit, scale)
  return scale
}

/** The coefficients of a function that is known to be affine. */
function affineOf(convert: (value: number) => number): Affine {
  const shift = convert(0)
  return shift === 0 ? { scale: convert(1), shift } : { scale: tidyNumber((convert(1_000) - shift) / 1_000), shift }
}

/** 1000.0000000000001 is 1000: what only rounding can have made of a number of few digits. */
const tidyNumber = (number: number): number => {
  const short = Number(number.toPrecision(12))
  return Math.abs(number - short) <= 4e-15 * Math.abs(number) ? short : number
}
const tidy = ({ scale, shift }: Affine): Affine => ({ scale: tidyNumber(scale), shift: Math.abs(shift) < 1e-12 ? 0 : tidyNumber(shift) })
