import { backfill, toLines } from '../../examples/water-town/breathe/breathe.ts'
import { createChance } from '../../examples/water-town/breathe/chance.ts'
import { openHydraulics } from '../../examples/water-town/breathe/hydraulics.ts'
import type { Leak } from '../../examples/water-town/breathe/leak.ts'
import { toNetwork } from '../../examples/water-town/breathe/network.ts'
import { createTown, minute } from '../../examples/water-town/breathe/operation.ts'
import { toInstruments } from '../../examples/water-town/breathe/readings.ts'
import { createHttpSender } from '../../examples/water-town/breathe/sender.ts'
import { twins } from '../../examples/water-town/town.ts'
import type { TestApp } from '../support/app.ts'

export interface Morning {
  /** When it ends: ten. */
  readonly until?: number
  readonly leaks?: readonly Leak[]
}

/** An instant of the morning, by its hour. */
export const hourOf = (hour: number): number => Date.UTC(2026, 0, 12) + hour * 3_600_000

/** The town sends what its instruments read on a winter's morning from the hour on. */
export async function breathe(to: TestApp, fromHour: number, { until = 10, leaks = [] }: Morning = {}): Promise<void> {
  const plan = twins()
  const network = toNetwork(plan)
  const town = createTown({ network, balance: await openHydraulics(plan, network), chance: createChance(1), leaks })
  const breath = { town, instruments: toInstruments(plan, network), sender: createHttpSender(to.url, AbortSignal.timeout(60_000), () => undefined), every: minute, faults: true }
  await backfill(breath, toLines(breath), { from: hourOf(fromHour), to: hourOf(until) }, () => undefined)
  await to.app.services.telemetry.projected()
}
