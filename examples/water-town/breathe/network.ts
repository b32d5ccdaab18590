import type { ModelName, TwinInput } from '../twin-input.ts'
import { dtmiOf } from '../twin-input.ts'

/**
 * The town as a hydraulic engine sees it. Nodes are numbered: first the junctions, then those whose head is given (reservoirs, tanks).
 * Inside, lengths, heads and losses are metres, flows cubic metres a second.
 */
export interface Network {
  readonly junctions: readonly Junction[]
  readonly reservoirs: readonly { readonly id: string; readonly node: number; readonly head: number }[]
  readonly tanks: readonly Tank[]
  readonly links: readonly Link[]
}

export interface Junction {
  readonly id: string
  readonly district: string
  readonly elevation: number
  readonly baseDemand: number
  /** 24 hourly multipliers; none where nobody uses water. */
  readonly pattern: readonly number[]
  readonly use: string
}

export interface Tank {
  readonly id: string
  readonly district: string
  readonly node: number
  /** Of the floor. */
  readonly elevation: number
  /** Square metres of its water's surface. */
  readonly area: number
  readonly minLevel: number
  readonly maxLevel: number
}

/** From `from` to `to` the head falls by `offset + resistance × flow^exponent + minor × flow²`, with the sign of the flow; a pump's offset is negative. */
export interface Link {
  readonly id: string
  readonly district: string
  readonly model: ModelName
  readonly from: number
  readonly to: number
  readonly offset: number
  readonly resistance: number
  readonly exponent: number
  readonly minor: number
  readonly status: string
  /** Lets nothing flow back. */
  readonly isOneWay: boolean
  /** The head to which a pressure reducing valve holds its outlet. */
  readonly reducesTo: number | undefined
  readonly pump: Pump | undefined
}

export interface Pump {
  readonly ratedFlow: number
  /** Of the motor, 0 to 1. */
  readonly efficiency: number
  /** The tank whose level switches it, and at which levels. */
  readonly tank: string
  readonly startBelow: number
  readonly stopAbove: number
}

const gravity = 9.81

/** Throws for a plan that is no network. */
export function toNetwork(plan: readonly TwinInput[]): Network {
  const of = (...models: readonly ModelName[]): readonly TwinInput[] => plan.filter(({ model }) => models.some((name) => dtmiOf(name) === model))
  // Chambers last: each joins distant streets, which would else fill the equations between them.
  const junctions = of('Junction').toSorted((one, other) => Number(isChamber(one)) - Number(isChamber(other)))
  const [reservoirs, tanks] = [of('Reservoir'), of('Tank')]
  const numbers = new Map([...junctions, ...reservoirs, ...tanks].map(({ id }, index) => [id, index]))
  const districts = new Map(of('District').flatMap((district) => targets(district, 'contains').map((id) => [id, district.id] as const)))
  const sources = new Map(plan.flatMap((twin) => targets(twin, 'feeds').map((to) => [to, twin.id] as const)))
  const place = (id: string | undefined): number => known(numbers.get(id ?? ''), `node ${id}`)
  const elevations = new Map([...junctions, ...tanks].map((twin) => [place(twin.id), number(twin, 'elevation')]))
  const districtOf = (id: string): string => known(districts.get(id), `district of ${id}`)
  return {
    junctions: junctions.map((twin) => toJunction(twin, districtOf(twin.id))),
    reservoirs: reservoirs.map((twin) => ({ id: twin.id, node: place(twin.id), head: number(twin, 'head') })),
    tanks: tanks.map((twin) => toTank(twin, place(twin.id), districtOf(twin.id))),
    links: [
      ...of('Pipe').map((twin) => ({ ...common('Pipe', twin), ...pipe(twin) })),
      ...of('Pump').map((twin) => ({ ...common('Pump', twin), ...pump(twin) })),
      ...of('Valve').map((twin) => ({ ...common('Valve', twin), ...valve(twin, elevations.get(place(targets(twin, 'feeds')[0])) ?? 0) })),
    ],
  }

  function common(model: ModelName, twin: TwinInput): Pick<Link, 'id' | 'district' | 'model' | 'from' | 'to' | 'status'> {
    return { id: twin.id, district: districtOf(twin.id), model, from: place(sources.get(twin.id)), to: place(targets(twin, 'feeds')[0]), status: text(twin, 'status') }
  }
}

