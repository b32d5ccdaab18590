import type { Microseconds } from '../../telemetry/reading.ts'

interface Timed {
  readonly at: Microseconds
}

/** Of each instant the reading that is nearest, the earlier of two, at most so far away; both ascending. Undefined: there is none. */
export function nearestReadings<Reading extends Timed>(instants: readonly Microseconds[], readings: readonly Reading[], within: Microseconds): readonly (Reading | undefined)[] {
  let place = 0
  return instants.map((instant) => {
    while (distance(readings[place + 1], instant) < distance(readings[place], instant)) place++
    const found = readings[place]
    return distance(found, instant) <= within ? found : undefined
  })
}

const distance = (reading: Timed | undefined, instant: Microseconds): number => (reading ? Math.abs(reading.at - instant) : Infinity)
