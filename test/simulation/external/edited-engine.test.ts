import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openTestApp } from '../../support/app.ts'
import { ended, startSimulation } from '../../support/runs.ts'
import { hasPython } from './support.ts'

const definition = {
  id: 'versions', version: '1', command: ['python3', '-B', 'versions.py'], files: ['engine.py'], determinism: 'BITWISE', kpis: [{ name: 'version' }],
  roles: [{ role: 'pump', models: ['dtmi:watertown:Pump'], outputs: [{ name: 'flow' }] }],
}
const program = (version: number): string => `from engine import serve
class Versions:
    def open(self, model): pass
    def run(self, settings, seed): return {'version': ${version}}
serve(Versions())
`

test.skipIf(!hasPython)('What a program computed before it was edited is not taken for what it computes now, and is again once it is as it was', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-edited-'))
  const file = join(folder, 'versions.py')
  await cp(fileURLToPath(new URL('../../../examples/python-engine/engine.py', import.meta.url)), join(folder, 'engine.py'))
  await writeFile(file, program(1))
  await writeFile(join(folder, 'engines.json'), JSON.stringify({ engines: [definition] }))
  await using town = await openTestApp({ demo: true, enginesFile: join(folder, 'engines.json'), environment: { PATH: process.env['PATH'] } })
  const run = async () => {
    const started = await startSimulation(town, { engine: 'versions', of: ['pump-1'], over: [], from: '2026-03-02T00:00:00Z', horizon: 'PT2H', step: 'PT1H', seed: 1 })
    const { id, state, kpis } = await ended(town, String(started['run'].id))
    return { id: id as string, state: state as string, version: kpis.version as number, isKnown: started['isKnown'] as boolean }
  }
  const first = await run()
  expect(first).toMatchObject({ state: 'SUCCEEDED', version: 1, isKnown: false })
  expect(await run()).toEqual({ ...first, isKnown: true })
  await writeFile(file, program(2))
  expect(await run()).toMatchObject({ state: 'SUCCEEDED', version: 2, isKnown: false })
  await writeFile(file, program(1))
  expect(await run()).toEqual({ ...first, isKnown: true })
  await rm(folder, { recursive: true })
}, 180_000)
