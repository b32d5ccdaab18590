import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { backfill, toLines } from '../../examples/water-town/breathe/breathe.ts'
import { createChance, jitter, wander } from '../../examples/water-town/breathe/chance.ts'
import { openHydraulics } from '../../examples/water-town/breathe/hydraulics.ts'
import { createMischief, fateOf, type Line, rates, toLine } from '../../examples/water-town/breathe/mischief.ts'
import { toNetwork } from '../../examples/water-town/breathe/network.ts'
import { after, createTown, minute, type Moment, momentAt, netInflow } from '../../examples/water-town/breathe/operation.ts'
import { parseOptions } from '../../examples/water-town/breathe/options.ts'
import { type Message, readingsAt, toInstruments } from '../../examples/water-town/breathe/readings.ts'
import { createHttpSender, type Sender, topicOf } from '../../examples/water-town/breathe/sender.ts'
import { models, twins } from '../../examples/water-town/town.ts'
import { parseSources } from '../../src/telemetry/source/parse-sources.ts'
import { matchTopic } from '../../src/telemetry/source/topic-template.ts'
import { convertUnit } from '../../src/telemetry/unit/convert-unit.ts'

const plan = twins()
const network = toNetwork(plan)
const instruments = toInstruments(plan, network)
const chance = createChance(1)
const [hour, day] = [60 * minute, 24 * 60 * minute]
/** Mondays, in winter and in summer. */
const [winter, summer] = [Date.UTC(2026, 0, 12), Date.UTC(2026, 6, 13)]
const range = (values: readonly number[]): { least: number; most: number } => ({ least: Math.min(...values), most: Math.max(...values) })
const balance = await openHydraulics(plan, network)
const freshTown = (of = chance) => createTown({ network, balance, chance: of })
const propertiesOf = (id: string): Readonly<Record<string, unknown>> => plan.find((twin) => twin.id === id)?.properties ?? {}

/** Metres that a pipe loses at a flow (m³/s): Hazen and Williams in SI units (EPANET 2.2 User Manual, table 3.1, in metres), and velocity heads. */
function lossOf(id: string, flow: number): number {
  const { diameter, roughness, length, minorLoss } = propertiesOf(id) as Readonly<Record<'diameter' | 'roughness' | 'length' | 'minorLoss', number>>
  const metres = diameter / 1_000
  return 10.667 * roughness ** -1.852 * metres ** -4.871 * length * flow * Math.abs(flow) ** 0.852 + minorLoss * (8 / (9.81 * Math.PI ** 2 * metres ** 4)) * flow * Math.abs(flow)
}

