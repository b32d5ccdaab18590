import type { InputSeries } from '../../simulation/engine-program.ts'
import type { FmiInput, InputInstance, InputPort, InputWire } from '../../simulation/fmi/program-input.ts'
import type { FmuInstance } from './fmu-instance.ts'
import type { ValueGroup } from './value-group.ts'

/** What goes into instances, between them, and out of them. */
export interface Exchange {
  /** Before the first step: telemetry and wires, until nothing changes any more; false where that does not come to an end. */
  settle(): boolean
  /** Telemetry at an instant; seconds since the start. */
  feed(time: number): void
  /** All wires, on what every source is before any target is told. */
  transfer(): void
  /** The wires to one instance. */
  transferTo(instance: number): void
  /** Valid until the next call. */
  outputs(): Float64Array
}

const microseconds = 1_000_000

/** `from`: the window's start, in microseconds since 1970. */
export function createExchange(input: FmiInput, instances: readonly FmuInstance[], series: readonly InputSeries[], from: number): Exchange {
  const feeds = instances.flatMap((instance, index) => createFeed(instance, input.instances[index]?.series ?? [], series) ?? [])
  const cables = input.order.map((target) => createCables(input.wires.filter(({ to }) => to.instance === target), instances, target))
  const cablesTo = new Map(input.order.map((target, at) => [target, cables[at] ?? []]))
  const outputs = createOutputs(input.outputs, instances)
  const feed = (time: number): void => { for (const each of feeds) each(from + time * microseconds) }
  const transferTo = (instance: number): boolean => {
    let isChanged = false
    for (const cable of cablesTo.get(instance) ?? []) isChanged = cable.pull() || isChanged
    for (const cable of cablesTo.get(instance) ?? []) cable.push()
    return isChanged
  }
  return {
    feed, transferTo, outputs,
    transfer() {
      for (const each of cables) for (const cable of each) cable.pull()
      for (const each of cables) for (const cable of each) cable.push()
    },
    settle() {
      feed(0)
      // With direct feed-through a value may have to pass all instances; without a circle, the order of turns does it in one round.
      const rounds = input.isCyclic ? input.order.length + 1 : 1
      for (let round = 0; round < rounds; round++) {
        let isChanged = false
        for (const index of input.order) isChanged = transferTo(index) || isChanged
        if (!isChanged || !input.isCyclic) return true
      }
      return false
    },
  }
}

/** Between two instances. */
interface Cable {
  /** Reads the source; whether anything is other than before. */
  pull(): boolean
  push(): void
}

function createCables(wires: readonly InputWire[], instances: readonly FmuInstance[], target: number): readonly Cable[] {
  const sources = [...new Set(wires.map(({ from }) => from.instance))]
  return sources.flatMap((source) => {
    const ofSource = wires.filter(({ from }) => from.instance === source)
    const out = instances[source]?.group(ofSource.map(({ from }) => from))
    const into = instances[target]?.group(ofSource.map(({ to }) => to))
    return out && into ? [createCable(ofSource, out, into)] : []
  })
}

function createCable(wires: readonly InputWire[], out: ValueGroup, into: ValueGroup): Cable {
  into.values.fill(Number.NaN)
  return {
    pull() {
      out.read()
      let isChanged = false
      for (const [index, { scale, shift }] of wires.entries()) {
        const value = (out.values[index] ?? Number.NaN) * scale + shift
        isChanged ||= !Object.is(value, into.values[index])
        into.values[index] = value
      }
      return isChanged
    },
    push: into.write,
  }
}

/** The last reading counts until the next; before the first one, the FMU keeps its own start value. `at`: microseconds since 1970. */
function createFeed(instance: FmuInstance, inputs: InputInstance['series'], series: readonly InputSeries[]): ((at: number) => void) | undefined {
  if (inputs.length === 0) return undefined
  const ports = inputs.map((port) => ({ ...port, group: instance.group([port]), readings: series[port.series] ?? { at: new Float64Array(), values: new Float64Array() }, next: 0 }))
  return (at) => {
    for (const port of ports) {
      const { readings, group, scale, shift } = port
      const before = port.next
      while (port.next < readings.at.length && (readings.at[port.next] ?? Infinity) <= at) port.next++
      if (port.next === before) continue
      group.values[0] = (readings.values[port.next - 1] ?? 0) * scale + shift
      group.write()
    }
  }
}

/** In the order of the ports, whichever instances they are of. */
function createOutputs(ports: readonly InputPort[], instances: readonly FmuInstance[]): () => Float64Array {
  const values = new Float64Array(ports.length)
  const groups = instances.map((instance, index) => {
    const places = ports.flatMap((port, place) => (port.instance === index ? [place] : []))
    return { places, group: instance.group(places.flatMap((place) => ports[place] ?? [])) }
  })
  return () => {
    for (const { places, group } of groups) {
      group.read()
      places.forEach((place, at) => { values[place] = group.values[at] ?? Number.NaN })
    }
    return values
  }
}
