import { zipSync } from 'fflate'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { archiveLimits, readArchive } from '../../../src/simulation/fmi/archive.ts'
import { binaryPath } from '../../../src/simulation/fmi/platform.ts'
import { createFmiEngine } from '../../../src/simulation/fmi/engine.ts'
import { turnOrder } from '../../../src/simulation/fmi/turn-order.ts'
import type { Json } from '../../../src/util/json.ts'
import { bind, bound, type BindSpec, engine, issuesOf, second, twin } from './binding.ts'
import { describe as describeFmu, type Fmu, type FmuSpec, models, zipFmu } from './fmus.ts'

/** Binding looks at names of binaries, never into them. */
const fmuOf = (spec: Omit<FmuSpec, 'version'>, version: FmuSpec['version'] = '2.0'): Fmu => zipFmu({ 'modelDescription.xml': describeFmu({ ...spec, version }), [binaryPath(version, spec.model.replaceAll('-', '_'), process) ?? '']: 'native' })
const tank = fmuOf(models.tank)
const controller = fmuOf(models.controller, '3.0')
const outputs = { level: 'level' }
const inTank = (component: { readonly [name: string]: Json }, more: Partial<BindSpec> = {}): BindSpec => ({ twins: [twin('tank-1', 'Tank', { area: 10, name: 'North' })], fmus: [tank, controller], parameters: { components: [{ name: 'tank', fmu: tank.sha256, twin: 'tank-1', outputs, ...component }] }, ...more })

