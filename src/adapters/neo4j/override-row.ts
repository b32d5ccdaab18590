import type { Override, OverrideChange } from '../../scenario/override.ts'
import type { OverridesStored } from '../../scenario/override-store.ts'
import type { SeriesKey, SeriesKind, SeriesValue } from '../../telemetry/reading.ts'

/** Properties of the node. */
export interface OverrideRow {
  readonly _id: string
  readonly name: string
  readonly series: string
  readonly telemetry: string
  readonly seriesKind: SeriesKind
  readonly kind: OverrideChange['kind']
  /** Of a constant, as text. */
  readonly value?: string
  readonly factor?: number
  readonly readings?: number
  /** Of a series, when its first and its last reading are, in microseconds since 1970. */
  readonly first?: number
  readonly last?: number
  readonly run: string
  readonly _since: number
  readonly setBy: string
}

/** Whole numbers as the driver sends INTEGER. */
type SentRow = { readonly [Name in keyof OverrideRow]: OverrideRow[Name] | bigint }

export function toRow({ twin, name, series, change, run, setAt, setBy }: Override): SentRow {
  return { _id: twin, name, series: series.twin, telemetry: series.name, seriesKind: series.kind, kind: change.kind, run, _since: BigInt(setAt), setBy, ...changeColumns(change) }
}

function changeColumns(change: OverrideChange): Partial<SentRow> {
  switch (change.kind) {
    case 'CONSTANT': return { value: String(change.value) }
    case 'FACTOR': return { factor: change.factor }
    case 'SERIES': return { readings: BigInt(change.readings), ...(change.first !== undefined && change.last !== undefined && { first: BigInt(change.first), last: BigInt(change.last) }) }
  }
}

export function toOverride(row: OverrideRow): Override {
  const series: SeriesKey = { twin: row.series, name: row.telemetry, kind: row.seriesKind, source: 'MEASURED', run: null }
  return { twin: row._id, name: row.name, series, change: toChange(row), run: row.run, setAt: row._since, setBy: row.setBy }
}

function toChange({ kind, seriesKind, value = '', factor = 1, readings = 0, first, last }: OverrideRow): OverrideChange {
  switch (kind) {
    case 'CONSTANT': return { kind, value: toValue(seriesKind, value) }
    case 'FACTOR': return { kind, factor }
    case 'SERIES': return { kind, readings, first, last }
  }
}

function toValue(kind: SeriesKind, text: string): SeriesValue {
  switch (kind) {
    case 'float': return Number(text)
    case 'integer': return BigInt(text)
    case 'boolean': return text === 'true'
    case 'text': case 'json': return text
  }
}

/** What a repeat is answered, as text. */
export const toAnswer = ({ seq, set }: OverridesStored): string => JSON.stringify({ seq, set: set.map(toRow) }, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))

export function fromAnswer(text: string): OverridesStored {
  const { seq, set } = JSON.parse(text) as { readonly seq: number; readonly set: readonly OverrideRow[] }
  return { seq, set: set.map(toOverride) }
}
