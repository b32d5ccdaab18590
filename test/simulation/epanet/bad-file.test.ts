import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EngineError } from '../../../src/simulation/engine-program.ts'
import { fileRequest } from './files.ts'
import { megabytesInUse } from './memory.ts'
import { engine, hours, open, request, seriesOf } from './runs.ts'
import { simulateFile, smallFile } from './small-file.ts'

const window = hours(2, 1)

/** What became of it: `refused` when it was bound, `done`, or the code of its failure. */
async function outcome(file: Uint8Array): Promise<string> {
  const result = engine.bind(request({ ...fileRequest(file), window }))
  if (!result.ok) return 'refused'
  try {
    await using opened = await open(result, { window, files: [file] })
    await opened.run()
    return 'done'
  } catch (error) {
    if (error instanceof EngineError) return error.code
    throw error
  }
}

const lines = Buffer.from(smallFile({ more: '[TANKS]\nT 40 5 0 10 10\n[PIPES]\nP3 J2 T 100 100 100 0 OPEN\n[PUMPS]\nPU R J2 HEAD 1\n[PATTERNS]\n1 1 0.5\n[CURVES]\n1 5 40\n[CONTROLS]\nLINK PU CLOSED IF NODE T ABOVE 7\n[RULES]\nRULE 1\nIF TANK T LEVEL < 3\nTHEN PUMP PU STATUS IS OPEN\n' })).toString().split('\n')
const words = fc.constantFrom('-1', '1e308', 'nan', 'inf', '0', '', '99999999999', 'x'.repeat(2_000), '*', '"', '[', 'CLOSED', '-1e-300', '1:00', 'é')
const change = fc.record({ line: fc.nat({ max: lines.length - 1 }), word: fc.nat({ max: 8 }), by: words, kind: fc.constantFrom('word', 'word', 'word', 'line gone', 'line twice') })

function changed(changes: readonly { readonly line: number; readonly word: number; readonly by: string; readonly kind: string }[]): Uint8Array {
  const copy = lines.map((line) => [line])
  for (const { line, word, by, kind } of changes) {
    if (kind === 'line gone') copy[line] = []
    else if (kind === 'line twice') copy[line] = [lines[line] ?? '', lines[line] ?? '']
    else copy[line] = [(lines[line] ?? '').split(' ').map((one, at) => (at === word ? by : one)).join(' ')]
  }
  return Buffer.from(copy.flat().join('\n'))
}

test('whatever a file says, it is refused, computed or fails with a reason, and the next one is computed as ever', async () => {
  const plain = smallFile()
  const expected = seriesOf(await simulateFile(plain), 'n-J2.pressure')
  const seen = new Set<string>()
  await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
    seen.add(await outcome(changed(changes)))
    expect(seriesOf(await simulateFile(plain), 'n-J2.pressure')).toEqual(expected)
  }), { numRuns: 150 })
  expect([...seen]).toEqual(expect.arrayContaining(['refused', 'done', 'EPANET_200']))
}, 120_000)

test('files that EPANET does not read take no more memory than some', async () => {
  const junctions = Array.from({ length: 3_000 }, (_, at) => `N${at} 10 1\n`).join('')
  const pipes = Array.from({ length: 3_000 }, (_, at) => `L${at} ${at === 0 ? 'R' : `N${at - 1}`} N${at} 500 200 100 0 OPEN\n`).join('')
  const file = smallFile({ options: 'UNITS LPS\nFOO BAR', more: `[JUNCTIONS]\n${junctions}[PIPES]\n${pipes}` })
  const opens = async (count: number): Promise<number> => {
    for (let at = 0; at < count; at += 1) expect(await outcome(file)).toBe('EPANET_200') // which keeps no error, as `rejects` would
    return megabytesInUse()
  }
  const before = await opens(10)
  expect(await opens(60)).toBeLessThan(before + 40)
}, 120_000)

test('an id that is written in Windows\' letters is the twin of that name', async () => {
  const file = Buffer.from(Buffer.from(smallFile()).toString().replaceAll('J2', 'Düker-é'), 'latin1')
  const ran = await simulateFile(file)
  expect(seriesOf(ran, 'n-Düker-é.pressure')).toEqual(seriesOf(await simulateFile(smallFile()), 'n-J2.pressure'))
})