describe('a week of the demo town', () => {
  let week: readonly Moment[]
  let afterWeek: Moment
  beforeAll(() => {
    const town = freshTown()
    week = Array.from({ length: 7 * 24 * 60 }, (_, index) => town.at(summer + index * minute))
    afterWeek = town.at(summer + 7 * day)
  })

  it('gives its customers water under pressure, and no more of it than pipes bear', () => {
    for (const [index, { baseDemand, elevation, id }] of network.junctions.entries()) {
      const { least, most } = range(week.map(({ heads }) => (heads[index] ?? NaN) - elevation))
      expect(least, id).toBeGreaterThan(baseDemand > 0 ? 36 : 25)
      expect(most, id).toBeLessThan(baseDemand > 0 ? 70 : 82)
    }
  })

  it('holds every tank within its limits, and every night fills it', () => {
    for (const [index, { id, minLevel, maxLevel }] of network.tanks.entries()) {
      const { least, most } = range(week.map(({ levels }) => levels[index] ?? NaN))
      expect(least, id).toBeGreaterThan(minLevel + 1)
      expect(most, id).toBeLessThan(maxLevel - 0.4)
      expect(most - least, id).toBeGreaterThan(1.5)
    }
    for (const moment of week.filter(({ at }) => at % day === 5 * hour)) expect(moment.levels).toEqual([5.5, 5.2, 4.4])
  })

  it('loses no water: what flows into a tank and not out raises it', () => {
    for (const [index, moment] of week.entries()) {
      const next = week[index + 1] ?? afterWeek
      for (const [tank, facts] of network.tanks.entries()) {
        const risen = ((next.levels[tank] ?? NaN) - (moment.levels[tank] ?? NaN)) * facts.area
        expect(Math.abs(risen - 60 * netInflow(network, facts, moment.flows))).toBeLessThan(1e-6)
      }
    }
  })

  it('loses no water at junctions, and no head round any loop', () => {
    const isThrottled = (node: number, at: number): boolean => node >= network.junctions.length && (at % day < 5 * hour || at % day >= 22 * hour) // by the float valve of a tank
    for (const { at, heads, flows, demands, running } of week.filter((_, index) => index % 30 === 0)) {
      for (const [node, demand] of demands.entries()) {
        const net = network.links.reduce((sum, { from, to }, link) => sum + (to === node ? (flows[link] ?? NaN) : from === node ? -(flows[link] ?? NaN) : 0), 0)
        expect(Math.abs(net - demand)).toBeLessThan(1e-6)
      }
      for (const [index, link] of network.links.entries()) {
        const flow = flows[index] ?? NaN
        const { checkValve, function: kind, setting } = propertiesOf(link.id)
        if (link.model === 'Pipe' && !checkValve) expect(Math.abs((heads[link.from] ?? NaN) - (heads[link.to] ?? NaN) - lossOf(link.id, flow))).toBeLessThan(isThrottled(link.to, at) ? 80 : 0.01)
        if (link.pump && !running.has(link.id)) expect(flow).toBe(0)
        if (link.pump || checkValve === true) expect(flow).toBeGreaterThanOrEqual(0)
        if (kind === 'PRV') expect(heads[link.to]).toBeLessThan((network.junctions[link.to]?.elevation ?? NaN) + Number(setting) + 0.01)
      }
    }
  })

  it('lets each pump work as EPANET 2.3.5 has it, and rest', () => {
    const flows = (id: string): readonly number[] => {
      const index = network.links.findIndex((link) => link.id === id)
      return week.filter(({ at, running }) => running.has(id) && at % day >= 6 * hour && at % day < 22 * hour).map((moment) => 1_000 * (moment.flows[index] ?? NaN))
    }
    expect(range(flows('pump-1'))).toMatchObject({ least: expect.closeTo(57.5, 0), most: expect.closeTo(60, 0) })
    expect(range(flows('pump-3')).least).toBeGreaterThan(20)
    expect(range(flows('pump-3')).most).toBeLessThan(24.5)
    expect(range(flows('pump-5'))).toMatchObject({ least: expect.closeTo(18, 0), most: expect.closeTo(19, 0) })
    expect(flows('pump-4')).toEqual([]) // in maintenance
    for (const id of ['pump-1', 'pump-3', 'pump-5']) expect(week.filter(({ running }) => !running.has(id)).length).toBeGreaterThan(500)
  })

  it('has mornings and nights, working days and week-ends', () => {
    const used = (use: string, from: number, to: number): number => {
      const wanted = network.junctions.flatMap((junction, index) => (junction.use === use && junction.baseDemand > 0 ? [index] : []))
      const moments = week.filter(({ at }) => at >= summer + from && at < summer + to)
      return moments.reduce((sum, { demands }) => sum + wanted.reduce((all, index) => all + (demands[index] ?? NaN), 0), 0) / moments.length
    }
    expect(used('RESIDENTIAL', 7 * hour, 8 * hour)).toBeGreaterThan(3 * used('RESIDENTIAL', 2 * hour, 3 * hour))
    expect(used('COMMERCIAL', 6 * day, 7 * day)).toBeLessThan(0.6 * used('COMMERCIAL', 2 * day, 3 * day))
    expect(used('INDUSTRIAL', 5 * day, 6 * day)).toBeLessThan(0.75 * used('INDUSTRIAL', day, 2 * day))
    expect(used('RESIDENTIAL', 5 * day + 7 * hour, 5 * day + 8 * hour)).toBeLessThan(used('RESIDENTIAL', 7 * hour, 8 * hour))
    expect(used('RESIDENTIAL', 0, 7 * day)).toBeGreaterThan(used('RESIDENTIAL', 0, day) * 0.9)
  })

  it('comes out the same when it is asked for a single minute of it', () => {
    for (const index of [0, 299, 300, 4_321, 10_079]) expect(freshTown().at(summer + index * minute + 12_345)).toEqual(week[index])
  })
})

