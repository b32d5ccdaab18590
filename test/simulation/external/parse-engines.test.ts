import { expect, test } from 'vitest'
import { parseEngines } from '../../../src/simulation/external/parse-engines.ts'
import type { Json } from '../../../src/util/json.ts'
import { definition, openBench } from './support.ts'

const problemsOf = (...engines: readonly Json[]): readonly string[] => {
  const parsed = parseEngines({ engines }, new Set(['epanet']))
  return parsed.ok ? [] : parsed.problems.map(({ pointer, message }) => `${pointer}: ${message}`)
}

test('a file that is right has no problems', () => {
  expect(problemsOf(definition(), definition({ id: 'another' }))).toEqual([])
})

test('a file that is wrong is told where, all of it at once', () => {
  const roles = [{ role: 'tank', models: ['Tank'], properties: [{ name: 'diameter', unit: 'furlongs', requierd: true }, { name: 'status', type: 'string', min: 3 }] }]
  const problems = problemsOf(definition({ id: 'My Engine', command: [], determinism: 'ALWAYS', parameters: { type: 'objekt' }, environment: { '1': 'x' }, limits: { timeMs: 1, memory: 3 }, roles }))
  const pointers = problems.map((problem) => problem.slice(0, problem.indexOf(':')))
  expect([...pointers].sort()).toEqual([
    '/engines/0/command', '/engines/0/determinism', '/engines/0/environment', '/engines/0/id', '/engines/0/limits', '/engines/0/limits', '/engines/0/parameters',
    '/engines/0/roles/0/models', '/engines/0/roles/0/properties/0/requierd', '/engines/0/roles/0/properties/0/unit', '/engines/0/roles/0/properties/1/type',
  ])
  expect(problems.find((problem) => problem.includes('requierd'))).toContain('did you mean required?')
  expect(problems.filter((problem) => problem.includes('/limits:')).join()).toMatch(/timeMs.*memory/s)
})

test('an id is an engine\'s own, also among those that are built in, and a model has one role', () => {
  expect(problemsOf(definition(), definition())).toEqual([expect.stringContaining('/engines/1/id: There is an engine "test-engine" already')])
  expect(problemsOf(definition({ id: 'epanet' }))).toEqual([expect.stringContaining('"epanet" already')])
  const role = (name: string) => ({ role: name, models: ['dtmi:test:Tank'] })
  expect(problemsOf(definition({ roles: [role('one'), role('two')] }))).toEqual([expect.stringContaining('has two roles')])
})

test('a variable of the environment that is not set, and a file that is missing, are told at the start, not when it is run', async () => {
  await expect(openBench({ environment: { LICENCE: '${ACME_LICENCE}' }, files: ['solver.py'] }, {})).rejects.toThrow(/no file solver\.py.*ACME_LICENCE is not set/s)
})
