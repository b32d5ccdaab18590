import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { unzipSync } from 'fflate'

const folder = new URL('../../../shared/data/water/batadal/', import.meta.url)
export const hasScada = existsSync(folder)

/** Hours of one data set, one after the other. */
export interface Scada {
  /** Instants in ms, an hour apart. */
  readonly hours: readonly number[]
  /** Values by the column's name (`L_T1`, `F_PU1`, `S_PU1`, `P_J280`). */
  readonly columns: ReadonlyMap<string, Float64Array>
  /** Of the file. */
  readonly sha256: string
}

/** The clean year. */
export const readClean = (): Scada => parseScada(gunzipSync(read('BATADAL_dataset03.csv.gz')))

/** Half a year with attacks, and which hours they took. */
export function readAttacked(): { readonly scada: Scada; readonly isAttack: readonly boolean[] } {
  const labels = parseScada(gunzipSync(read('dataset04_labels.csv.gz'))).columns.get('ATT_FLAG') ?? new Float64Array()
  return { scada: parseScada(gunzipSync(read('BATADAL_dataset04.csv.gz'))), isAttack: Array.from(labels, (flag) => flag === 1) }
}

/** Three months whose attacks nobody has told us. For the final run alone: nothing is ever chosen by it. */
export function readTest(): Scada {
  const [file] = Object.values(unzipSync(read('BATADAL_test_dataset.zip')))
  if (!file) throw new Error('The archive of the test set is empty.')
  return parseScada(file)
}

/** The network's input file. */
export const readNetwork = (): Uint8Array => read('CTOWN.INP')

const read = (name: string): Uint8Array => readFileSync(new URL(name, folder))

/** `DATETIME` is `06/01/14 00`: day, month, year, hour. Throws for hours that are not one after the other, and for what is no number. */
export function parseScada(file: Uint8Array): Scada {
  const [header = [], ...rows] = new TextDecoder().decode(file).trim().split(/\r?\n/).map((line) => line.split(',').map((cell) => cell.trim()))
  const hours = rows.map(([text = '']) => parseHour(text))
  const gap = hours.findIndex((hour, index) => index > 0 && hour - (hours[index - 1] ?? 0) !== hourMs)
  if (gap >= 0) throw new Error(`${rows[gap]?.[0] ?? ''} is not the hour after ${rows[gap - 1]?.[0] ?? ''}.`)
  const columns = new Map(header.slice(1).map((name, index) => [name, Float64Array.from(rows, (row) => parseNumber(row[index + 1]))]))
  return { hours, columns, sha256: createHash('sha256').update(file).digest('hex') }
}

export const hourMs = 3_600_000

function parseHour(text: string): number {
  const [, day, month, year, hour] = /^(\d\d)\/(\d\d)\/(\d\d) (\d\d)$/.exec(text) ?? []
  if (hour === undefined) throw new Error(`${JSON.stringify(text)} is no hour such as 06/01/14 00.`)
  return Date.UTC(2000 + Number(year), Number(month) - 1, Number(day), Number(hour))
}

function parseNumber(text: string | undefined): number {
  const value = Number(text)
  if (text === undefined || text === '' || !Number.isFinite(value)) throw new Error(`${JSON.stringify(text)} is no number.`)
  return value
}

/** Throws where there is none of the name. */
export const columnOf = (scada: Scada, name: string): Float64Array => {
  const column = scada.columns.get(name)
  if (!column) throw new Error(`The data set has no column ${name}.`)
  return column
}
