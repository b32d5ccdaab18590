import { alarmSettings, flagsOf } from './alarm.ts'
import { silentThreshold, tryAlarms, type Tried, worstUnseen } from './choose.ts'
import { type Detector, scoreOfRow } from './checks.ts'
import type { Client } from '../client.ts'
import { fitDetector, type Rows } from './fit.ts'
import { fromParameters, toParameters } from './parameters.ts'
import { readAttacked, readClean, type Scada } from './scada.ts'
import { type Score, scoreOf } from './score.ts'
import { assimilate, found, ingest, readRows } from './town.ts'

export interface Training {
  /** SHA-256 of the network's file. */
  readonly network: string
  readonly detector: Detector
  readonly clean: Scada
  readonly rows: Rows
  /** Runs that assimilated the clean year and training set 2. */
  readonly simulations: readonly [clean: string, attacked: string]
  /** On training set 2, by the detector itself; the first hour has no score. */
  readonly score: Score
  readonly threshold: { readonly worstUnseen: readonly number[]; readonly silent: number }
  readonly tried: readonly Tried[]
}

/** Everything from the two training sets to the detector, through the API. `timed`: is told of each step. */
export async function train(client: Client, timed: <T>(step: string, work: () => Promise<T>) => Promise<T>): Promise<Training> {
  const clean = readClean()
  const { scada: attacked, isAttack } = readAttacked()
  const network = await timed('models, twins and the network', () => found(client))
  await timed('ingest of 12,938 hours', async () => { for (const scada of [clean, attacked]) await ingest(client, scada) })
  const simulations = await timed('assimilation of 12,938 hours', async () => [await assimilate(client, network, clean), await assimilate(client, network, attacked)] as const)
  const [rows, attackedRows] = await timed('rows of 201 features', async () => [await readRows(client, simulations[0], clean), await readRows(client, simulations[1], attacked)] as const)
  const detector = await timed('fit', () => Promise.resolve(fromParameters(toParameters(fitDetector(rows)))))
  const scores = [NaN, ...attackedRows.map((row) => scoreOfRow(detector, row))]
  return await timed('choice of the alarm', () => {
    const worst = worstUnseen(rows)
    const score = scoreOf(flagsOf(scores, alarmSettings), isAttack)
    return Promise.resolve({ network, detector, clean, rows, simulations, score, threshold: { worstUnseen: worst, silent: silentThreshold(worst) }, tried: tryAlarms(scores, isAttack) })
  })
}
