import type { Frame } from './frame.ts'
import type { RecentReadings } from './recent.ts'
import { getInt64, type Rows } from './rows.ts'
import { rangesInMemory, type SeriesBook } from './series-book.ts'
import { nothingSeen, notice } from '../../telemetry/seen-sequences.ts'

/** Takes over what a frame of the log says, as if it had just been written. */
export async function replay({ series, origins, blocks }: Frame, book: SeriesBook, into: RecentReadings): Promise<void> {
  for (const [id, key] of series) book.adoptSeries(id, key)
  for (const [id, name] of origins) book.adoptOrigin(id, name)
  for (const rows of blocks) {
    noticeSequences(rows, book)
    book.applyLatest(rows)
    await into.add(rows)
  }
}

function noticeSequences(rows: Rows, book: SeriesBook): void {
  for (let index = 0; index < rows.length; index++) {
    const sequence = getInt64(rows.sequence, index)
    if (sequence < 0) continue
    const { seen } = book.at(rows.series[index] ?? 0)
    const origin = rows.origin[index] ?? 0
    let ofOrigin = seen.get(origin)
    if (!ofOrigin) seen.set(origin, ofOrigin = nothingSeen())
    notice(ofOrigin, sequence, getInt64(rows.at, index), rangesInMemory(book.size))
  }
}
