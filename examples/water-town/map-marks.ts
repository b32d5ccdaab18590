/** The SVG that the map is made of; units are those of its view box. */
export type Point = readonly [x: number, y: number]
export type Side = keyof typeof offsets

export const colour = {
  ground: '#f7f5ef', ink: '#2b3440', district: '#e6ebdc', edge: '#b9c4a5', pipe: '#4f7ea8', main: '#1f5a8c', node: '#2b3440', tank: '#2f8f9d',
  reservoir: '#1f5a8c', pump: '#c2571a', valve: '#7a4fa3', sensor: '#c9a227', shut: '#a8adb3',
}

/** Where a label begins, from the mark it belongs to. */
const offsets = {
  north: [0, -11, 'middle'], south: [0, 18, 'middle'], northEast: [11, -9, 'start'], east: [14, 4, 'start'], west: [-12, 4, 'end'],
} as const

export interface Ink {
  readonly fill?: string
  readonly stroke?: string
  readonly width?: number
}

/** `title` is what a browser shows where the pointer rests. */
export function disc([x, y]: Point, radius: number, { fill = 'none', stroke = 'none', width = 0 }: Ink, title = ''): string {
  return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}" stroke="${stroke}" stroke-width="${width}">${titled(title)}</circle>`
}

export function square([x, y]: Point, side: number, fill: string, title = ''): string {
  return `<rect x="${tenth(x - side / 2)}" y="${tenth(y - side / 2)}" width="${side}" height="${side}" fill="${fill}">${titled(title)}</rect>`
}

export function line(points: readonly Point[], stroke: string, width: number, title = ''): string {
  const path = points.map((point) => point.join(' ')).join('L')
  return `<path d="M${path}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round">${titled(title)}</path>`
}

/** An arrow head at two thirds of the way; none where the way is too short to see it. */
export function arrow(from: Point, to: Point, fill: string): string {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  if (Math.hypot(dx, dy) < 20) return ''
  const [x, y, turn] = [from[0] + dx * 0.64, from[1] + dy * 0.64, (Math.atan2(dy, dx) * 180) / Math.PI].map(tenth)
  return `<path d="M5 0L-4 -4.5V4.5z" fill="${fill}" transform="translate(${x} ${y}) rotate(${turn})"/>`
}

export function label([x, y]: Point, text: string, side: Side): string {
  const [dx, dy, anchor] = offsets[side]
  const halo = `stroke="${colour.ground}" stroke-width="3" paint-order="stroke"`
  return `<text x="${x}" y="${y}" dx="${dx}" dy="${dy}" text-anchor="${anchor}" font-size="11" ${halo}>${escaped(text)}</text>`
}

export const tenth = (value: number): number => Math.round(value * 10) / 10

export const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

const titled = (title: string): string => (title === '' ? '' : `<title>${escaped(title)}</title>`)
