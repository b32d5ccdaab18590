import { Project, Workspace } from 'epanet-js'
import { describe, expect, test } from 'vitest'
import type { RunWindow } from '../../../src/simulation/engine.ts'
import { fileRequest, hasWaterData, waterData } from './files.ts'
import { megabytesInUse } from './memory.ts'
import { bound, engine, hours, open, request, seriesOf, sha256, simulate } from './runs.ts'

const [head, pressure, flow, reportStep, duration, initFlow] = [10, 11, 8, 5, 0, 10]

/** The toolkit's own calls, as plainly as can be: values of all nodes or links by time. */
async function direct(file: Uint8Array, { horizon, step }: RunWindow): Promise<{ readonly times: readonly number[]; readonly nodes: ReadonlyMap<string, readonly (readonly number[])[]> }> {
  const workspace = new Workspace()
  await workspace.loadModule()
  const project = new Project(workspace)
  workspace.writeFile('direct.inp', file)
  project.open('direct.inp', 'direct.rpt', 'direct.out')
  project.setTimeParameter(duration, horizon / 1e6)
  project.setTimeParameter(reportStep, step / 1e6)
  const [times, heads, pressures, flows] = [[] as number[], [] as number[][], [] as number[][], [] as number[][]]
  project.openH()
  project.initH(initFlow)
  for (;;) {
    const at = project.runH()
    if (at % (step / 1e6) === 0) {
      times.push(at)
      heads.push(project.getNodeValues(head))
      pressures.push(project.getNodeValues(pressure))
      flows.push(project.getLinkValues(flow))
    }
    if (project.nextH() === 0) break
  }
  project.close()
  return { times, nodes: new Map([['head', heads], ['pressure', pressures], ['flow', flows]]) }
}