describe('a leak', () => {
  const junction = network.junctions.findIndex(({ baseDemand }) => baseDemand > 0)
  const id = network.junctions[junction]?.id ?? ''
  const opens = winter + 9 * hour
  const town = createTown({ network, balance, chance, leaks: [{ at: id, flow: 0.005, from: opens }] })
  const lost = (at: number): number => {
    const { flows, demands } = town.at(at)
    return network.links.reduce((sum, { from, to }, index) => sum + (to === junction ? flows[index] ?? NaN : from === junction ? -(flows[index] ?? NaN) : 0), 0) - (demands[junction] ?? NaN)
  }

  it('takes water that comes to its junction, and that no customer uses', () => {
    expect(lost(opens - minute)).toBeCloseTo(0, 6)
    expect(lost(opens)).toBeCloseTo(0.005, 6)
    expect(lost(opens + hour)).toBeCloseTo(0.005, 6)
  })

  it('lowers the pressure there', () => {
    expect(town.at(opens + hour).heads[junction]).toBeLessThan(freshTown().at(opens + hour).heads[junction] ?? NaN)
  })
})

describe('the night', () => {
  it('ends with full tanks wherever between its switching levels the evening left them, so that days need no yesterday', () => {
    const levels = fc.tuple(...[[3.4, 5.5], [3.1, 5.2], [2.5, 4.4]].map(([min = 0, max = 0]) => fc.double({ min, max, noNaN: true })))
    fc.assert(
      fc.property(levels, fc.integer({ min: 0, max: 3_650 }), fc.integer(), (evening, days, seed) => {
        const works = { network, balance, chance: createChance(seed) }
        let moment = momentAt(works, winter + days * day + 21 * hour, { levels: evening, running: new Set() })
        while (moment.at % day !== 5 * hour) moment = momentAt(works, moment.at + minute, after(network, moment))
        expect(moment.levels).toEqual([5.5, 5.2, 4.4])
      }),
      { numRuns: 8 },
    )
  })
})

describe('its readings', () => {
  const town = freshTown()
  const noon = winter + 12 * hour

  it('feed every telemetry of every model, in units that convert to the model’s', () => {
    const documents = models() as { '@id': string; extends?: string; contents?: { '@type': string | string[]; name: string; unit?: string }[] }[]
    const telemetriesOf = (id: string | undefined): { name: string; unit?: string }[] => {
      const document = documents.find((one) => one['@id'] === id)
      return document ? [...telemetriesOf(document.extends), ...(document.contents ?? []).filter((content) => [content['@type']].flat().includes('Telemetry'))] : []
    }
    const expected = plan.flatMap(({ id, model }) => telemetriesOf(model).map(({ name }) => `${id}.${name}`))
    const messages = readingsAt(town, instruments, noon)
    expect(messages.flatMap(({ twin, values }) => Object.keys(values).map((name) => `${twin}.${name}`)).sort()).toEqual(expected.sort())
    expect(expected.length).toBeGreaterThan(180)
    for (const { twin, units = {} } of messages) {
      for (const [name, unit] of Object.entries(units)) expect(convertUnit(unit, telemetriesOf(plan.find(({ id }) => id === twin)?.model).find((one) => one.name === name)?.unit ?? '')).toBeTypeOf('function')
    }
    expect(messages.filter(({ units }) => units).length).toBeGreaterThan(1)
  })

  it('are the same for the same seed and instant, and others for another', () => {
    const again = readingsAt(freshTown(), instruments, noon)
    expect(again).toEqual(readingsAt(town, instruments, noon))
    readingsAt(town, instruments, noon + 5 * hour)
    expect(readingsAt(town, instruments, noon)).toEqual(again)
    expect(readingsAt(freshTown(createChance(2)), instruments, noon)).not.toEqual(again)
  })

  it('are near the truth, as near as their instrument, but for the broken one', () => {
    const truth = town.at(noon)
    const messages = readingsAt(town, instruments, noon)
    for (const [index, { id, elevation }] of network.junctions.entries()) {
      const told = messages.find(({ twin, values }) => twin === id && 'pressure' in values)
      const actual = (truth.heads[index] ?? NaN) - elevation
      if (told?.quality === 'BAD') expect(id).toBe('centre-d1')
      else expect(Math.abs((told?.values['pressure'] ?? NaN) - actual)).toBeLessThan(0.02 * actual)
    }
    const stuck = Array.from({ length: 30 }, (_, index) => readingsAt(town, instruments, noon + index * minute).find(({ quality }) => quality === 'BAD')?.values['pressure'])
    expect(new Set(stuck).size).toBe(1)
  })

  it('draw no more power than the motors have, and none at rest', () => {
    for (let instant = winter; instant < winter + day; instant += 15 * minute) {
      for (const { twin, values, units } of readingsAt(town, instruments, instant)) {
        const power = values['power']
        if (power === undefined) continue
        const kilowatts = units?.['power'] === undefined ? power : convertUnit(units['power'], 'kilowatt')?.(power)
        expect(kilowatts).toBeLessThanOrEqual(Number(plan.find(({ id }) => id === twin)?.components['motor']?.['ratedPower']))
        expect(power > 0).toBe(town.at(instant).running.has(twin) && (town.at(instant).flows[network.links.findIndex(({ id }) => id === twin)] ?? 0) > 0)
      }
    }
  })

  it('are counted: an origin says nothing twice under one number, and later things under greater ones', () => {
    const messages = [0, 1, 2].flatMap((index) => readingsAt(town, instruments, noon + index * 1_000))
    const byOrigin = Map.groupBy(messages, ({ origin }) => origin)
    expect(byOrigin.size).toBeGreaterThan(20)
    for (const told of byOrigin.values()) {
      expect(new Set(told.map(({ sequence }) => sequence)).size).toBe(told.length)
      for (const one of told) for (const other of told) if (one.at < other.at) expect(one.sequence).toBeLessThan(other.sequence)
    }
    for (const { sequence } of messages) expect(Number.isSafeInteger(sequence)).toBe(true)
  })
})

