import { arrow, colour, disc, escaped, label, line, square, tenth } from './map-marks.ts'
import type { Point, Side } from './map-marks.ts'
import { dtmiOf } from './twin-input.ts'
import type { ModelName, TwinInput } from './twin-input.ts'

type Project = (position: readonly number[]) => Point

const width = 1240
const margin = { side: 84, top: 50, bottom: 40 }
/** An SVG of the town, made from nothing but its twins. */
export function drawMap(town: readonly TwinInput[]): string {
  const of = (model: ModelName): TwinInput[] => town.filter((twin) => twin.model === dtmiOf(model))
  const { project, height } = projectionOf(town)
  const parts = [
    ...of('District').map((twin) => drawDistrict(twin, project)),
    ...of('Pipe').map((twin) => drawPipe(twin, project)),
    ...[...of('Pump'), ...of('Valve')].map((twin) => drawJoint(twin, town, project)),
    ...of('Sensor').map((twin) => disc(at(twin, project), 6.5, { stroke: colour.sensor, width: 2 }, titleOf(twin))),
    ...of('Junction').map((twin) => disc(at(twin, project), 2.6, { fill: colour.node }, titleOf(twin))),
    ...of('Reservoir').map((twin) => square(at(twin, project), 16, colour.reservoir, titleOf(twin))),
    ...of('Tank').map((twin) => disc(at(twin, project), 10, { fill: colour.tank, stroke: '#fff', width: 2 }, titleOf(twin))),
    ...of('Valve').map((twin) => disc(at(twin, project), 4.5, { fill: shade(twin, colour.valve), stroke: '#fff', width: 1 }, titleOf(twin))),
    ...of('Pump').map((twin) => disc(at(twin, project), 6, { fill: shade(twin, colour.pump), stroke: '#fff', width: 1.5 }, titleOf(twin))),
    ...of('Reservoir').map((twin) => label(at(twin, project), twin.id, at(twin, project)[0] < width / 2 ? 'west' : 'east')),
    ...[...of('Tank'), ...of('Valve')].map((twin) => label(at(twin, project), twin.id, 'northEast')),
    ...of('Pump').map((twin) => label(at(twin, project), twin.id, sideOf(twin, town, project))),
    ...of('District').map((twin) => nameDistrict(twin, project)),
    legend(height),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" fill="${colour.ink}">
<title>Aldermere: ${town.length} twins of a water network</title>
<rect width="${width}" height="${height}" fill="${colour.ground}"/>
${parts.join('\n')}
</svg>
`
}

/** Equirectangular, the whole town between the margins, north up. */
function projectionOf(town: readonly TwinInput[]): { project: Project; height: number } {
  const districts = town.filter(({ model }) => model === dtmiOf('District'))
  const all = [...districts.flatMap((twin) => coordinatesOf(twin, 'boundary').flat() as number[][]), ...town.map((twin) => coordinatesOf(twin, 'position') as number[])]
  const [longitudes, latitudes] = [all.map(([longitude = 0]) => longitude), all.map(([, latitude = 0]) => latitude)]
  const [west, east, south, north] = [Math.min(...longitudes), Math.max(...longitudes), Math.min(...latitudes), Math.max(...latitudes)]
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = (width - 2 * margin.side) / ((east - west) * shrink)
  return {
    project: ([longitude = 0, latitude = 0]) => [tenth(margin.side + (longitude - west) * shrink * scale), tenth(margin.top + (north - latitude) * scale)],
    height: Math.round(margin.top + (north - south) * scale + margin.bottom),
  }
}

function drawDistrict(twin: TwinInput, project: Project): string {
  const corners = (coordinatesOf(twin, 'boundary')[0] as number[][]).map(project)
  const points = corners.map((corner) => corner.join()).join(' ')
  return `<polygon points="${points}" fill="${colour.district}" stroke="${colour.edge}" stroke-dasharray="6 4"/>`
}

/** Beside its eastern edge, near the top. */
function nameDistrict(twin: TwinInput, project: Project): string {
  const [, southEast = [0, 0], northEast = [0, 0]] = (coordinatesOf(twin, 'boundary')[0] as number[][]).map(project)
  const [x, y] = [0, 1].map((axis) => tenth(0.62 * (northEast[axis] ?? 0) + 0.38 * (southEast[axis] ?? 0)))
  return `<text x="${x}" y="${y}" dx="10" font-size="16" font-weight="600">${escaped(nameOf(twin))}</text>`
}

/** As thick as its diameter says. */
function drawPipe(twin: TwinInput, project: Project): string {
  const [from, to] = (coordinatesOf(twin, 'route') as number[][]).map(project)
  if (!from || !to) throw new Error(`${twin.id} has no route`)
  const stroke = twin.id.startsWith('main') ? colour.main : colour.pipe
  return line([from, to], stroke, tenth(Number(twin.properties['diameter']) / 70), titleOf(twin)) + arrow(from, to, stroke)
}

/** The way through a pump or a valve: two pumps side by side are two ways. */
function drawJoint(twin: TwinInput, town: readonly TwinInput[], project: Project): string {
  const [from, to] = endsOf(twin, town, project)
  return line([from, at(twin, project), to], colour.main, 2)
}

/** The side of its way on which a pump stands: there is room for its label. */
function sideOf(twin: TwinInput, town: readonly TwinInput[], project: Project): Side {
  const [[fromX, fromY], [toX, toY]] = endsOf(twin, town, project)
  const [x, y] = at(twin, project)
  const [right, down] = [x - (fromX + toX) / 2, y - (fromY + toY) / 2]
  if (Math.abs(right) > Math.abs(down)) return right < 0 ? 'west' : 'east'
  return down < 0 ? 'north' : 'south'
}

function endsOf(twin: TwinInput, town: readonly TwinInput[], project: Project): readonly [from: Point, to: Point] {
  const from = town.find(({ relationships }) => relationships.some(({ name, to }) => name === 'feeds' && to === twin.id))
  const to = town.find(({ id }) => twin.relationships.some((one) => one.name === 'feeds' && one.to === id))
  if (!from || !to) throw new Error(`${twin.id} joins nothing`)
  return [at(from, project), at(to, project)]
}

function legend(height: number): string {
  const entries: readonly (readonly [text: string, mark: (at: Point) => string])[] = [
    ['reservoir', (at) => square(at, 12, colour.reservoir)],
    ['tank', (at) => disc(at, 6, { fill: colour.tank })],
    ['pump', (at) => disc(at, 6, { fill: colour.pump })],
    ['valve', (at) => disc(at, 6, { fill: colour.valve })],
    ['not running', (at) => disc(at, 6, { fill: colour.shut })],
    ['sensor', (at) => disc(at, 6, { stroke: colour.sensor, width: 2 })],
    ['junction', (at) => disc(at, 3, { fill: colour.node })],
  ]
  const drawn = entries.map(([text, mark], index) => {
    const x = margin.side + index * 112
    return `${mark([x, 0])}<text x="${x + 12}" y="4">${text}</text>`
  })
  const arrows = `<text x="${width - margin.side}" y="4" text-anchor="end">arrows: direction of normal flow</text>`
  return `<g transform="translate(0 ${height - 24})" font-size="13">${drawn.join('')}${arrows}</g>`
}

const at = (twin: TwinInput, project: Project): Point => project(coordinatesOf(twin, 'position') as number[])
const shade = (twin: TwinInput, running: string): string => (twin.properties['status'] === 'RUNNING' ? running : colour.shut)
const nameOf = ({ properties }: TwinInput): string => String(properties['name'])
const titleOf = (twin: TwinInput): string => `${twin.id}: ${nameOf(twin)}`
/** GeoJSON coordinates of a property; how deep they nest depends on its schema. */
const coordinatesOf = ({ properties }: TwinInput, name: string): unknown[] => (properties[name] as { coordinates: unknown[] }).coordinates
