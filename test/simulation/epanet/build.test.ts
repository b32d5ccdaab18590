import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { epanetModules, epanetProgram } from '../../../src/adapters/epanet/build.ts'

/** Modules that one imports for more than their types, and those that they import. */
function reached(from: URL, known: Set<string> = new Set()): ReadonlySet<string> {
  const path = fileURLToPath(from)
  if (known.has(path)) return known
  known.add(path)
  for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(/^import (?!type ).*? from '(\.[^']*)'/gm)) reached(new URL(name, from), known)
  return known
}

test('the build of EPANET is of every module that computes or writes what is computed', () => {
  const hashed = new Set(epanetModules())
  const ours = [...reached(epanetProgram)].filter((path) => path.includes('/epanet/'))
  expect(ours.some((path) => path.endsWith('write-inp.ts'))).toBe(true)
  expect(ours.filter((path) => !hashed.has(path))).toEqual([])
})
