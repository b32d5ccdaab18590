import { expect, test } from 'vitest'
import type { PathStep } from '../../../src/prediction/feature.ts'
import type { GraphMoment } from '../../../src/prediction/features/feature-graph.ts'
import { pathKey, walkPaths } from '../../../src/prediction/features/walk-paths.ts'

const siblings: readonly PathStep[] = [{ name: 'contains', direction: 'IN' }, { name: 'contains', direction: 'OUT' }]

/** A graph in memory of zones that contain so many twins each. */
const zones = (count: number, inZone: number): { readonly moment: Pick<GraphMoment, 'step'>; readonly twins: readonly string[] } => {
  const contains = Array.from({ length: count * inZone }, (_, twin): readonly [string, string] => [`zone${Math.floor(twin / inZone)}`, `twin${twin}`])
  const byZone = Map.groupBy(contains, ([zone]) => zone)
  return {
    twins: contains.map(([, twin]) => twin),
    moment: { step: (ids, { direction }) => Promise.resolve(direction === 'OUT' ? ids.flatMap((id) => byZone.get(id) ?? []) : ids.map((id): readonly [string, string] => [id, `zone${Math.floor(Number(id.slice(4)) / inZone)}`])) },
  }
}

test('Paths to what twins have in common and back to all are walked where that is bounded', async () => {
  const { moment, twins } = zones(300, 3)
  const found = (await walkPaths(moment, [{ over: siblings, twin: undefined }], twins)).get(pathKey(siblings))
  expect([found?.size, found?.get('twin4'), found?.get('twin899')]).toEqual([900, ['twin3', 'twin4', 'twin5'], ['twin897', 'twin898', 'twin899']])
})

test('and refused where each of very many twins would lead to all the others, before memory is spent on it', async () => {
  const { moment, twins } = zones(1, 20_000)
  await expect(walkPaths(moment, [{ over: siblings, twin: undefined }], twins)).rejects.toMatchObject({ code: 'LIST_TOO_LONG', message: expect.stringContaining('Ask of fewer twins at a time') })
}, 60_000)