describe('Binding FMUs to twins', () => {
  it('is refused where there would be more of it than a server and its processes can hold', () => {
    const twins = (count: number) => Array.from({ length: count }, (_, index) => twin(`tank-${index}`, 'Tank'))
    const large = fmuOf({ ...models.tank, variables: [...models.tank.variables, ...Array.from({ length: 5_000 }, (_, index) => ({ name: `p${index}`, reference: 1_000 + index, causality: 'parameter', variability: 'fixed', start: 1.5 }))] })
    const of = (fmu: Fmu, count: number, more: { readonly [name: string]: Json } = {}): BindSpec => ({ twins: twins(count), fmus: [fmu], parameters: { models: [{ model: 'dtmi:test:Tank;1', fmu: fmu.sha256, outputs, ...more }] } })
    expect(issuesOf(of(tank, 8_001))).toEqual([expect.stringContaining('There are 8001 instances of FMUs; at most 8000') as unknown])
    expect(issuesOf(of(large, 40))).toEqual([expect.stringMatching(/The 40 instances of FMUs have 2001\d\d parameters and inputs; at most 200000/) as unknown])
    const wrong = issuesOf(of(tank, 8_000, { start: { areaa: 1 } }))
    expect(wrong).toHaveLength(1_001)
    expect(wrong[0]).toContain('Did you mean "area"?'.replaceAll('"', ''))
    expect(wrong.at(-1)).toContain('more that is wrong')
  })

  it('keeps what one property sets within the bounds of all that it sets', () => {
    const bounded = zipFmu({ 'modelDescription.xml': describeFmu({ ...models.tank, version: '2.0' }).replace('start="2"', 'start="2" min="1" max="50"').replace('start="0.005"', 'start="0.005" min="0.5" max="100"'), [binaryPath('2.0', 'tank', process) ?? '']: 'native' })
    const { knobs } = bound(inTank({ fmu: bounded.sha256, start: { area: { property: 'area' }, leak: { property: 'area' } } }, { twins: [twin('tank-1', 'Tank', { area: 20 })], fmus: [bounded] }))
    expect(knobs.get('["tank-1","area"]')).toEqual({ value: 20, unit: 'squareFoot', min: expect.closeTo(1 / 0.092_903_04, 6) as unknown, max: 100 })
  })

  it('says what was mapped, converted, left to defaults and ignored', () => {
    const { report, outputs: series, reads, knobs, artifacts } = bound(inTank({ start: { area: { property: 'area' } }, inputs: { inflow: { telemetry: 'inflow' } } }, { twins: [twin('tank-1', 'Tank', { area: 10 }), twin('tank-2', 'Tank')] }))
    expect(report).toEqual({
      mapped: [{ twin: 'tank-1', role: 'tank', as: 'tank' }],
      converted: [{ twin: 'tank-1', property: 'area', from: 'squareFoot', to: 'm2' }, { twin: 'tank-1', property: 'inflow', from: 'litrePerSecond', to: 'm3/s' }],
      defaulted: [
        { twin: 'tank-1', property: 'inflow', value: 0.02, why: expect.stringContaining('no value before the start') as unknown },
        { twin: 'tank-1', property: 'valve', value: false, why: expect.stringContaining('Nothing feeds') as unknown },
        { twin: 'tank-1', property: 'leak', value: 0.005, why: expect.stringContaining('Nothing sets') as unknown },
      ],
      ignored: [{ twin: 'tank-2', what: 'twin', why: expect.any(String) as unknown }],
    })
    expect([series, reads, artifacts]).toEqual([[{ twin: 'tank-1', name: 'level', kind: 'float' }], ['tank-1'], [tank.sha256]])
    expect(knobs.get('["tank-1","area"]')).toEqual({ value: 10, unit: 'squareFoot', min: undefined, max: undefined })
    expect(knobs.get('["tank.leak"]')).toMatchObject({ value: 0.005, unit: undefined })
    expect(knobs.get('["tank.area"]')).toMatchObject({ value: 0.929_030_4, unit: 'squareMetre' })
  })

  it('wants the last values before the start of the telemetry that it reads', () => {
    const outcome = bind(inTank({ inputs: { inflow: { telemetry: 'inflow' } } }, { latest: new Map([['["tank-1","inflow"]', 3]]) }))
    expect(outcome.ok && outcome.series).toEqual([{ twin: 'tank-1', name: 'inflow', withBefore: true }])
    expect(outcome.ok && outcome.report.defaulted.map(({ property }) => property)).not.toContain('inflow')
  })

  it('steps by what the run, the parameters and the FMUs say', () => {
    const stepping = (component: Omit<FmuSpec, 'version'>, window: BindSpec['window'], more: object = {}): unknown => {
      const fmu = fmuOf(component)
      const { program } = bound({ fmus: [fmu], ...(window && { window }), parameters: { components: [{ name: 'x', fmu: fmu.sha256, twin: 'thing-1', outputs: { x: 'x' } }], ...more } })
      return [program.stepSize, program.stepsPerFrame, program.steps, program.tolerance]
    }
    expect(stepping(models.faulty, undefined)).toEqual([1, 1, 10, null])
    expect(stepping({ ...models.dahlquist }, undefined, { tolerance: 1e-4 })).toEqual([0.1, 10, 100, 1e-4])
    expect(stepping({ ...models.dahlquist }, { from: 0, horizon: second, step: 250_000 })).toEqual([0.25, 1, 4, null]) // 0.1 s does not fit
    expect(stepping(models.faulty, undefined, { stepSize: { value: 0.5, unit: 'second' } })).toEqual([0.5, 2, 20, null])
    expect(issuesOf(inTank({}, { parameters: { ...inTank({}).parameters as object, stepSize: 0.3 } }))).toEqual([expect.stringMatching(/^OUT_OF_BOUNDS stepSize: The step of the run, 1 s/), expect.stringMatching(/^OUT_OF_BOUNDS stepSize: The horizon, 10 s/)])
    expect(issuesOf(inTank({}, { parameters: { ...inTank({}).parameters as object, stepSize: 1e-8 } }))).toEqual([expect.stringMatching(/at most 100000000 communication steps/)])
  })

  it.each<[string, { readonly [name: string]: Json }, RegExp]>([
    ['a twin that is not in the network', { twin: 'tank-9' }, /^UNKNOWN_TWIN components.0.twin: No twin "tank-9"/],
    ['an input of a twin that is not there', { inputs: { inflow: { telemetry: 'inflow', twin: 'tank-2' } } }, /^UNKNOWN_TWIN components.0.inputs.inflow: .*Did you mean tank-1\?/],
    ['a variable that the FMU does not have', { inputs: { inflo: 1 } }, /^UNKNOWN_PARAMETER components.0.inputs.inflo: .*Did you mean inflow\?/],
    ['a variable of another causality', { inputs: { area: 1 } }, /^UNKNOWN_PARAMETER components.0.inputs.area: .*parameter, and not an input/],
    ['a start value of what the FMU computes', { start: { level: 2 } }, /^UNKNOWN_PARAMETER components.0.start.level: .*output, and not/],
    ['text for a number', { start: { area: 'big' } }, /^WRONG_TYPE components.0.start.area: "area" takes a number, not "big"/],
    ['a number for true or false', { inputs: { valve: 1 } }, /^WRONG_TYPE components.0.inputs.valve: "valve" takes true or false/],
    ['a property that is text', { start: { area: { property: 'name' } } }, /^WRONG_TYPE components.0.start.area/],
    ['a unit of another quantity', { inputs: { inflow: { telemetry: 'level' } } }, /^WRONG_UNIT components.0.inputs.inflow: "level" is in metre, which measures something else than the m3\/s/],
    ['a literal in a unit of another quantity', { start: { area: { value: 3, unit: 'kelvin' } } }, /^WRONG_UNIT components.0.start.area/],
    ['a property that the model does not have', { start: { area: { property: 'volume' } } }, /^MISSING_INPUT components.0.start.area: .*no property "volume"/],
    ['telemetry where the model has a property', { inputs: { inflow: { telemetry: 'area' } } }, /^MISSING_INPUT .*no telemetry "area"; it is a property/],
    ['telemetry of another kind', { inputs: { valve: { telemetry: 'inflow' } } }, /^WRONG_TYPE components.0.inputs.valve: The telemetry "inflow" is float/],
    ['a component that is not there', { inputs: { valve: { component: 'pump', variable: 'on' } } }, /^UNKNOWN_PARAMETER components.0.inputs.valve: There is no component "pump"/],
    ['an output that is no telemetry', { outputs: { level: 'area' } }, /^MISSING_INPUT components.0.outputs.level/],
    ['an output into text', { outputs: { level: 'note' } }, /^WRONG_TYPE components.0.outputs.level: .*telemetry "note" is text/],
    ['an output into telemetry of another quantity', { outputs: { level: 'inflow' } }, /^WRONG_UNIT components.0.outputs.level/],
    ['two outputs into one series', { outputs: { level: 'level', area: 'level' } }, /^WRONG_UNIT|^BAD_NETWORK components.0.outputs.area: .*written by two outputs/],
    ['no outputs', { outputs: {} }, /^BAD_NETWORK : No output of an FMU becomes telemetry/],
    ['an artifact that is not there', { fmu: 'a'.repeat(64) }, /^UNKNOWN_ARTIFACT components.0.fmu: There is no artifact a{64}/],
  ])('refuses %s', (_what, component, words) => {
    expect(issuesOf(inTank(component))[0]).toMatch(words)
  })

  it('says everything that is wrong at once', () => {
    expect(issuesOf(inTank({ inputs: { inflo: 1, valve: 2 }, start: { area: 'big' }, outputs: { depth: 'level' } }))).toHaveLength(4)
  })

  it('refuses inputs that nothing feeds and that have no start value, and bounds of the FMU that are passed', () => {
    const fmu = fmuOf({ model: 'odd', variables: [{ name: 'in', reference: 0, causality: 'input' }, { name: 'out', reference: 1, causality: 'output' }] })
    const spec: BindSpec = { fmus: [fmu], parameters: { components: [{ name: 'odd', fmu: fmu.sha256, twin: 'thing-1', outputs: { out: 'x' } }] } }
    expect(issuesOf(spec)).toEqual([expect.stringMatching(/^MISSING_INPUT components.0.inputs: Nothing feeds the input "in" of odd/)])
    const text = describeFmu({ model: 'odd', version: '2.0', variables: [{ name: 'out', reference: 1, causality: 'output' }, { name: 'n', reference: 2, causality: 'parameter', type: 'Int32', start: 1 }] }).replace('<Integer start="1"', '<Integer start="1" min="1" max="9"')
    const narrow = zipFmu({ 'modelDescription.xml': text, [binaryPath('2.0', 'odd', process) ?? '']: '' })
    const withStart = (n: Json): BindSpec => ({ fmus: [narrow], parameters: { components: [{ name: 'odd', fmu: narrow.sha256, twin: 'thing-1', outputs: { out: 'x' }, start: { n } }] } })
    expect([issuesOf(withStart(9)), issuesOf(withStart(10)), issuesOf(withStart(2.5))]).toEqual([[], [expect.stringMatching(/^OUT_OF_BOUNDS .*takes 1 to 9, not 10/)], [expect.stringMatching(/^WRONG_TYPE .*whole number, not 2.5/)]])
  })

  it('refuses wires that fit no relationship, feed an input twice, or join what does not fit', () => {
    const twins = [twin('tank-1', 'Tank'), twin('tank-2', 'Tank'), twin('controller-1', 'Controller')]
    const town = (relationships: BindSpec['relationships'], wires: Json): BindSpec => ({
      twins, ...(relationships && { relationships }), fmus: [tank, controller],
      parameters: { models: [{ model: 'dtmi:test:Tank;1', fmu: tank.sha256, outputs }, { model: 'dtmi:test:Controller;1', fmu: controller.sha256, inputs: {} }], wires },
    })
    const both = [{ name: 'controlledBy', from: 'tank-1', to: 'controller-1' }, { name: 'controlledBy', from: 'tank-2', to: 'controller-1' }]
    const level: Json = { over: 'controlledBy', from: 'level', to: 'level' }
    expect(issuesOf(town(both.slice(1), [level]))).toEqual([])
    expect(issuesOf(town(both, [level]))).toEqual([expect.stringMatching(/^BAD_NETWORK wires.0: The input "level" of controller-1 is fed by more than one source; the second is tank-2/)])
    expect(issuesOf(town([], [level]))).toContainEqual(expect.stringMatching(/^BAD_NETWORK wires.0: No relationship "controlledBy"/))
    expect(issuesOf(town(both.slice(1), [level, { over: 'controlledBy', from: 'open', to: 'inflow', reverse: true }]))).toEqual([expect.stringMatching(/^WRONG_TYPE wires.1: The output "open" of controller-1 is boolean/)])
    expect(issuesOf(town(both.slice(1), [level, { over: 'controlledBy', from: 'level', to: 'valve' }]))).toContainEqual(expect.stringMatching(/^BAD_NETWORK wires.1/))
    expect(issuesOf({ ...town(both, []), parameters: { models: [{ model: 'dtmi:test:Tanc;1', fmu: tank.sha256 }] } })).toEqual([expect.stringMatching(/^BAD_NETWORK models.0.model: .*Did you mean dtmi:test:Tank;1\?/)])
  })

  it('refuses files that are no FMUs for this machine, in words', () => {
    const of = (fmu: Fmu): string => issuesOf({ fmus: [fmu], parameters: { components: [{ name: 'x', fmu: fmu.sha256, twin: 'thing-1', outputs: { x: 'x' } }] } })[0] ?? ''
    const raw = (bytes: Uint8Array): Fmu => ({ bytes, sha256: createHash('sha256').update(bytes).digest('hex') })
    const description = describeFmu({ ...models.faulty, version: '2.0' })
    expect(of(raw(Buffer.from('no zip file')))).toMatch(/^BAD_ARTIFACT components.0.fmu: .*cannot be read as a zip file/)
    expect(of(zipFmu({ 'readme.txt': 'hello' }))).toMatch(/no modelDescription.xml/)
    expect(of(zipFmu({ 'modelDescription.xml': description, 'binaries/amiga68k/faulty.library': '', 'binaries/win32/faulty.dll': '' }))).toMatch(/no binary for this machine \(binaries\/.*\), but for amiga68k, win32/)
    expect(of(zipFmu({ 'modelDescription.xml': description, 'sources/a.c': '' }))).toMatch(/but none at all/)
    expect(of(zipFmu({ 'modelDescription.xml': description.replace('<CoSimulation', '<CoSimulation needsExecutionTool="true"') }))).toMatch(/needs the tool that made it \(tests\)/)
    for (const name of ['../evil.so', '/etc/passwd', 'binaries/../../x', 'C:\\x', 'resources//x']) expect(of(raw(zipSync({ 'modelDescription.xml': Buffer.from(description), [name]: new Uint8Array(1) }))), name).toMatch(/does not stay inside/)
    expect(of(raw(tank.bytes.subarray(0, tank.bytes.length - 30)))).toMatch(/^BAD_ARTIFACT/)
  })

  it('inflates no bombs', () => {
    const of = (fmu: Fmu): string => issuesOf({ fmus: [fmu], parameters: { components: [{ name: 'x', fmu: fmu.sha256, twin: 'thing-1', outputs: { x: 'x' } }] } })[0] ?? ''
    const files = zipFmu({ 'modelDescription.xml': 'x'.repeat(1_000), a: '', b: '' }).bytes
    const within = (limits: Partial<typeof archiveLimits>): unknown => {
      const outcome = readArchive(files, { ...archiveLimits, ...limits })
      return outcome.ok || outcome.problem
    }
    expect([within({ entries: 3 }), within({ entries: 2 })]).toEqual([true, 'it has more than 2 files.'])
    expect([within({ bytes: 1_000 }), within({ bytes: 999 })]).toEqual([true, 'its files have more than 999 bytes.'])
    expect([within({ descriptionBytes: 1_000 }), within({ descriptionBytes: 999 })]).toEqual([true, 'its modelDescription.xml has more than 999 bytes.'])
    const bomb = zipFmu({ 'modelDescription.xml': describeFmu({ ...models.faulty, version: '2.0' }), 'resources/zeros': new Uint8Array(1_000) })
    const lying = Buffer.from(bomb.bytes)
    const directory = lying.lastIndexOf('resources/zeros') - 46 // the entry of the central directory: its size is 24 bytes in
    lying.writeUInt32LE(4_000_000_000, directory + 24)
    expect(of({ bytes: lying, sha256: bomb.sha256 })).toMatch(/more than 1000000000 bytes/)
  })

  it('describes itself with a schema, and a build that names the platform', () => {
    expect(engine.describe()).toMatchObject({ id: 'fmi', isolation: 'PROCESS', cancel: 'COOPERATIVE', build: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown })
    const buildOn = (platform: NodeJS.Platform, build: string): string => createFmiEngine({ build, platform: { platform, arch: 'x64' } }).describe().build
    expect(new Set([buildOn('linux', 'a'), buildOn('win32', 'a'), buildOn('linux', 'b')]).size).toBe(3)
    expect(engine.program.pathname).toMatch(/adapters\/fmi\/program\.ts$/)
  })
})

describe('Turns of wired instances', () => {
  it('are sources before targets, and in a circle as they were given', () => {
    const order = (count: number, ...wires: readonly (readonly [number, number])[]): unknown => turnOrder(count, wires.map(([from, to]) => ({ from, to })))
    expect(order(3)).toEqual({ order: [0, 1, 2], isCyclic: false })
    expect(order(3, [2, 1], [1, 0])).toEqual({ order: [2, 1, 0], isCyclic: false })
    expect(order(3, [2, 1], [2, 1])).toEqual({ order: [0, 2, 1], isCyclic: false })
    expect(order(2, [0, 1], [1, 0])).toEqual({ order: [0, 1], isCyclic: true })
    expect(order(4, [3, 1], [1, 2], [2, 1])).toEqual({ order: [0, 3, 1, 2], isCyclic: true })
    expect(order(1, [0, 0])).toEqual({ order: [0], isCyclic: true })
  })
})
