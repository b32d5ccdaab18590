// A process that follows the feed of changes and writes each to a file before it takes the next; started again, it goes on behind the last of them.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { createTwinfoldClient } from '../../sdk/src/index.ts'
import { feedDocument, toLine, type Told } from './live-town.ts'

const [url = '', file = '', start = ''] = process.argv.slice(2)
/** A line that was cut off amid writing is not there. */
const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
const after = lines.at(-1)?.split(' ')[0] ?? start
for await (const event of createTwinfoldClient({ url, silenceMs: 2_500, backoff: { baseMs: 50, maxMs: 500 } }).feed<{ changes: { __typename: string } & Told }>(feedDocument, { after })) {
  if (event.__typename === 'Gap') throw new Error('There is a gap.')
  if (event.__typename === 'Change') appendFileSync(file, `${toLine(event)}\n`)
}
