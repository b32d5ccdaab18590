import { setTimeout as pause } from 'node:timers/promises'
import { twins } from '../town.ts'
import { backfill, firstStep, toLines } from './breathe.ts'
import { createChance } from './chance.ts'
import { openHydraulics } from './hydraulics.ts'
import { toNetwork } from './network.ts'
import { createTown } from './operation.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { toInstruments } from './readings.ts'
import { createHttpSender, createMqttSender, type Tally } from './sender.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const clock = (instant: number): string => new Date(instant).toISOString().slice(0, 16)

const options = parseOptions(process.argv.slice(2))
if (typeof options === 'string') {
  const isHelp = options === ''
  process[isHelp ? 'stdout' : 'stderr'].write(isHelp ? `${usage}\n` : `${options}\n\n${usage}\n`)
  process.exitCode = isHelp ? 0 : 1
} else {
  const ending = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort())
  try {
    await breathe(options, ending.signal)
  } catch (error) {
    if (!ending.signal.aborted) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
      process.exitCode = 1
    }
  }
}

/** The past first, then on and on, until it is aborted. */
async function breathe({ url, mqtt, from, speed, every, seed, faults, leak, backfill: past }: Options, signal: AbortSignal): Promise<void> {
  const plan = twins()
  const network = toNetwork(plan)
  const began = Date.now()
  const start = from ?? began
  await using sender = mqtt === undefined ? createHttpSender(url, signal, say) : await createMqttSender(mqtt, signal, say)
  if (leak && !network.junctions.some(({ id }) => id === leak.at)) throw new RangeError(`--leak: the town has no junction ${leak.at}.`)
  const leaks = leak ? [{ at: leak.at, flow: leak.litres / 1_000, from: leak.from ?? start }] : []
  const breath = { town: createTown({ network, balance: await openHydraulics(plan, network), chance: createChance(seed), leaks }), instruments: toInstruments(plan, network), sender, every, faults }
  const lines = toLines(breath)
  if (past > 0) {
    const tally = await backfill(breath, lines, { from: start - past, to: start }, progress(start - past, past))
    say(`${clock(start - past)} to ${clock(start)}: ${toText(tally)}, in ${((Date.now() - began) / 1_000).toFixed(1)} s`)
  }
  for (let instant = firstStep(start, every); ; instant += every) {
    await pause(Math.max(0, began + (instant - start) / speed - Date.now()), undefined, { signal })
    say(`${clock(instant)}: ${toText(await sender.send(lines(instant)))}`)
  }
}

function toText({ sent, accepted, duplicates, quarantined }: Tally): string {
  return `${sent} messages sent${accepted + duplicates + quarantined > 0 ? `: ${accepted} readings accepted, ${duplicates} known already, ${quarantined} refused` : ''}`
}

/** A line for every tenth of the way. */
function progress(from: number, length: number): (instant: number) => void {
  let told = 0
  return (instant) => {
    const tenths = Math.floor((10 * (instant - from)) / length)
    if (tenths > told && tenths < 10) say(`${clock(instant)}: ${tenths * 10} % of the past`)
    told = tenths
  }
}
