import { fleet, sensorId, stationId, stationTelemetry } from './fleet.ts'

/** A batch of a thousand readings: as a request body, and as rows for a table. */
export interface Batch {
  /** NDJSON. */
  readonly body: Buffer
  /** The rows as they are in the body. */
  readonly rows: Rows
  /** Of them, those that were sent before. */
  readonly duplicates: number
}

export interface Rows {
  readonly series: Int32Array
  /** Microseconds. */
  readonly at: BigInt64Array
  readonly value: Float64Array
}

export interface TrafficConfig {
  /** Values in a message: sensors send one, stations four. */
  readonly values: 1 | 4
  /** The minute it begins at. */
  readonly fromMinute?: number
  /** Whether a tenth of the messages comes late, and a hundredth twice. */
  readonly disorder?: boolean
}

export interface Traffic {
  next(): Batch
  /** The minute of the next batch. */
  readonly minute: number
}

export const batchReadings = 1_000
const minuteMs = 60_000
/** All of it lies in the past, and fits: 60 days. */
export const startOfTraffic = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 60 * 86_400_000
export const minuteText = (minute: number): string => new Date(startOfTraffic + minute * minuteMs).toISOString()

/**
 * What gateways would send: every minute each of its series once, a minute after the other. Late messages are of seven and a half minutes ago; repeated ones
 * are what the same gateway sent the minute before. A gateway numbers its messages, so that the numbers of a single series have gaps.
 */
export function createTraffic({ values, fromMinute = 0, disorder = true }: TrafficConfig): Traffic {
  const messages = batchReadings / values
  const [id, names] = values === 1 ? [sensorId, ['flow']] : [stationId, stationTelemetry]
  let batch = fromMinute * fleet.gateways

  const next = (): Batch => {
    const gateway = batch % fleet.gateways
    const minute = Math.floor(batch++ / fleet.gateways)
    const rows: Rows = { series: new Int32Array(batchReadings), at: new BigInt64Array(batchReadings), value: new Float64Array(batchReadings) }
    const lines: string[] = []
    let duplicates = 0
    for (let index = 0; index < messages; index++) {
      const isRepeated = disorder && minute > fromMinute && index % 100 === (minute * 37) % 100
      const of = isRepeated ? minute - 1 : minute
      const isLate = disorder && index % 10 === of % 10
      const ms = startOfTraffic + of * minuteMs - (isLate ? 7.5 * minuteMs : 0)
      const twin = gateway * messages + index
      const numbers = names.map((_, place) => valueOf(twin * values + place, of))
      for (const [place, value] of numbers.entries()) {
        const row = index * values + place
        rows.series[row] = twin * values + place
        rows.at[row] = BigInt(ms) * 1_000n
        rows.value[row] = value
      }
      if (isRepeated) duplicates += values
      lines.push(`{"twin":"${id(twin)}","at":"${timeText(ms)}","values":{${names.map((name, place) => `"${name}":${numbers[place] ?? 0}`).join()}},"origin":"gateway-${values}-${gateway}","sequence":${of * messages + index}}`)
    }
    return { body: Buffer.from(lines.join('\n')), rows, duplicates }
  }
  return {
    next,
    get minute() {
      return Math.floor(batch / fleet.gateways)
    },
  }
}

/** A day's curve with noise, to three decimals, as a meter gives it. */
function valueOf(series: number, minute: number): number {
  const noise = Math.imul(series * 7_919 + minute, 0x9e3779b1) >>> 22
  return Math.round(50_000 + 20_000 * Math.sin((minute / 1_440) * 2 * Math.PI + series) + noise) / 1_000
}

/** The same few times come a thousand times each. */
const texts = new Map<number, string>()
function timeText(ms: number): string {
  const known = texts.get(ms)
  if (known !== undefined) return known
  if (texts.size > 1_000) texts.clear()
  const text = new Date(ms).toISOString()
  texts.set(ms, text)
  return text
}
