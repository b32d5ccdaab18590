import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Bound, Unbound } from '../../../src/simulation/engine.ts'
import { boundsBefore } from '../../../src/simulation/affine.ts'
import type { ExternalInput } from '../../../src/simulation/external/input.ts'
import { type Bench, openBench } from './support.ts'

let bench: Bench
beforeAll(async () => { bench = await openBench() })
afterAll(() => bench[Symbol.asyncDispose]())

const tank = (properties: ExternalInput['parameters'], model = 'dtmi:test:Tank;1') => ({ network: { twins: [{ id: 'a', model, properties }], relationships: [] } })

test('twins of the models that the engines file names are bound, in any version, with the properties that it names, and the rest is said to be ignored', () => {
  const bound = bench.bind() as Bound
  const input = bound.input as ExternalInput
  expect(input.twins).toEqual([
    { id: 'a', model: 'dtmi:test:Tank;1', role: 'tank', properties: { diameter: 12, 'motor.efficiency': 0.8 } },
    { id: 'b', model: 'dtmi:test:Tank;2', role: 'tank', properties: { diameter: 3 } },
  ])
  expect(input.relationships).toEqual([{ id: 'r1', name: 'feeds', from: 'a', to: 'b', properties: {} }])
  expect(bound.reads).toEqual(['a', 'b'])
  expect(bound.report.ignored.map(({ twin, what }) => `${twin} ${what}`)).toEqual(['a temperature', 'b temperature', 'c twin', 'a feeds c'])
  expect(bound.outputs).toEqual(['a', 'b'].map((twin) => ({ twin, name: 'level', kind: 'float', affine: { scale: 100, shift: 0 } }))) // metres into the model's centimetres
  expect(bound.series).toEqual([{ twin: 'a', name: 'inflow', withBefore: true }])
  expect(bound.report.converted).toContainEqual({ twin: 'a', property: 'inflow', from: 'cubicMetrePerHour', to: 'litrePerSecond' })
})

test('what the file declares variable can be turned, within its bounds', () => {
  const { knobs } = bench.bind({ gain: 4 }) as Bound
  expect([...knobs]).toEqual([
    ['["gain"]', { value: 4, unit: undefined, min: 0, max: undefined }],
    ['["a","diameter"]', { value: 12, unit: 'metre', min: 0, max: undefined }],
    ['["b","diameter"]', { value: 3, unit: 'metre', min: 0, max: undefined }],
  ])
})

test('what can be turned is in the unit of the twin\'s model, as what is found is written to the twin, and its bounds are', () => {
  const contentOf = (_twin: string, name: string) => (name === 'diameter' ? { content: 'Property' as const, kind: 'float' as const, unit: 'centimetre' } : undefined)
  const { knobs, input } = bench.bind({}, { ...tank({ diameter: 250 }), contentOf }) as Bound
  expect(knobs.get('["a","diameter"]')).toEqual({ value: 250, unit: 'centimetre', min: 0, max: undefined })
  expect((input as ExternalInput).knobs).toEqual([{ twin: 'a', property: 'diameter', scale: 0.01, shift: 0 }])
  expect(boundsBefore({ min: 0, max: 90 }, { scale: -1, shift: 100 })).toEqual({ min: 10, max: 100 })
  expect(boundsBefore({ min: 0, max: undefined }, { scale: -1, shift: 100 })).toEqual({ min: undefined, max: 100 })
})

test('all that is wrong is refused at once, each by its twin and property', () => {
  const codes = (request: Parameters<Bench['bind']>[1]) => (bench.bind({}, request) as Unbound).issues.map(({ code, twin, property }) => [code, twin, property])
  expect(codes(tank({}))).toEqual([['MISSING_INPUT', 'a', 'diameter']])
  expect(codes(tank({ diameter: 'wide', motor: { efficiency: true } }))).toEqual([['WRONG_TYPE', 'a', 'diameter'], ['WRONG_TYPE', 'a', 'motor.efficiency']])
  expect(codes(tank({ diameter: -1 }))).toEqual([['OUT_OF_BOUNDS', 'a', 'diameter']])
  expect(codes({ ...tank({ diameter: 1 }), contentOf: (_twin, name) => (name === 'diameter' ? { content: 'Property', kind: 'float', unit: 'kilogram' } : { content: 'Telemetry', kind: 'float', unit: 'newton' }) }))
    .toEqual([['WRONG_UNIT', 'a', 'diameter'], ['WRONG_UNIT', 'a', 'inflow'], ['WRONG_UNIT', 'a', 'level'], ['WRONG_UNIT', 'a', 'temperature']])
  expect(codes(tank({ diameter: 1 }, 'dtmi:other:Tank;1'))).toEqual([['BAD_NETWORK', undefined, undefined]])
})

test('values are converted from the unit of the twin\'s model into that of the file', () => {
  const bound = bench.bind({}, { ...tank({ diameter: 250 }), contentOf: (_twin, name) => (name === 'diameter' ? { content: 'Property', kind: 'float', unit: 'centimetre' } : undefined) }) as Bound
  expect((bound.input as ExternalInput).twins[0]?.properties['diameter']).toBeCloseTo(2.5, 12)
})

test('an engine that is edited while the server runs is another build at once, and the former one when it is as it was', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-edited-'))
  const [file, part] = [join(folder, 'engine.py'), join(folder, 'part.py')]
  await Promise.all([writeFile(file, 'VERSION = 1'), writeFile(part, '')])
  await using edited = await openBench({ command: ['python3', file], files: [part] })
  const build = () => edited.external.engines[0]?.describe().build
  const first = build()
  expect(build()).toBe(first)
  await writeFile(file, 'VERSION = 2') // as long as before
  const second = build()
  expect(second).not.toBe(first)
  await writeFile(part, 'x')
  expect(new Set([first, second, build()]).size).toBe(3)
  await rm(part)
  expect(new Set([first, second, build()]).size).toBe(3)
  await Promise.all([writeFile(file, 'VERSION = 1'), writeFile(part, '')])
  expect(build()).toBe(first)
  await rm(folder, { recursive: true })
})

test('the engine is described as the file says, and its build changes with the file and with its program', async () => {
  const [engine] = bench.external.engines
  expect(engine?.describe()).toMatchObject({ id: 'test-engine', version: '1.0.0', isolation: 'PROCESS', determinism: 'NONE', over: ['feeds'], roles: [{ role: 'tank', properties: [{ name: 'diameter', unit: 'metre', isRequired: true }, { name: 'motor.efficiency' }] }] })
  const buildOf = async (rest: Parameters<typeof openBench>[0]): Promise<string | undefined> => {
    await using other = await openBench(rest)
    return other.external.engines[0]?.describe().build
  }
  expect(await buildOf({})).toBe(engine?.describe().build)
  expect(await buildOf({ version: '1.0.1' })).not.toBe(engine?.describe().build)
  expect(await buildOf({ command: ['python3', import.meta.filename] })).not.toBe(engine?.describe().build)
})