describe.skipIf(!hasWaterData)('EPANET on an input file', () => {
  test.each([['epanet/Net1.inp', 24], ['epanet/Net3.inp', 24], ['batadal/CTOWN.INP', 48]])('%s gives heads, pressures and flows that are those of the toolkit, to the bit', async (path, horizon) => {
    const [file, window] = [waterData(path), hours(horizon, 1)]
    const given = { ...fileRequest(file, { clock: 'FILE', outputs: ['head', 'pressure', 'flow'] }), window }
    const [expected, to] = [await direct(file, window), bound(given)]
    await using opened = await open(to, { window, files: [file] })
    const ran = await opened.run()
    expect(ran.times).toEqual(expected.times)
    const { nodes, links } = numbered(await elements(file))
    let compared = 0
    for (const { twin, name, affine } of to.outputs) {
      const index = (twin.startsWith('n-') ? nodes : links).get(twin.slice(2)) ?? -1
      const { scale, shift } = affine ?? { scale: 1, shift: 0 }
      for (const [at, value] of seriesOf(ran, `${twin}.${name}`).entries()) {
        const theirs = expected.nodes.get(name)?.[at]?.[index] ?? Number.NaN
        if (!Object.is(value, affine ? theirs * scale + shift : theirs)) expect.fail(`${twin}.${name} at ${at}: ${value} is not ${theirs}`)
        compared += 1
      }
    }
    expect(to.outputs.filter(({ name }) => name === 'head')).toHaveLength(nodes.size)
    expect(to.outputs.filter(({ name }) => name === 'flow')).toHaveLength(links.size)
    expect(compared).toBe(to.outputs.length * expected.times.length)
  })

  test('gallons, feet and pounds come out as litres, metres and kilopascals', async () => {
    const [file, window] = [waterData('epanet/Net1.inp'), hours(1, 1)]
    const expected = await direct(file, window)
    const ran = await simulate({ ...fileRequest(file, {}, { pressure: 'kilopascal', flow: 'cubicMetrePerHour', head: 'foot' }), window })
    const { nodes, links } = numbered(await elements(file))
    const at = (name: string, index: number | undefined): number => expected.nodes.get(name)?.[0]?.[index ?? -1] ?? Number.NaN
    expect(seriesOf(ran, 'n-10.head')[0]).toBeCloseTo(at('head', nodes.get('10')), 9)
    expect(seriesOf(ran, 'n-10.pressure')[0]).toBeCloseTo((at('pressure', nodes.get('10')) / 0.4333) * 0.3048 * 9.80665, 9)
    expect(seriesOf(ran, 'l-10.flow')[0]).toBeCloseTo(at('flow', links.get('10')) * 0.003785411784 * 60, 9)
  })

  test('patterns begin at the hour of the window', async () => {
    const file = waterData('epanet/Net1.inp')
    const given = fileRequest(file, { outputs: ['demand'] })
    const midnight = await simulate({ ...given, window: hours(24, 1) })
    const noon = await simulate({ ...given, window: hours(6, 1, hours(0).from + 12 * 3_600e6) })
    expect(seriesOf(noon, 'n-11.demand').slice(0, 4)).toEqual(seriesOf(midnight, 'n-11.demand').slice(12, 16))
    expect(new Set(seriesOf(midnight, 'n-11.demand')).size).toBeGreaterThan(3)
  })

  test('what is wrong with a file or a name is said before anything runs', () => {
    const file = waterData('epanet/Net1.inp')
    const given = fileRequest(file)
    const named = (names: Readonly<Record<string, string>>, bytes: Uint8Array = file) => engine.bind(request({ ...given, parameters: { model: sha256(bytes), names }, artifacts: new Map([[sha256(bytes), bytes]]) }))
    const codes = (result: ReturnType<typeof named>): readonly string[] => (result.ok ? [] : result.issues.map(({ code, path }) => `${code} ${path.join('.')}`))
    expect(codes(named({ 'n-10': 'node:10x' }))).toEqual(['BAD_NETWORK parameters.names.n-10'])
    expect(codes(named({ 'n-10': '10' }))).toEqual(['BAD_NETWORK parameters.names.n-10']) // a node and a link
    expect(codes(named({ 'n-10': 'node:10', 'n-11': 'node:10' }))).toEqual(['BAD_NETWORK parameters.names.n-11'])
    expect(codes(named({ nobody: 'node:10' }))).toContain('UNKNOWN_TWIN parameters.names.nobody')
    expect(codes(named({}, Buffer.from('hello world\nthis is garbage')))).toEqual(['BAD_ARTIFACT parameters.model'])
    expect(codes(engine.bind(request({ ...given, artifacts: new Map() })))).toEqual(['UNKNOWN_ARTIFACT parameters.model'])
  })

  test('a thousand runs of one open model take no more memory than some', async () => {
    const [file, window] = [waterData('epanet/Net1.inp'), hours(24, 1)]
    await using opened = await open(bound({ ...fileRequest(file), window }), { window, files: [file] })
    const runs = async (count: number): Promise<number> => {
      for (let run = 0; run < count; run += 1) await opened.run([{ variable: { kind: 'parameter', name: 'demandMultiplier' }, value: 0.9 + (run % 20) / 100 }])
      return await megabytesInUse()
    }
    const before = await runs(200)
    expect(await runs(1_000)).toBeLessThan(before + 8)
  }, 120_000)
})

/** In the toolkit's order. */
async function elements(file: Uint8Array): Promise<{ readonly nodes: readonly string[]; readonly links: readonly string[] }> {
  const workspace = new Workspace()
  await workspace.loadModule()
  const project = new Project(workspace) as Project & { getNodeId(index: number): string; getLinkId(index: number): string }
  workspace.writeFile('names.inp', file)
  project.open('names.inp', 'names.rpt', 'names.out')
  const all = (count: number, name: (index: number) => string): readonly string[] => Array.from({ length: count }, (_, at) => name(at + 1))
  const names = { nodes: all(project.getCount(0), (index) => project.getNodeId(index)), links: all(project.getCount(2), (index) => project.getLinkId(index)) }
  project.close()
  return names
}

const numbered = ({ nodes, links }: { readonly nodes: readonly string[]; readonly links: readonly string[] }) => ({ nodes: new Map(nodes.map((id, at) => [id, at])), links: new Map(links.map((id, at) => [id, at])) })