describe('mischief', () => {
  const town = freshTown()
  const instants = Array.from({ length: 400 }, (_, index) => winter + index * minute)
  const sent = instants.flatMap((instant) => readingsAt(town, instruments, instant))

  it('befalls the share of messages that it is said to', () => {
    const fates = Map.groupBy(sent, (message) => fateOf(message, chance))
    for (const [fate, rate] of Object.entries(rates)) {
      const deviation = Math.sqrt((rate * (1 - rate)) / sent.length)
      expect(Math.abs((fates.get(fate as keyof typeof rates)?.length ?? 0) / sent.length - rate), fate).toBeLessThan(4 * deviation)
    }
  })

  it('breaks, repeats and delays, but loses nothing else and invents nothing', () => {
    const mischief = createMischief(chance)
    const arrived = instants.map((instant) => mischief.send(instant, readingsAt(town, instruments, instant)))
    const rest = mischief.send(winter + day, [])
    const times = Map.groupBy([...arrived.flat(), ...rest], ({ text }) => text)
    for (const message of sent) {
      const fate = fateOf(message, chance)
      expect(times.get(toLine(message).text)?.length ?? 0, fate).toBe(fate === 'broken' ? 0 : fate === 'repeated' ? 2 : 1)
    }
    const broken = sent.filter((message) => fateOf(message, chance) === 'broken')
    const texts = new Set(sent.map((message) => toLine(message).text))
    expect([...arrived.flat(), ...rest].filter(({ text }) => !texts.has(text))).toHaveLength(broken.length)
  })

  it('overtakes: readings come after later ones of the same series', () => {
    const mischief = createMischief(chance)
    const newest = new Map<string, string>()
    let overtaken = 0
    for (const { text } of instants.flatMap((instant) => mischief.send(instant, readingsAt(town, instruments, instant)))) {
      if (!text.endsWith('}')) continue
      const { origin, twin, at } = JSON.parse(text) as Message
      if ((newest.get(`${origin} ${twin}`) ?? '') > String(at)) overtaken++
      else newest.set(`${origin} ${twin}`, String(at))
    }
    expect(overtaken).toBeGreaterThan(0.5 * (rates.overtaken + rates.late) * sent.length)
  })
})

describe('chance', () => {
  it('is spread evenly and hangs on seed, purpose and count', () => {
    const buckets = Array.from({ length: 16 }, () => 0)
    for (let index = 0; index < 16_000; index++) {
      const bucket = Math.floor(chance('purpose', index) * 16)
      buckets[bucket] = (buckets[bucket] ?? 0) + 1
    }
    const chiSquared = buckets.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)
    expect(chiSquared).toBeLessThan(44) // 15 degrees of freedom: one in ten thousand is beyond
    expect(new Set([chance('a', 0), chance('b', 0), chance('a', 1), chance('a', 2 ** 32), createChance(2)('a', 0)]).size).toBe(5)
  })

  it('stays within its bounds, and wanders without leaps', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer(), fc.integer({ min: 1, max: 1_000_000 }), (what, index, period) => {
        expect(Math.abs(jitter(chance, what, index))).toBeLessThanOrEqual(3)
        expect(Math.abs(wander(chance, what, index, period))).toBeLessThanOrEqual(1)
        expect(Math.abs(wander(chance, what, index + period / 100, period) - wander(chance, what, index, period))).toBeLessThan(0.05)
      }),
    )
  })
})

