import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** Those of the 21 sensors that move in FD001; the others are constant at sea level. */
export const sensors = [2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21] as const
export const sensorName = (sensor: number): string => `s${sensor}`

export interface Engine {
  readonly unit: number
  /** Of each cycle, the oldest first, the sensors in their order. */
  readonly cycles: readonly (readonly number[])[]
}

/** `unit cycle setting1 … setting3 sensor1 … sensor21`, a line a cycle (Saxena et al., PHM 2008). */
export function readEngines(path: string): readonly Engine[] {
  const lines = gunzipSync(readFileSync(path)).toString().trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  return [...Map.groupBy(lines, ([unit = 0]) => unit)].map(([unit, rows]) => ({ unit, cycles: rows.map((row) => sensors.map((sensor) => row[sensor + 4] ?? NaN)) }))
}
