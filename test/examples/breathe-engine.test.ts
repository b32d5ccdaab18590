import { describe, expect, it } from 'vitest'
import { createChance } from '../../examples/water-town/breathe/chance.ts'
import { openHydraulics } from '../../examples/water-town/breathe/hydraulics.ts'
import { toNetwork } from '../../examples/water-town/breathe/network.ts'
import { createTown, minute, type Moment } from '../../examples/water-town/breathe/operation.ts'
import { kilowatts } from '../../examples/water-town/breathe/readings.ts'
import { twins } from '../../examples/water-town/town.ts'
import { hours, type Ran, seriesOf, simulate } from '../simulation/epanet/runs.ts'

const plan = twins()
const network = toNetwork(plan)
const town = createTown({ network, balance: await openHydraulics(plan, network), chance: createChance(1) })
const hour = 60 * minute
const monday = Date.UTC(2026, 6, 13)

/** The server's engine, told to begin as the town is: its levels, its pumps, its demands. */
async function simulated({ at, levels, demands, running }: Moment): Promise<Ran> {
  return await simulate({
    window: hours(1, 1, at * 1_000),
    parameters: {
      controls: false,
      levels: network.tanks.map(({ id }, index) => ({ twin: id, value: levels[index] ?? NaN })),
      demands: network.junctions.flatMap(({ id, pattern }, index) => {
        const now = pattern[new Date(at).getUTCHours()]
        return now === undefined ? [] : [{ twin: id, value: (1_000 * (demands[index] ?? NaN)) / now }] // the pattern goes on
      }),
      events: network.links.flatMap(({ id, pump }) => (pump ? [{ twin: id, at: 'PT0S', status: running.has(id) ? 'OPEN' : 'CLOSED' }] : [])),
    },
  })
}

describe('What is measured in the demo town and what the server simulates are one physics', () => {
  it.each([6.5, 9, 12, 17.25, 21])('at %f hours', async (hours) => {
    const moment = town.at(monday + hours * hour)
    const { flows, heads, demands } = moment
    const ran = await simulated(moment)
    const first = (name: string): number => seriesOf(ran, name)[0] ?? NaN
    for (const [index, { id, elevation }] of network.junctions.entries()) {
      expect(first(`${id}.demand`), id).toBeCloseTo(1_000 * (demands[index] ?? NaN), 6)
      expect(first(`${id}.pressure`), id).toBeCloseTo((heads[index] ?? NaN) - elevation, 3)
    }
    for (const [index, link] of network.links.entries()) {
      expect(first(`${link.id}.flow`), link.id).toBeCloseTo(1_000 * (flows[index] ?? NaN), 2)
      if (link.pump) expect(first(`${link.id}.power`), link.id).toBeCloseTo(kilowatts(link, flows[index] ?? NaN), 2)
    }
  })

  it('so that an hour later the tanks of both hold nearly the same, though customers change their minds', async () => {
    const moment = town.at(monday + 12 * hour)
    const ran = await simulated(moment)
    const later = town.at(monday + 13 * hour)
    for (const [index, { id }] of network.tanks.entries()) expect(Math.abs((seriesOf(ran, `${id}.level`).at(-1) ?? NaN) - (later.levels[index] ?? NaN))).toBeLessThan(0.15)
  })
})
