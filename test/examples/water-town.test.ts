import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { drawMap } from '../../examples/water-town/map.ts'
import { models, twins } from '../../examples/water-town/town.ts'
import { dtmiOf } from '../../examples/water-town/twin-input.ts'
import type { ModelName, TwinInput } from '../../examples/water-town/twin-input.ts'
import { parseWithReference } from './dtdl-object-model.ts'
import type { Entity, ObjectModel } from './dtdl-object-model.ts'

const town = twins()
const byId = new Map(town.map((twin) => [twin.id, twin]))
const of = (...names: readonly ModelName[]): TwinInput[] => town.filter(({ model }) => names.some((name) => model === dtmiOf(name)))
const targets = (twin: TwinInput | undefined, name: string): string[] => twin?.relationships.filter((one) => one.name === name).map(({ to }) => to) ?? []
const feeds = new Map(town.map((twin) => [twin.id, targets(twin, 'feeds')]))
const fedBy = new Map(town.map(({ id }) => [id, town.filter((twin) => feeds.get(twin.id)?.includes(id)).map((twin) => twin.id)]))
const numberOf = ({ properties }: TwinInput, name: string): number => {
  const value = properties[name]
  if (typeof value !== 'number') throw new TypeError(`${name} is not a number`)
  return value
}
const network = of('Reservoir', 'Tank', 'Junction', 'Pipe', 'Pump', 'Valve')
const links = of('Pipe', 'Pump', 'Valve')

/** Everything reached from the ids over `next`, with its distance in steps. */
function reach(from: readonly string[], next: (id: string) => readonly string[]): Map<string, number> {
  const depth = new Map(from.map((id) => [id, 0]))
  for (const [id, steps] of depth) for (const other of next(id)) if (!depth.has(other)) depth.set(other, steps + 1)
  return depth
}

describe('the models of the demo town', () => {
  let dtdl: ObjectModel
  beforeAll(async () => {
    dtdl = await parseWithReference(models())
  })

  test('are valid DTDL v3, and every leaf has a twin', () => {
    const interfaces = [...dtdl.entities.values()].filter(({ EntityKind }) => EntityKind === 'Interface')
    const parts = new Set([...dtdl.entities.values()].filter(({ EntityKind }) => EntityKind === 'Component').map(({ schema }) => schema))
    const leaves = interfaces.filter(({ Id, extendedBy }) => extendedBy?.length === 0 && !parts.has(Id)).map(({ Id }) => Id)
    expect(interfaces).toHaveLength(models().length)
    expect(leaves.sort()).toEqual([...new Set(town.map(({ model }) => model))].sort())
  })

  test('say in words what everything is', () => {
    const described = new Set(['Interface', 'Property', 'Telemetry', 'Relationship', 'Component', 'Command', 'CommandRequest', 'Field', 'EnumValue'])
    const ours = [...dtdl.entities.values()].filter(({ Id, EntityKind }) => Id.startsWith('dtmi:watertown:') && described.has(EntityKind))
    expect(ours.length).toBeGreaterThan(80)
    expect(ours.filter(({ displayName, description }) => !displayName['en'] || !description['en']).map(({ Id }) => Id)).toEqual([])
  })

  test('measure in the units that a hydraulic engine takes', () => {
    const unit = ({ SupplementalProperties }: Entity): string => String(Object.values(SupplementalProperties)[0]).split(':').at(-1)?.split(';')[0] ?? ''
    const unitOf = (owner: ModelName, name: string): string => unit(dtdl.get(`dtmi:watertown:${owner}:_contents:__${name};1`))
    expect(unitOf('Pipe', 'length')).toBe('metre')
    expect(unitOf('Pipe', 'diameter')).toBe('millimetre')
    expect(unitOf('Tank', 'diameter')).toBe('metre')
    expect(unitOf('Tank', 'level')).toBe('metre')
    expect(unitOf('Junction', 'baseDemand')).toBe('litrePerSecond')
    expect(unitOf('Junction', 'pressure')).toBe('metre')
    expect(unit(dtdl.get('dtmi:watertown:Link:_contents:__flow;1'))).toBe('litrePerSecond')
  })

  test('fit every value of every twin, of its components and of its relationships', () => {
    const check = (model: string | undefined, values: Readonly<Record<string, unknown>>, path: string): string[] => {
      const properties = dtdl.propertiesOf(model)
      return Object.entries(values).flatMap(([name, value]) => {
        const property = properties.get(name)
        return property ? dtdl.faults(property.schema, value, `${path}.${name}`) : [`${path}: ${model} has no property ${name}`]
      })
    }
    const faults = town.flatMap((twin) => [
      ...check(twin.model, twin.properties, twin.id),
      ...Object.entries(twin.components).flatMap(([name, values]) => {
        const component = dtdl.get(twin.model).components?.[name]
        return component ? check(dtdl.get(component).schema, values, `${twin.id}.${name}`) : [`${twin.id}: no component ${name}`]
      }),
      ...twin.relationships.flatMap(({ name, to, properties = {} }) => check(dtdl.get(twin.model).relationships?.[name], properties, `${twin.id}-${name}->${to}`)),
    ])
    expect(faults).toEqual([])
  })

  test('allow every relationship: its target is there and of the right model', () => {
    const wrong = town.flatMap((twin) => twin.relationships.filter(({ name, to }) => {
      const relationship = dtdl.get(twin.model).relationships?.[name]
      const target = byId.get(to)
      return !relationship || !target || !dtdl.isA(target.model, dtdl.get(relationship).target)
    }).map(({ name, to }) => `${twin.id} ${name} ${to}`))
    expect(wrong).toEqual([])
  })
})

