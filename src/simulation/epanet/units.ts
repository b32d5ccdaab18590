import { convertUnit } from '../../telemetry/unit/convert-unit.ts'
import { type Affine, affineOf } from '../affine.ts'

/** What one unit of a model is in the usual units: litres per second, metres, millimetres, metres of pressure head, and so on. */
export type ModelUnits = {
  readonly flow: number
  readonly length: number
  readonly diameter: number
  readonly pressure: number
  readonly volume: number
}

/** Models made of twins are in the usual units themselves. */
export const usualUnits: ModelUnits = { flow: 1, length: 1, diameter: 1, pressure: 1, volume: 1 }

const [gallon, imperialGallon, acreFoot, foot, inch] = [3.785411784, 4.54609, 1_233_481.83754752, 0.3048, 25.4]
const day = 86_400

/** Litres per second (EPANET 2.2 User Manual, appendix A; NIST SP 811 for the gallons). */
const flows: Readonly<Record<string, number>> = {
  CFS: foot ** 3 * 1_000, GPM: gallon / 60, MGD: (gallon * 1e6) / day, IMGD: (imperialGallon * 1e6) / day, AFD: acreFoot / day,
  LPS: 1, LPM: 1 / 60, MLD: 1e6 / day, CMH: 1_000 / 3_600, CMD: 1_000 / day, CMS: 1_000,
}
const american = new Set(['CFS', 'GPM', 'MGD', 'IMGD', 'AFD'])

/** Metres of head, with the constants by which EPANET makes pressures of heads (0.4333 psi a foot, 6.895 kPa and 0.068948 bar a psi), so that they come out as they went in. */
const pressures: Readonly<Record<string, number>> = {
  PSI: foot / 0.4333, KPA: foot / (0.4333 * 6.895), BAR: foot / (0.4333 * 0.068948), FEET: foot, METERS: 1,
}

/** Units of a model that says `flow` and, if it does, `pressure` in its options; undefined for flow units that EPANET has not. */
export function modelUnits(flow: string, pressure?: string): ModelUnits | undefined {
  const litres = flows[flow]
  if (litres === undefined || !Object.hasOwn(flows, flow)) return undefined
  const isAmerican = american.has(flow)
  const chosen = Object.keys(pressures).find((name) => pressure !== undefined && name.startsWith(pressure))
  const head = pressures[chosen ?? ''] ?? pressures[isAmerican ? 'PSI' : 'METERS'] ?? 1
  return isAmerican ? { flow: litres, length: foot, diameter: inch, pressure: head, volume: foot ** 3 } : { flow: litres, length: 1, diameter: 1, pressure: head, volume: 1 }
}

/** Kilopascal of a metre of water: 1,000 kg/m³ under standard gravity, as DTDL's inches of water. */
const kilopascalPerMetre = 9.80665

/** As `affineOf`, where metres of head are pressures, too, if `isHead`. */
export function affineBetween(from: string, to: string, isHead = false): Affine | undefined {
  const affine = affineOf(from, to)
  if (affine || !isHead) return affine
  const pressure = convertUnit('kilopascal', to)
  const metres = convertUnit(from, 'metre')
  if (pressure && metres) return { scale: pressure(metres(1) * kilopascalPerMetre), shift: 0 }
  const kilopascals = convertUnit(from, 'kilopascal')
  const lengths = convertUnit('metre', to)
  return kilopascals && lengths ? { scale: lengths(kilopascals(1) / kilopascalPerMetre), shift: 0 } : undefined
}
