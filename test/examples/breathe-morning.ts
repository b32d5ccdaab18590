import { backfill, toLines } from '../../examples/water-town/breathe/breathe.ts'
import { createChance } from '../../examples/water-town/breathe/chance.ts'
import { openHydraulics } from '../../examples/water-town/breathe/hydraulics.ts'
import { toNetwork } from '../../examples/water-town/breathe/network.ts'
import { createTown, minute } from '../../examples/water-town/breathe/operation.ts'
import { toInstruments } from '../../examples/water-town/breathe/readings.ts'
import { createHttpSender } from '../../examples/water-town/breathe/sender.ts'
import { twins } from '../../examples/water-town/town.ts'
import type { TestApp } from '../support/app.ts'

/** The town sends what its instruments read on a winter's morning from the hour on up to ten. */
export async function breathe(to: TestApp, fromHour: number): Promise<void> {
  const plan = twins()
  const network = toNetwork(plan)
  const town = createTown({ network, balance: await openHydraulics(plan, network), chance: createChance(1) })
  const breath = { town, instruments: toInstruments(plan, network), sender: createHttpSender(to.url, AbortSignal.timeout(60_000), () => undefined), every: minute, faults: true }
  await backfill(breath, toLines(breath), { from: Date.UTC(2026, 0, 12, fromHour), to: Date.UTC(2026, 0, 12, 10) }, () => undefined)
  await to.app.services.telemetry.projected()
}
