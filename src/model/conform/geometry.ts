import type { GeospatialType } from '../model.ts'
import { isFloating } from './numbers.ts'
import { isRecord } from './shown.ts'

/**
 * Why a value is no GeoJSON geometry (RFC 7946) of the type; undefined where it is. Stricter than DTDL, for which any array of numbers is a position: what
 * cannot lie on the earth could not be stored or found.
 */
export function faultOfGeometry(type: GeospatialType, value: unknown): string | undefined {
  const name = geometryName(type)
  if (!isRecord(value)) return '"type" and "coordinates"'
  if (value['type'] !== name) return `"type": "${name}"`
  const other = Object.keys(value).find((key) => key !== 'type' && key !== 'coordinates')
  if (other !== undefined) return `no members but "type" and "coordinates" (there is ${JSON.stringify(other.slice(0, 40))})`
  return faults[type](value['coordinates'])
}

export const geometryName = (type: GeospatialType): string => `${type.charAt(0).toUpperCase()}${type.slice(1)}`

type Fault = (coordinates: unknown) => string | undefined

const position: Fault = (value) => {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3 || !value.every((number) => isFloating('double', number))) return 'positions of two or three numbers: longitude, latitude and perhaps altitude'
  const [longitude = 0, latitude = 0] = value.map(Number)
  if (Math.abs(latitude) > 90) return 'latitudes from -90 to 90 (a position begins with its longitude)'
  return Math.abs(longitude) > 180 ? 'longitudes from -180 to 180' : undefined
}

/** An array of at least so many, each without the fault. */
const listOf = (fault: Fault, what: string, least = 0): Fault => (value) => {
  if (!Array.isArray(value)) return `an array of ${what}`
  if (value.length < least) return `at least ${least} ${what}`
  for (const item of value) {
    const found = fault(item)
    if (found !== undefined) return found
  }
  return undefined
}

const ring: Fault = (value) => {
  const fault = listOf(position, 'positions in a ring', 4)(value)
  if (fault !== undefined || !Array.isArray(value)) return fault
  return String(value.at(0)) === String(value.at(-1)) ? undefined : 'rings that end where they begin'
}
const line = listOf(position, 'positions in a line', 2)
const polygon = listOf(ring, 'rings')

const faults: Readonly<Record<GeospatialType, Fault>> = {
  point: position,
  multiPoint: listOf(position, 'positions'),
  lineString: line,
  multiLineString: listOf(line, 'lines'),
  polygon,
  multiPolygon: listOf(polygon, 'polygons'),
}