describe('sending', () => {
  const town = freshTown()
  const breath = (sender: Sender) => ({ town, instruments, sender, every: minute, faults: false })

  it('gives the past in batches of a thousand, in order, each instant once', async () => {
    const batches: (readonly Line[])[] = []
    const sender: Sender = { send: async (lines) => { batches.push(lines); return { sent: lines.length, accepted: 1, duplicates: 2, quarantined: 3 } }, [Symbol.asyncDispose]: async () => undefined }
    const tally = await backfill(breath(sender), toLines(breath(sender)), { from: winter + 1, to: winter + 30 * minute }, () => undefined)
    const times = batches.flat().map(({ text }) => (JSON.parse(text) as Message).at)
    expect(tally).toEqual({ sent: times.length, accepted: batches.length, duplicates: 2 * batches.length, quarantined: 3 * batches.length })
    expect([...new Set(times)]).toEqual(Array.from({ length: 29 }, (_, index) => new Date(winter + (index + 1) * minute).toISOString()))
    expect(times).toHaveLength(29 * instruments.length)
    expect(batches.slice(0, -1).every(({ length }) => length <= 1_000)).toBe(true)
    expect(batches.length).toBeLessThan(12)
  })

  it('tries again as late as a busy server asks, and gives up where the server says no', async () => {
    const times: number[] = []
    const bodies: string[] = []
    const server = createServer((request, response) => {
      void request.setEncoding('utf8').toArray().then((parts: string[]) => {
        times.push(performance.now())
        bodies.push(parts.join(''))
        if (request.url !== '/ingest') response.writeHead(404).end('no such path')
        else if (times.length === 1) response.writeHead(429, { 'retry-after': '1' }).end('{}')
        else response.writeHead(200).end('{"accepted":2,"duplicates":0,"quarantined":0}')
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const said: string[] = []
    try {
      const lines = [{ twin: 'a', text: '{"a":1}' }, { twin: 'b', text: '{"b":' }]
      await expect(createHttpSender(url, new AbortController().signal, (text) => said.push(text)).send(lines)).resolves.toEqual({ sent: 2, accepted: 2, duplicates: 0, quarantined: 0 })
      expect(bodies).toEqual(['{"a":1}\n{"b":', '{"a":1}\n{"b":'])
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(990)
      expect(said).toEqual([expect.stringContaining('answers 429')])
      await expect(createHttpSender(`${url}/elsewhere`, new AbortController().signal, () => undefined).send(lines)).rejects.toThrow('answers 404: no such path')
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('goes by the topics that the example of a sources file subscribes to', () => {
    const parsed = parseSources(JSON.parse(readFileSync('examples/water-town/breathe/sources.json', 'utf8')), {})
    const [topic] = parsed.ok ? parsed.sources.flatMap(({ subscriptions }) => subscriptions.map((one) => one.topic)) : []
    expect(topic && matchTopic(topic, topicOf({ twin: 'tank-1', text: '' }))?.get('twin')).toBe('tank-1')
  })

  it('reads its command line, and says what is wrong with it', () => {
    expect(parseOptions(['--help'])).toBe('')
    expect(parseOptions([])).toEqual({ url: 'http://127.0.0.1:4000', mqtt: undefined, from: undefined, speed: 1, every: minute, backfill: day, seed: 1, faults: true })
    expect(parseOptions(['--mqtt', 'mqtt://h:1', '--from', '2026-03-01T00:00:00Z', '--speed', '60', '--every', 'PT5M', '--backfill', 'PT0S', '--seed=-7', '--faults', 'off', '--url', 'https://x/y/'])).toEqual(
      { url: 'https://x/y', mqtt: 'mqtt://h:1', from: Date.UTC(2026, 2, 1), speed: 60, every: 5 * minute, backfill: 0, seed: -7, faults: false })
    for (const [args, what] of [['--every=P1M', 'years or months'], ['--every=PT0S', '--every lies between'], ['--url=h:4000', '--url is an address'], ['--from=now', '--from is an instant'], ['--faults=maybe', '--faults is on or off'], ['--speed=x', '--speed lies between'], ['--leak=north', '--leak names a junction'], ['--leak=north-1=6@noon', '--leak is an instant'], ['--nope', 'nope']] as const) {
      expect(parseOptions([args])).toContain(what)
    }
  })
})
