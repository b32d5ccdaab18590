import type { ModelName, TwinInput } from '../twin-input.ts'
import { dtmiOf } from '../twin-input.ts'

/**
 * The town as those who run it see it; pipes and their losses are EPANET's business. Nodes are numbered: first the junctions, then reservoirs, then tanks.
 * Inside, lengths and heads are metres, flows cubic metres a second.
 */
export interface Network {
  readonly junctions: readonly Junction[]
  readonly reservoirs: readonly { readonly id: string }[]
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

export interface Link {
  readonly id: string
  readonly district: string
  readonly model: ModelName
  readonly from: number
  readonly to: number
  readonly status: string
  /** Whether it is the inlet of a tank, and no pump: its float valve may throttle it. */
  readonly mayBeThrottled: boolean
  readonly pump: Pump | undefined
}

export interface Pump {
  /** Lifts so many metres at a flow. */
  readonly lift: (flow: number) => number
  /** Of the motor, 0 to 1. */
  readonly efficiency: number
  /** The tank whose level switches it, and at which levels. */
  readonly tank: string
  readonly startBelow: number
  readonly stopAbove: number
}

/** Throws for a plan that is no network. */
export function toNetwork(plan: readonly TwinInput[]): Network {
  const of = (...models: readonly ModelName[]): readonly TwinInput[] => plan.filter(({ model }) => models.some((name) => dtmiOf(name) === model))
  const [junctions, reservoirs, tanks] = [of('Junction'), of('Reservoir'), of('Tank')]
  const numbers = new Map([...junctions, ...reservoirs, ...tanks].map(({ id }, index) => [id, index]))
  const districts = new Map(of('District').flatMap((district) => targets(district, 'contains').map((id) => [id, district.id] as const)))
  const sources = new Map(plan.flatMap((twin) => targets(twin, 'feeds').map((to) => [to, twin.id] as const)))
  const place = (id: string | undefined): number => known(numbers.get(id ?? ''), `node ${id}`)
  const atTanks = new Set(tanks.map(({ id }) => place(id)))
  const districtOf = (id: string): string => known(districts.get(id), `district of ${id}`)
  return {
    junctions: junctions.map((twin) => toJunction(twin, districtOf(twin.id))),
    reservoirs: reservoirs.map(({ id }) => ({ id })),
    tanks: tanks.map((twin) => toTank(twin, place(twin.id), districtOf(twin.id))),
    links: (['Pipe', 'Pump', 'Valve'] as const).flatMap((model) => of(model).map((twin) => toLink(model, twin))),
  }

  function toLink(model: ModelName, twin: TwinInput): Link {
    const [from, to] = [place(sources.get(twin.id)), place(targets(twin, 'feeds')[0])]
    const status = text(twin, 'status')
    return { id: twin.id, district: districtOf(twin.id), model, from, to, status, mayBeThrottled: model !== 'Pump' && atTanks.has(to) && status === 'RUNNING', pump: model === 'Pump' ? toPump(twin) : undefined }
  }
}

const toJunction = (twin: TwinInput, district: string): Junction => ({
  id: twin.id, district, elevation: number(twin, 'elevation'), baseDemand: number(twin, 'baseDemand') / 1_000,
  pattern: Array.isArray(twin.properties['demandPattern']) ? twin.properties['demandPattern'].map(Number) : [], use: String(twin.properties['use'] ?? ''),
})

const toTank = (twin: TwinInput, node: number, district: string): Tank => ({
  id: twin.id, district, node, elevation: number(twin, 'elevation'), area: (Math.PI / 4) * number(twin, 'diameter') ** 2,
  minLevel: number(twin, 'minLevel'), maxLevel: number(twin, 'maxLevel'),
})

/** A power function through the three points of the head curve, as EPANET takes it (EPANET 2.2 User Manual, 3.1 Pumps). */
function toPump(twin: TwinInput): Pump {
  const [shutOff, rated, run] = (twin.properties['headCurve'] as readonly { flow: number; head: number }[]).map(({ flow, head }) => ({ flow: flow / 1_000, head }))
  if (!shutOff || !rated || !run) throw new RangeError(`${twin.id} has no head curve of three points`)
  const exponent = Math.log((shutOff.head - run.head) / (shutOff.head - rated.head)) / Math.log(run.flow / rated.flow)
  const [switchedBy] = twin.relationships.filter(({ name }) => name === 'switchedBy')
  const { startBelow, stopAbove } = switchedBy?.properties ?? {}
  return {
    lift: (flow) => shutOff.head - (shutOff.head - rated.head) * (flow / rated.flow) ** exponent,
    efficiency: Number(twin.components['motor']?.['efficiency']), tank: known(switchedBy, `tank of ${twin.id}`).to, startBelow: Number(startBelow), stopAbove: Number(stopAbove),
  }
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
