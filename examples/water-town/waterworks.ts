import type { Builder } from './builder.ts'
import { mains, pumps, valves } from './plan/links.ts'
import type { MainPlan, PumpPlan } from './plan/links.ts'
import { chambers, opened, reservoirs, tanks } from './plan/nodes.ts'
import { brokenSensor, sensors } from './plan/sensors.ts'
import { round, toPosition } from './terrain.ts'

/** Reservoirs, tanks and chambers: the nodes outside the streets. */
export function addWaterworks(town: Builder): void {
  for (const { head, elevation, ...place } of reservoirs) {
    town.add({ ...place, model: 'Reservoir', status: 'RUNNING', properties: { elevation, head } })
  }
  for (const { elevation, diameter, levels, ...place } of tanks) {
    const [minLevel, initialLevel, maxLevel] = levels
    town.add({ ...place, model: 'Tank', status: 'RUNNING', properties: { elevation, diameter, minLevel, maxLevel, initialLevel } })
  }
  for (const { elevation, ...place } of chambers) {
    town.add({ ...place, model: 'Junction', status: 'RUNNING', commissioned: opened.wells, properties: { elevation, baseDemand: 0 } })
  }
}

/** Mains, pumps and valves; the nodes they join must be there. */
export function addLinks(town: Builder): void {
  for (const main of mains) addMain(town, main)
  for (const pump of pumps) addPump(town, pump)
  for (const { id, name, district, status, function: role, setting, diameter, ...joint } of valves) {
    const properties = { function: role, setting, diameter, minorLoss: 0.2 }
    town.join(joint, { id, model: 'Valve', name, district, status, commissioned: '2003-10-06', properties })
  }
}

function addMain(town: Builder, { id, name, district, commissioned, from, to, minorLoss = 0, checkValve = false, ...kind }: MainPlan): void {
  const joint = { from, to }
  const properties = { ...kind, length: town.length(joint), minorLoss, checkValve, route: routeOf(town, from, to) }
  town.join(joint, { id, model: 'Pipe', name, district, status: 'RUNNING', commissioned, properties })
}

export function routeOf(town: Builder, ...ids: readonly string[]): { type: 'LineString'; coordinates: unknown[] } {
  return { type: 'LineString', coordinates: ids.map((id) => toPosition(town.get(id).spot)) }
}

function addPump(town: Builder, { id, name, district, status, commissioned, from, to, ...plan }: PumpPlan): void {
  const [ratedFlow, ratedHead] = plan.rated
  const [runFlow, runHead] = plan.run
  const headCurve = [{ flow: 0, head: plan.shutOff }, { flow: ratedFlow, head: ratedHead }, { flow: runFlow, head: runHead }]
  town.join({ from, to }, {
    id, model: 'Pump', name, district, status, commissioned,
    properties: { ratedFlow, ratedHead, headCurve, speed: 1 },
    components: {
      motor: { ratedPower: motorPower(ratedFlow, ratedHead), efficiency: plan.efficiency, serialNumber: `AM-${commissioned.slice(0, 4)}-${id}` },
    },
    relationships: [{ name: 'switchedBy', to: plan.tank, properties: { startBelow: plan.start, stopAbove: plan.stop } }],
  }, plan.aside)
}

/** Kilowatts: density × gravity × flow × head, by a pump efficiency of 0.75, and a reserve of a quarter. */
function motorPower(litresPerSecond: number, metres: number): number {
  return round((1.25 * 9.81 * litresPerSecond * metres) / 1000 / 0.75, 1)
}

/** Instruments, each at the asset it measures. */
export function addSensors(town: Builder): void {
  for (const [index, { at, series, network }] of sensors.entries()) {
    const { name, district, spot } = town.get(at)
    const id = `sensor-${at}`
    town.add({
      id, model: 'Sensor', name: `${name}, ${series}`, district, spot, commissioned: '2021-04-12',
      status: id === brokenSensor ? 'FAULT' : 'RUNNING',
      properties: { interval: network === 'LORAWAN' ? 'PT15M' : 'PT5M', accuracy: series === 'flow' ? 0.01 : 0.005 },
      components: { transmitter: network === 'LORAWAN' ? { network, battery: round(0.95 - 0.03 * index, 2) } : { network } },
      relationships: [{ name: 'measures', to: at, properties: { series } }],
    })
  }
}
