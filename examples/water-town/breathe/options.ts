import { parseArgs } from 'node:util'
import { parseDuration } from '../../../src/telemetry/duration.ts'
import { parseInstant } from '../../../src/telemetry/instant.ts'

/** Times are milliseconds, instants since 1970. */
export interface Options {
  /** Of the server; unused where there is a broker. */
  readonly url: string
  readonly mqtt: string | undefined
  /** Where the time of the town begins, if not now. */
  readonly from: number | undefined
  /** How many seconds pass in the town in one of ours. */
  readonly speed: number
  readonly every: number
  readonly backfill: number
  readonly seed: number
  readonly faults: boolean
  /** Litres a second, and when it opens: with what is sent of the present, unless an instant is given. */
  readonly leak: { readonly at: string; readonly litres: number; readonly from: number | undefined } | undefined
}

export const usage = `npm run breathe -- [options]

  --url http://127.0.0.1:4000   the server; readings go to its /ingest
  --mqtt mqtt://host:1883       a broker; readings go to aldermere/{twin}/telemetry instead
  --every PT1M                  how often every instrument is read
  --backfill PT24H              what to send of the past first; PT0S for nothing
  --from 2026-03-01T00:00:00Z   where the town's time begins, if not now
  --speed 1                     how fast it goes
  --seed 1                      another seed, another town's chance
  --leak north-b2=6             water that leaks at a junction, in litres a second; from when on: north-b2=6@2026-03-01T06:00:00Z
  --faults on                   late, repeated, overtaken and broken messages; off for none`

/** The command line; a sentence about what is wrong with it otherwise, which is empty where only help is wanted. */
export function parseOptions(args: readonly string[]): Options | string {
  if (args.includes('--help')) return ''
  try {
    const text = { type: 'string' } as const
    const { values } = parseArgs({ args: [...args], options: { url: text, mqtt: text, from: text, speed: text, every: text, backfill: text, seed: text, faults: text, leak: text } })
    return {
      url: address('url', values.url ?? 'http://127.0.0.1:4000', ['http:', 'https:']),
      mqtt: values.mqtt === undefined ? undefined : address('mqtt', values.mqtt, ['mqtt:', 'mqtts:', 'ws:', 'wss:']),
      from: values.from === undefined ? undefined : instant('from', values.from),
      speed: within('speed', Number(values.speed ?? 1), 0.001, 100_000),
      every: within('every', duration('every', values.every ?? 'PT1M'), 1_000, 86_400_000),
      backfill: within('backfill', duration('backfill', values.backfill ?? 'PT24H'), 0, 366 * 86_400_000),
      seed: within('seed', Number(values.seed ?? 1), -(2 ** 31), 2 ** 31 - 1),
      faults: onOrOff(values.faults ?? 'on'),
      leak: values.leak === undefined ? undefined : leak(values.leak),
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function address(name: string, value: string, schemes: readonly string[]): string {
  const url = URL.parse(value)
  if (!url || !schemes.includes(url.protocol)) throw new RangeError(`--${name} is an address that begins with ${schemes.join('// or ')}//, not ${value}.`)
  return value.replace(/\/+$/, '')
}

function instant(name: string, text: string): number {
  const at = parseInstant(text)
  if (at === undefined) throw new RangeError(`--${name} is an instant such as 2026-03-01T00:00:00Z, not ${text}.`)
  return Math.floor(at / 1_000)
}

function duration(name: string, text: string): number {
  const parsed = parseDuration(text)
  if (!parsed.ok) throw new RangeError(`--${name}: ${parsed.problem}`)
  return parsed.value / 1_000
}

function within(name: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) throw new RangeError(`--${name} lies between ${least} and ${most}${name === 'every' || name === 'backfill' ? ' milliseconds, as a duration such as PT1M' : ''}.`)
  return value
}

function leak(text: string): Options['leak'] {
  const [, at, litres, from] = /^([^=@]+)=([\d.]+)(?:@(.+))?$/.exec(text) ?? []
  if (at === undefined) throw new RangeError(`--leak names a junction and litres a second, such as north-b2=6, not ${text}.`)
  return { at, litres: within('leak', Number(litres), 0, 1_000), from: from === undefined ? undefined : instant('leak', from) }
}

function onOrOff(value: string): boolean {
  if (value !== 'on' && value !== 'off') throw new RangeError(`--faults is on or off, not ${value}.`)
  return value === 'on'
}