const isChamber = (twin: TwinInput): boolean => number(twin, 'baseDemand') === 0

const toJunction = (twin: TwinInput, district: string): Junction => ({
  id: twin.id, district, elevation: number(twin, 'elevation'), baseDemand: number(twin, 'baseDemand') / 1_000,
  pattern: Array.isArray(twin.properties['demandPattern']) ? twin.properties['demandPattern'].map(Number) : [], use: String(twin.properties['use'] ?? ''),
})

const toTank = (twin: TwinInput, node: number, district: string): Tank => ({
  id: twin.id, district, node, elevation: number(twin, 'elevation'), area: (Math.PI / 4) * number(twin, 'diameter') ** 2,
  minLevel: number(twin, 'minLevel'), maxLevel: number(twin, 'maxLevel'),
})

type Losses = Pick<Link, 'offset' | 'resistance' | 'exponent' | 'minor' | 'isOneWay' | 'reducesTo' | 'pump'>
const lossless: Losses = { offset: 0, resistance: 0, exponent: 1.852, minor: 0, isOneWay: false, reducesTo: undefined, pump: undefined }

/** Hazen-Williams in SI units: 10.667 × C^-1.852 × d^-4.871 × length (EPANET 2.2 User Manual, table 3.1, in metres). */
function pipe(twin: TwinInput): Losses {
  const diameter = number(twin, 'diameter') / 1_000
  const resistance = 10.667 * number(twin, 'roughness') ** -1.852 * diameter ** -4.871 * number(twin, 'length')
  return { ...lossless, resistance, minor: velocityHead(diameter) * number(twin, 'minorLoss'), isOneWay: twin.properties['checkValve'] === true }
}

/** Metres of velocity head for (m³/s)². */
const velocityHead = (diameter: number): number => 8 / (gravity * Math.PI ** 2 * diameter ** 4)

/** A power function through the three points of the head curve (EPANET 2.2 User Manual, 3.1 Pumps). */
function pump(twin: TwinInput): Losses {
  const [shutOff, rated, run] = (twin.properties['headCurve'] as readonly { flow: number; head: number }[]).map(({ flow, head }) => ({ flow: flow / 1_000, head }))
  if (!shutOff || !rated || !run) throw new RangeError(`${twin.id} has no head curve of three points`)
  const exponent = Math.log((shutOff.head - run.head) / (shutOff.head - rated.head)) / Math.log(run.flow / rated.flow)
  const [switchedBy] = twin.relationships.filter(({ name }) => name === 'switchedBy')
  const { startBelow, stopAbove } = switchedBy?.properties ?? {}
  return {
    ...lossless, offset: -shutOff.head, resistance: (shutOff.head - rated.head) / rated.flow ** exponent, exponent, isOneWay: true,
    pump: { ratedFlow: rated.flow, efficiency: Number(twin.components['motor']?.['efficiency']), tank: known(switchedBy, `tank of ${twin.id}`).to, startBelow: Number(startBelow), stopAbove: Number(stopAbove) },
  }
}

function valve(twin: TwinInput, outletElevation: number): Losses {
  const head = velocityHead(number(twin, 'diameter') / 1_000)
  if (twin.properties['function'] === 'PRV') return { ...lossless, minor: head * number(twin, 'minorLoss'), reducesTo: outletElevation + number(twin, 'setting') }
  return { ...lossless, minor: head * Math.max(number(twin, 'setting'), number(twin, 'minorLoss')) }
}

const targets = (twin: TwinInput, name: string): readonly string[] => twin.relationships.filter((one) => one.name === name).map(({ to }) => to)

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ReferenceError(`the plan has no ${what}`)
  return value
}

function number(twin: TwinInput, name: string): number {
  const value = twin.properties[name]
  if (typeof value !== 'number') throw new TypeError(`${twin.id} has no number ${name}`)
  return value
}

const text = (twin: TwinInput, name: string): string => String(twin.properties[name])
