import type { TwinInput } from '../twin-input.ts'
import { type Chance, jitter, wander } from './chance.ts'
import type { Link, Network } from './network.ts'
import type { Moment, Town } from './operation.ts'

/** What a device says at an instant: a message as `/ingest` takes it. */
export interface Message {
  readonly twin: string
  /** ISO 8601, UTC. */
  readonly at: string
  /** Telemetry name → value. */
  readonly values: Readonly<Record<string, number>>
  readonly quality?: 'BAD'
  readonly origin: string
  readonly sequence: number
  /** Telemetry name → its DTDL unit, where that is not the model's. */
  readonly units?: Readonly<Record<string, string>>
}

/** A device and what it reads of one twin. */
export interface Instrument {
  readonly origin: string
  /** Its place among the messages that its origin sends at one instant. */
  readonly place: number
  readonly twin: string
  readonly probes: readonly Probe[]
  readonly isBroken: boolean
}

interface Probe {
  readonly name: string
  /** The true value, in the model's unit. */
  readonly of: (moment: Moment) => number
  /** Typical error, as a share of the value and of `scale`. */
  readonly accuracy: number
  readonly scale: number
  readonly digits: number
  readonly unit?: { readonly term: string; readonly perOwn: number }
}

/** Elements without a sensor of their own are read by the remote terminal unit of their district, which is a little less exact. */
const unitAccuracy = 0.01
/** More messages of one origin at one instant there are not. */
const mostPlaces = 1_024
const month = 30 * 86_400_000

/** Everything in the plan that has telemetry: each series is read by its sensor where there is one. */
export function toInstruments(plan: readonly TwinInput[], network: Network): readonly Instrument[] {
  const sensors = plan.flatMap((twin) => twin.relationships.filter(({ name }) => name === 'measures').map(({ to, properties }) => ({ twin, to, series: properties?.['series'] })))
  const places = new Map<string, number>()
  const place = (origin: string): number => {
    const next = places.get(origin) ?? 0
    places.set(origin, next + 1)
    return next
  }
  return elements(network).flatMap(({ id, district, probes }) => {
    const own = sensors.filter(({ to }) => to === id)
    const bySensor = own.map(({ twin, series }) => ({
      origin: twin.id, twin: id, isBroken: twin.properties['status'] === 'FAULT',
      probes: probes.filter(({ name }) => name === series).map((probe) => ({ ...probe, accuracy: Number(twin.properties['accuracy']) })),
    }))
    const byUnit = { origin: `rtu-${district}`, twin: id, isBroken: false, probes: probes.filter(({ name }) => own.every(({ series }) => series !== name)) }
    return [...bySensor, byUnit].filter((one) => one.probes.length > 0).map((one) => ({ ...one, place: place(one.origin) }))
  })
}

interface Element {
  readonly id: string
  readonly district: string
  readonly probes: readonly Probe[]
}

function elements({ junctions, tanks, links }: Network): readonly Element[] {
  const probe = (name: string, of: Probe['of'], scale: number, digits: number): Probe => ({ name, of, accuracy: unitAccuracy, scale, digits })
  return [
    ...junctions.map(({ id, district, elevation }, node) => ({
      id, district,
      probes: [probe('pressure', ({ heads }) => (heads[node] ?? 0) - elevation, 10, 2), probe('demand', ({ demands }) => 1_000 * (demands[node] ?? 0), 0, 3)],
    })),
    ...tanks.map(({ id, district }, index) => ({ id, district, probes: [probe('level', ({ levels }) => levels[index] ?? 0, 0, 3)] })),
    ...links.map((link, index) => {
      const { id, district, pump } = link
      const flow = probe('flow', ({ flows }) => 1_000 * (flows[index] ?? 0), 0, 3)
      const probes = pump ? [flow, probe('power', ({ flows }) => kilowatts(link, flows[index] ?? 0), 0, 2)] : [flow]
      return { id, district, probes: pump && district === 'east' ? probes.map(olderUnits) : probes }
    }),
  ]
}

/** The controllers of Eastfield's wells are of 1998: they speak of cubic metres an hour, and of watts. */
const olderUnits = (probe: Probe): Probe => ({ ...probe, unit: probe.name === 'flow' ? { term: 'cubicMetrePerHour', perOwn: 3.6 } : { term: 'watt', perOwn: 1_000 } })

/** Of a pump itself, and of water in kN/m³: what EPANET takes where nothing else is said (its 62.4 lb/ft³). */
const [pumpEfficiency, specificWeight] = [0.75, 9.8023]

/** Electric power: specific weight × flow × lift, by the efficiencies of pump and motor. What a float valve throttles away is lifted all the same. */
export function kilowatts({ pump }: Link, flow: number): number {
  return pump && flow > 0 ? (specificWeight * flow * pump.lift(flow)) / (pumpEfficiency * pump.efficiency) : 0
}

/** What all instruments say at an instant (milliseconds since 1970). The same for the same town and instant. */
export function readingsAt(town: Town, instruments: readonly Instrument[], instant: number): readonly Message[] {
  const moment = town.at(instant)
  const at = new Date(instant).toISOString()
  return instruments.map(({ origin, place, twin, probes, isBroken }) => {
    const read = (probe: Probe): number => (isBroken ? stuck(town.chance, origin, instant) : measured(town.chance, `${origin} ${twin} ${probe.name}`, probe, moment, instant))
    const units = probes.flatMap(({ name, unit }) => (unit ? [[name, unit.term] as const] : []))
    return {
      twin, at,
      values: Object.fromEntries(probes.map((probe) => [probe.name, read(probe)])),
      ...(isBroken && { quality: 'BAD' as const }),
      origin,
      sequence: Math.floor(instant / 1_000) * mostPlaces + place,
      ...(units.length > 0 && { units: Object.fromEntries(units) }),
    }
  })
}

/** The true value with the noise of the moment and a drift over the months, each as large as the accuracy says. Nothing is read as nothing. */
function measured(chance: Chance, what: string, { of, accuracy, scale, digits, unit }: Probe, moment: Moment, instant: number): number {
  const value = of(moment)
  const noise = 0.3 * jitter(chance, what, Math.floor(instant / 1_000)) + 0.7 * wander(chance, `${what} drift`, instant, month)
  const read = value === 0 ? 0 : value + accuracy * noise * Math.max(Math.abs(value), scale)
  return Number((read * (unit?.perOwn ?? 1)).toFixed(digits))
}

/** A broken instrument stands still for hours, wherever it happened to stop. */
function stuck(chance: Chance, origin: string, instant: number): number {
  return Number((60 * chance(`${origin} stuck`, Math.floor(instant / (6 * 3_600_000)))).toFixed(1))
}
