import type { HydraulicNetwork, TankSpec } from './input.ts'
import type { PlacePattern } from './place-pattern.ts'
import type { TwinReader } from './twin-reader.ts'

const height = { min: -12_000, max: 12_000 }

export const toReservoir = (reader: TwinReader, id: string): HydraulicNetwork['reservoirs'][number] => ({ id, head: reader.number('head', height) })

export function toTank(reader: TwinReader, id: string): TankSpec {
  const minLevel = reader.number('minLevel', { min: 0, max: 1_000, preset: { value: 0, why: 'It can be emptied.' } })
  const maxLevel = reader.number('maxLevel', { above: 0, max: 1_000 })
  const initialLevel = reader.number('initialLevel', { min: 0, max: 1_000, preset: { value: (minLevel + maxLevel) / 2, why: 'It is half full.' } })
  if (maxLevel <= minLevel) reader.refuse('OUT_OF_BOUNDS', 'maxLevel', `is ${maxLevel} metres, but the lower limit is ${minLevel}; it must be higher.`)
  else if (initialLevel < minLevel || initialLevel > maxLevel) reader.refuse('OUT_OF_BOUNDS', 'initialLevel', `is ${initialLevel} metres, which is not from ${minLevel} to ${maxLevel}, the tank's limits.`)
  return { id, elevation: reader.number('elevation', height), initialLevel, minLevel, maxLevel, diameter: reader.number('diameter', { above: 0, max: 10_000 }) }
}

export const toDemand = (reader: TwinReader): number => reader.number('baseDemand', { min: -100_000, max: 100_000, preset: { value: 0, why: 'Nobody uses water there.' } })

/** By hours since Monday's midnight; undefined: the demand is the same at all hours. */
export function toPattern(reader: TwinReader, place: PlacePattern): readonly number[] | undefined {
  const value = reader.raw('demandPattern')
  if (value === undefined || value === null) return undefined
  const isList = Array.isArray(value) && value.length <= 8_784 && value.every((one): one is number => typeof one === 'number')
  if (!isList) return void reader.refuse('WRONG_TYPE', 'demandPattern', 'is no list of at most 8784 numbers, one an hour.')
  if (value.length === 0) return undefined
  const placed = place(value)
  return typeof placed === 'string' ? void reader.refuse('OUT_OF_BOUNDS', 'demandPattern', placed) : placed
}