describe('the demo town', () => {
  test('has about 150 twins, no two of one id, the same at every start', () => {
    expect(town.length).toBeGreaterThanOrEqual(140)
    expect(town.length).toBeLessThanOrEqual(160)
    expect(byId.size).toBe(town.length)
    expect(twins()).toEqual(town)
    for (const id of ['north', 'pump-3', 'reservoir-1', 'tank-2']) expect(byId.has(id), id).toBe(true)
  })

  test('puts every asset in exactly one district', () => {
    const contained = of('District').flatMap((district) => targets(district, 'contains'))
    expect(contained.sort()).toEqual(town.filter(({ model }) => model !== dtmiOf('District')).map(({ id }) => id).sort())
  })

  test('has one node before and one behind every pipe, pump and valve, and no node without a link', () => {
    const linkIds = new Set(links.map(({ id }) => id))
    for (const { id } of links) {
      const ends = [...(fedBy.get(id) ?? []), ...(feeds.get(id) ?? [])]
      expect(ends, id).toHaveLength(2)
      expect(ends.filter((end) => linkIds.has(end)), id).toEqual([])
    }
    for (const { id } of of('Junction')) expect((fedBy.get(id)?.length ?? 0) + (feeds.get(id)?.length ?? 0), id).toBeGreaterThanOrEqual(2)
  })

  test('is one network', () => {
    const reached = reach(['reservoir-1'], (id) => [...(feeds.get(id) ?? []), ...(fedBy.get(id) ?? [])])
    expect([...reached.keys()].sort()).toEqual(network.map(({ id }) => id).sort())
  })

  test('brings water to every customer along the direction of flow, past nothing that is shut', () => {
    const open = (id: string): boolean => byId.get(id)?.properties['status'] === 'RUNNING'
    const reached = reach(of('Reservoir').map(({ id }) => id), (id) => (feeds.get(id) ?? []).filter(open))
    const dry = of('Junction').filter((junction) => numberOf(junction, 'baseDemand') > 0 && !reached.has(junction.id))
    expect(dry).toEqual([])
  })

  test('has a pump 3 that feeds a tank, with the whole of North Hill within twelve steps downstream', () => {
    expect(feeds.get('pump-3')).toEqual(['tank-2'])
    const downstream = reach(['pump-3'], (id) => feeds.get(id) ?? [])
    const streets = of('Junction').filter(({ id }) => /^north-[a-d][1-3]$/.test(id))
    expect(streets).toHaveLength(12)
    for (const { id } of streets) expect(downstream.get(id), id).toBeLessThanOrEqual(12)
  })

  test('has pipes as long as their nodes are apart on the map', () => {
    for (const pipe of of('Pipe')) {
      const [from, to] = [fedBy.get(pipe.id)?.[0], feeds.get(pipe.id)?.[0]].map((id) => positionOf(byId.get(id ?? '')))
      expect(Math.abs(numberOf(pipe, 'length') - haversine(from, to)), pipe.id).toBeLessThan(0.003 * numberOf(pipe, 'length') + 0.2)
    }
  })

  test('gives pumps falling curves through their rated point, and tanks levels in order', () => {
    for (const pump of of('Pump')) {
      const curve = pump.properties['headCurve'] as { flow: number; head: number }[]
      expect(curve[1], pump.id).toEqual({ flow: pump.properties['ratedFlow'], head: pump.properties['ratedHead'] })
      expect(curve.map(({ flow }) => flow), pump.id).toEqual(curve.map(({ flow }) => flow).sort((a, b) => a - b))
      expect(curve.map(({ head }) => head), pump.id).toEqual(curve.map(({ head }) => head).sort((a, b) => b - a))
    }
    for (const tank of of('Tank')) {
      expect(numberOf(tank, 'minLevel')).toBeLessThan(numberOf(tank, 'initialLevel'))
      expect(numberOf(tank, 'initialLevel')).toBeLessThan(numberOf(tank, 'maxLevel'))
    }
  })

  test('switches every pump by the tank it fills, within the tank\'s levels', () => {
    for (const pump of of('Pump')) {
      const [rule] = pump.relationships.filter(({ name }) => name === 'switchedBy')
      const tank = byId.get(rule?.to ?? '')
      const { startBelow, stopAbove } = rule?.properties as { startBelow: number; stopAbove: number }
      if (!tank) throw new Error(`${pump.id} is switched by nothing`)
      expect(reach([pump.id], (id) => feeds.get(id) ?? []).has(tank.id), pump.id).toBe(true)
      const levels = [numberOf(tank, 'minLevel'), startBelow, stopAbove, numberOf(tank, 'maxLevel')]
      expect(levels, pump.id).toEqual([...levels].sort((a, b) => a - b))
    }
  })

  test('has daily demand patterns of 24 hours with a mean of 1', () => {
    const customers = of('Junction').filter((junction) => numberOf(junction, 'baseDemand') > 0)
    expect(customers).toHaveLength(42)
    for (const { id, properties } of customers) {
      const pattern = properties['demandPattern'] as number[]
      expect(pattern, id).toHaveLength(24)
      expect(pattern.reduce((sum, value) => sum + value, 0) / 24, id).toBeCloseTo(1, 3)
    }
  })

  test('is drawn by its map as it is now, in less than 100 kB', () => {
    const committed = readFileSync(new URL('../../examples/water-town/map.svg', import.meta.url), 'utf8')
    expect(committed).toBe(drawMap(town))
    expect(committed.length).toBeLessThan(100_000)
  })
})

function positionOf(twin: TwinInput | undefined): readonly [number, number] {
  const position = twin?.properties['position'] as { coordinates: [number, number] } | undefined
  if (!position) throw new Error('the link has an end without a position')
  return position.coordinates
}

/** Great-circle distance in metres on a sphere of the earth's mean radius. */
function haversine(from: readonly [number, number] = [0, 0], to: readonly [number, number] = [0, 0]): number {
  const radians = Math.PI / 180
  const half = (degrees: number): number => Math.sin((degrees * radians) / 2) ** 2
  const [[west, south], [east, north]] = [from, to]
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(half(north - south) + Math.cos(south * radians) * Math.cos(north * radians) * half(east - west)))
}
