import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { AutoETS, initSync as openEts } from '@bsull/augurs/ets'
import { initSync as openMstl, MSTL } from '@bsull/augurs/mstl'
import type { StatisticsAnswer } from './statistics-job.ts'

const require = createRequire(import.meta.url)

/** The package looks for its code by an address that only browsers can fetch. */
const codeOf = (name: 'ets' | 'mstl'): Uint8Array<ArrayBuffer> => readFileSync(require.resolve(`@bsull/augurs/${name}`).replace(/\.js$/, '_bg.wasm'))

let isOpen = false

function open(): void {
  if (isOpen) return
  openEts({ module: codeOf('ets') })
  openMstl({ module: codeOf('mstl') })
  isOpen = true
}

export interface ForecastOrder {
  /** Without gaps. */
  readonly values: Float64Array
  /** The shortest first; without any, ETS. */
  readonly seasons: readonly number[]
  readonly horizon: number
  readonly level: number
}

/** Mean, lower and upper end. What the code does not survive ends the thread. */
export function forecastWith({ values, seasons, horizon, level }: ForecastOrder): StatisticsAnswer {
  open()
  const model = seasons.length === 0 ? new AutoETS(1, 'ZZN') : MSTL.ets([...seasons])
  try {
    model.fit(values)
    const { point, intervals } = model.predict(horizon, level)
    const rows = [point, intervals?.lower ?? point, intervals?.upper ?? point].map((row) => Float64Array.from(row))
    return rows.every((row) => row.every(Number.isFinite)) ? { rows } : { code: 'MODEL_FAILED', message: 'What was forecast of the history are no finite numbers.' }
  } catch (error) {
    if (error instanceof Error && error.name === 'RuntimeError') process.exit() // its memory is as it was left
    return { code: 'MODEL_FAILED', message: `The history cannot be forecast: ${error instanceof Error ? error.message : String(error)}.` }
  } finally {
    model.free()
  }
}
