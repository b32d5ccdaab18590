import type { Json } from '../../util/json.ts'
import type { HydraulicNetwork, LinkSpec } from './input.ts'
import { isObject } from './parameters.ts'
import { convert, type TwinReader } from './twin-reader.ts'

export type Pipe = HydraulicNetwork['pipes'][number]
export type Pump = HydraulicNetwork['pumps'][number]
export type Valve = HydraulicNetwork['valves'][number]
export type Points = readonly (readonly [number, number])[]

/** Bounds within which EPANET's formulas hold, and what no network has. */
const pipeBounds = { length: { above: 0, max: 1e7 }, diameter: { above: 0, max: 50_000 }, roughness: { above: 0, max: 1_000 } }

/** `isShut`: by its own status, or that of a node at its end. */
export function toPipe(reader: TwinReader, ends: LinkSpec, isShut: boolean): Pipe {
  const hasCheckValve = reader.raw('checkValve') === true
  return {
    ...ends, length: reader.number('length', pipeBounds.length), diameter: reader.number('diameter', pipeBounds.diameter), roughness: reader.number('roughness', pipeBounds.roughness),
    minorLoss: minorLoss(reader), hasCheckValve, isOpen: !isShut,
  }
}

const minorLoss = (reader: TwinReader): number => reader.number('minorLoss', { min: 0, max: 1e6, preset: { value: 0, why: 'It says nothing of bends and fittings.' } })

/** Efficiency of a pump itself, percent: EPANET's own default. */
const pumpEfficiency = 75

export function toPump(reader: TwinReader, ends: LinkSpec, curve: string, isShut: boolean): Pump {
  return {
    ...ends, curve, isOpen: !isShut && reader.status() === 'OPEN',
    speed: reader.number('speed', { above: 0, max: 10, preset: { value: 1, why: 'The head curve is that of its rated speed.' } }),
    efficiency: pumpEfficiency * reader.number('motor.efficiency', { above: 0, max: 1, preset: { value: 1, why: 'Power is that of the shaft.' } }),
  }
}

const functions = new Set(['PRV', 'PSV', 'PBV', 'FCV', 'TCV'])

export function toValve(reader: TwinReader, ends: LinkSpec, isShut: boolean): Valve {
  const kind = reader.raw('function')
  if (kind === undefined || kind === null) reader.refuseMissing('function')
  else if (typeof kind !== 'string' || !functions.has(kind)) reader.refuse('OUT_OF_BOUNDS', 'function', `is ${JSON.stringify(kind).slice(0, 60)}; it must be one of ${[...functions].join(', ')}.`)
  const unit = kind === 'FCV' ? { unit: 'litrePerSecond' } : kind === 'TCV' ? {} : { unit: 'metre' }
  return {
    ...ends, function: String(kind), diameter: reader.number('diameter', pipeBounds.diameter), minorLoss: minorLoss(reader), isOpen: !isShut,
    setting: reader.number('setting', { min: 0, max: 1e6, ...unit }),
  }
}

/** The points of a pump's head curve, litres per second and metres; undefined where they are refused. */
export function toHeadCurve(reader: TwinReader): Points | undefined {
  const value = reader.raw('headCurve')
  if (value === undefined || value === null) return void reader.refuseMissing('headCurve')
  const [flow, head] = [reader.affine('headCurve.flow', 'litrePerSecond'), reader.affine('headCurve.head', 'metre')]
  const points = Array.isArray(value) ? value.map(toPoint) : []
  const isList = points.length > 0 && points.length <= 100 && points.every((point) => point !== undefined)
  if (!isList) return void reader.refuse('WRONG_TYPE', 'headCurve', 'is no list of one to a hundred points such as { "flow": 55, "head": 60 }.')
  if (!flow || !head) return undefined
  const converted = points.map(([x, y]) => [convert(x, flow), convert(y, head)] as const)
  const problem = curveProblem(converted)
  if (problem !== undefined) return void reader.refuse('OUT_OF_BOUNDS', 'headCurve', problem)
  return converted
}

function toPoint(value: Json): readonly [number, number] | undefined {
  if (!isObject(value)) return undefined
  const { flow, head } = value
  return typeof flow === 'number' && typeof head === 'number' ? [flow, head] : undefined
}

/** What EPANET makes a head curve of (EPANET 2.2 User Manual, 3.1 Pumps): one point, a power function through three that begin with no flow, or straight lines. */
function curveProblem(points: Points): string | undefined {
  if (points.some(([flow, head]) => flow < 0 || head < 0)) return 'has a flow or head below 0.'
  if (points.some(([flow, head], index) => index > 0 && !(flow > (points[index - 1]?.[0] ?? 0) && head < (points[index - 1]?.[1] ?? 0)))) return 'does not fall: flows must rise from point to point, and heads fall.'
  const [shutOff, rated, run] = points
  if (points.length === 1 && !((shutOff?.[0] ?? 0) > 0 && (shutOff?.[1] ?? 0) > 0)) return 'has one point, of which flow and head must be more than 0.'
  if (points.length === 2) return 'has two points. Give one, three or more.'
  if (points.length !== 3 || shutOff?.[0] !== 0 || !rated || !run) return undefined
  const exponent = Math.log((shutOff[1] - run[1]) / (shutOff[1] - rated[1])) / Math.log(run[0] / rated[0])
  return exponent > 0 && exponent <= 20 ? undefined : `bends too much: its exponent is ${exponent.toPrecision(3)} and may be at most 20.`
}
