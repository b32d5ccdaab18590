/**
 * The plan of Aldermere: all that is decided by hand. The rest of this folder derives the twins from it.
 * Spots are metres east and north of the market square's corner, heights metres above datum, flows litres per second.
 */
export interface Spot { readonly x: number; readonly y: number }

export type Use = 'RESIDENTIAL' | 'COMMERCIAL' | 'INDUSTRIAL'
export type Material = 'CAST_IRON' | 'DUCTILE_IRON' | 'PVC' | 'PE'

export interface DistrictPlan {
  readonly id: string
  readonly name: string
  readonly inhabitants: number
  /** South-western corner, and the turn of the streets against east, in degrees anticlockwise. */
  readonly corner: Spot
  readonly turn: number
  /** Metres between neighbouring crossings. */
  readonly block: Spot
  /** Streets running north, from west to east: lettered a, b, c … */
  readonly avenues: readonly Street[]
  /** Streets running east, from south to north: numbered 1, 2, 3 … and who lives there. */
  readonly streets: readonly (Street & { readonly use: Use })[]
  /** Blocks without a pipe, so that the grid is not a chessboard. */
  readonly gaps: readonly string[]
  /** Crossings where water enters. */
  readonly entries: readonly string[]
  /** Mean demand of a crossing. */
  readonly demand: number
  readonly pipes: PipeKind & { readonly laid: string }
}
export interface Street { readonly name: string; readonly diameter: number }
/** Roughness is the Hazen-Williams coefficient C. */
export interface PipeKind { readonly material: Material; readonly roughness: number }

export const districts: readonly DistrictPlan[] = [
  {
    id: 'centre', name: 'Old Town', inhabitants: 6200, corner: { x: 0, y: 620 }, turn: 4, block: { x: 170, y: 150 }, demand: 1.3,
    avenues: [{ name: 'Cooper Lane', diameter: 200 }, { name: 'Bell Street', diameter: 200 }, { name: 'Mercer Street', diameter: 200 }, { name: 'Eastgate', diameter: 100 }],
    streets: [
      { name: 'Quay Row', diameter: 150, use: 'RESIDENTIAL' },
      { name: 'Market Street', diameter: 150, use: 'COMMERCIAL' },
      { name: 'Wall Street', diameter: 250, use: 'RESIDENTIAL' },
    ],
    gaps: ['a1-b1'], entries: ['a3'], pipes: { material: 'DUCTILE_IRON', roughness: 115, laid: '1974-05-01' },
  },
  {
    id: 'north', name: 'North Hill', inhabitants: 5100, corner: { x: 130, y: 1500 }, turn: -6, block: { x: 160, y: 140 }, demand: 1,
    avenues: [{ name: 'Larch Avenue', diameter: 150 }, { name: 'Rowan Avenue', diameter: 200 }, { name: 'Hazel Avenue', diameter: 150 }, { name: 'Thorn Avenue', diameter: 100 }],
    streets: [
      { name: 'Foot Street', diameter: 200, use: 'RESIDENTIAL' },
      { name: 'Terrace Road', diameter: 150, use: 'RESIDENTIAL' },
      { name: 'Crest Road', diameter: 100, use: 'COMMERCIAL' },
    ],
    gaps: ['c3-d3'], entries: ['b1', 'c1'], pipes: { material: 'PVC', roughness: 145, laid: '2009-09-15' },
  },
  {
    id: 'east', name: 'Eastfield', inhabitants: 3400, corner: { x: 900, y: 560 }, turn: 0, block: { x: 190, y: 170 }, demand: 1.3,
    avenues: [{ name: 'Barley Road', diameter: 150 }, { name: 'Clover Road', diameter: 200 }, { name: 'Rye Road', diameter: 150 }],
    streets: [
      { name: 'Low Drive', diameter: 150, use: 'INDUSTRIAL' },
      { name: 'Meadow Drive', diameter: 150, use: 'RESIDENTIAL' },
      { name: 'Long Drive', diameter: 200, use: 'RESIDENTIAL' },
    ],
    gaps: ['b1-b2'], entries: ['b3'], pipes: { material: 'PE', roughness: 140, laid: '1998-03-20' },
  },
  {
    id: 'harbour', name: 'Harbour', inhabitants: 2100, corner: { x: 40, y: 0 }, turn: 8, block: { x: 200, y: 160 }, demand: 1.5,
    avenues: [{ name: 'Anchor Street', diameter: 200 }, { name: 'Net Street', diameter: 150 }, { name: 'Tar Street', diameter: 200 }],
    streets: [
      { name: 'Dock Road', diameter: 150, use: 'INDUSTRIAL' },
      { name: 'Sail Street', diameter: 100, use: 'COMMERCIAL' },
      { name: 'Bank Street', diameter: 150, use: 'RESIDENTIAL' },
    ],
    gaps: ['b1-b2'], entries: ['a3', 'c3'], pipes: { material: 'CAST_IRON', roughness: 95, laid: '1958-11-01' },
  },
]

/** Nodes outside the street grids. */
export const reservoirs = [
  { id: 'reservoir-1', name: 'Alder Lake clear well', district: 'centre', spot: { x: -1400, y: 760 }, elevation: 28, head: 32, commissioned: '1974-05-01' },
  { id: 'reservoir-2', name: 'Clover wells', district: 'east', spot: { x: 2050, y: 1020 }, elevation: -6, head: 12, commissioned: '1998-03-20' },
] as const

export const tanks = [
  { id: 'tank-1', name: 'Castle Hill tank', district: 'centre', spot: { x: -450, y: 1180 }, elevation: 84, diameter: 20, levels: [1, 3.6, 6], commissioned: '1974-05-01' },
  { id: 'tank-2', name: 'North Hill tower', district: 'north', spot: { x: 300, y: 1345 }, elevation: 104, diameter: 10, levels: [0.8, 3.8, 5.8], commissioned: '2009-09-15' },
  { id: 'tank-3', name: 'Eastfield tower', district: 'east', spot: { x: 1250, y: 1080 }, elevation: 72, diameter: 12, levels: [0.8, 3, 5], commissioned: '1998-03-20' },
] as const

/** Stations and valve chambers: junctions without customers. */
export const chambers = [
  { id: 'works-outlet', name: 'Lake works, outlet', district: 'centre', spot: { x: -1380, y: 765 }, elevation: 29 },
  { id: 'north-station', name: 'North station, suction', district: 'north', spot: { x: 290, y: 1330 }, elevation: 58 },
  { id: 'wells-outlet', name: 'Clover wells, outlet', district: 'east', spot: { x: 2035, y: 1025 }, elevation: 26 },
  { id: 'tower-chamber', name: 'Eastfield tower, outlet chamber', district: 'east', spot: { x: 1262, y: 1065 }, elevation: 38 },
  { id: 'tower-outlet', name: 'Eastfield tower, outlet', district: 'east', spot: { x: 1266, y: 1060 }, elevation: 38 },
  { id: 'anchor-chamber', name: 'Anchor Street chamber', district: 'harbour', spot: { x: -10, y: 330 }, elevation: 9.8 },
  { id: 'tar-chamber', name: 'Tar Street chamber', district: 'harbour', spot: { x: 392, y: 386 }, elevation: 11 },
  { id: 'eastgate-chamber', name: 'Eastgate chamber', district: 'east', spot: { x: 885, y: 735 }, elevation: 27 },
] as const

const ductile: PipeKind = { material: 'DUCTILE_IRON', roughness: 120 }
const plastic: PipeKind = { material: 'PE', roughness: 140 }
export interface MainPlan extends PipeKind {
  readonly id: string; readonly name: string; readonly district: string; readonly from: string; readonly to: string
  readonly diameter: number; readonly commissioned: string; readonly minorLoss?: number; readonly checkValve?: boolean
}
export const mains: readonly MainPlan[] = [
  { id: 'main-1', name: 'Lake main', district: 'centre', from: 'works-outlet', to: 'tank-1', diameter: 350, commissioned: '1974-05-01', minorLoss: 3, ...ductile },
  { id: 'main-2', name: 'Castle Hill main', district: 'centre', from: 'tank-1', to: 'centre-a3', diameter: 350, commissioned: '1974-05-01', minorLoss: 2, ...ductile },
  { id: 'main-3', name: 'North main', district: 'north', from: 'centre-c3', to: 'north-station', diameter: 250, commissioned: '2009-09-15', minorLoss: 2, ...plastic },
  { id: 'main-4', name: 'North Hill tower outlet', district: 'north', from: 'tank-2', to: 'north-b1', diameter: 250, commissioned: '2009-09-15', minorLoss: 2, ...plastic },
  { id: 'main-5', name: 'North station bypass', district: 'north', from: 'north-station', to: 'north-c1', diameter: 150, commissioned: '2009-09-15', checkValve: true, ...plastic },
  { id: 'main-6', name: 'Anchor main', district: 'harbour', from: 'centre-a1', to: 'anchor-chamber', diameter: 200, commissioned: '1974-05-01', ...ductile },
  { id: 'main-7', name: 'Tar main', district: 'harbour', from: 'centre-c1', to: 'tar-chamber', diameter: 200, commissioned: '1974-05-01', ...ductile },
  { id: 'main-8', name: 'Wells main', district: 'east', from: 'wells-outlet', to: 'tank-3', diameter: 200, commissioned: '1998-03-20', minorLoss: 3, ...plastic },
  { id: 'main-9', name: 'Eastfield tower riser', district: 'east', from: 'tank-3', to: 'tower-chamber', diameter: 250, commissioned: '1998-03-20', minorLoss: 1, ...plastic },
  { id: 'main-10', name: 'Eastfield main', district: 'east', from: 'tower-outlet', to: 'east-b3', diameter: 250, commissioned: '1998-03-20', ...plastic },
  { id: 'main-11', name: 'Eastgate main', district: 'east', from: 'centre-d2', to: 'eastgate-chamber', diameter: 150, commissioned: '1998-03-20', ...plastic },
]

export interface PumpPlan {
  readonly id: string; readonly name: string; readonly district: string; readonly from: string; readonly to: string
  readonly status: string; readonly rated: readonly [flow: number, head: number]; readonly shutOff: number; readonly run: readonly [flow: number, head: number]
  readonly tank: string; readonly start: number; readonly stop: number; readonly efficiency: number; readonly commissioned: string
}
/** Rated point, lift at no flow, point of greatest flow; levels of the tank that start and stop it. */
export const pumps: readonly PumpPlan[] = [
  { id: 'pump-1', name: 'Lake works pump 1', district: 'centre', from: 'reservoir-1', to: 'works-outlet', status: 'RUNNING', rated: [55, 60], shutOff: 74, run: [90, 30], tank: 'tank-1', start: 3.5, stop: 5.5, efficiency: 0.94, commissioned: '2016-02-11' },
  { id: 'pump-2', name: 'Lake works pump 2', district: 'centre', from: 'reservoir-1', to: 'works-outlet', status: 'STANDBY', rated: [40, 60], shutOff: 74, run: [65, 32], tank: 'tank-1', start: 2.2, stop: 4.5, efficiency: 0.92, commissioned: '1996-07-02' },
  { id: 'pump-3', name: 'North booster 1', district: 'north', from: 'north-station', to: 'tank-2', status: 'RUNNING', rated: [18, 26], shutOff: 34, run: [30, 10], tank: 'tank-2', start: 3.2, stop: 5.2, efficiency: 0.91, commissioned: '2009-09-15' },
  { id: 'pump-4', name: 'North booster 2', district: 'north', from: 'north-station', to: 'tank-2', status: 'MAINTENANCE', rated: [18, 26], shutOff: 34, run: [30, 10], tank: 'tank-2', start: 2.4, stop: 4.4, efficiency: 0.91, commissioned: '2009-09-15' },
  { id: 'pump-5', name: 'Clover well pump 1', district: 'east', from: 'reservoir-2', to: 'wells-outlet', status: 'RUNNING', rated: [18, 66], shutOff: 84, run: [30, 35], tank: 'tank-3', start: 2.6, stop: 4.4, efficiency: 0.9, commissioned: '2011-06-30' },
  { id: 'pump-6', name: 'Clover well pump 2', district: 'east', from: 'reservoir-2', to: 'wells-outlet', status: 'STANDBY', rated: [14, 66], shutOff: 84, run: [24, 35], tank: 'tank-3', start: 1.8, stop: 3.6, efficiency: 0.88, commissioned: '1998-03-20' },
]

/** Setting: metres of pressure head (PRV), litres per second (FCV), loss coefficient (TCV). */
export const valves = [
  { id: 'valve-1', name: 'Anchor Street reducer', district: 'harbour', from: 'anchor-chamber', to: 'harbour-a3', status: 'RUNNING', function: 'PRV', setting: 47, diameter: 150 },
  { id: 'valve-2', name: 'Tar Street reducer', district: 'harbour', from: 'tar-chamber', to: 'harbour-c3', status: 'RUNNING', function: 'PRV', setting: 44, diameter: 150 },
  { id: 'valve-3', name: 'Eastfield tower throttle', district: 'east', from: 'tower-chamber', to: 'tower-outlet', status: 'RUNNING', function: 'TCV', setting: 4, diameter: 200 },
  { id: 'valve-4', name: 'Eastgate boundary valve', district: 'east', from: 'eastgate-chamber', to: 'east-a2', status: 'STOPPED', function: 'TCV', setting: 0, diameter: 150 },
] as const

/** Where the instruments are and which series they report. */
export const sensors = [
  { at: 'tank-1', series: 'level', network: 'WIRED' }, { at: 'tank-2', series: 'level', network: 'WIRED' }, { at: 'tank-3', series: 'level', network: 'WIRED' },
  { at: 'pump-1', series: 'flow', network: 'WIRED' }, { at: 'pump-3', series: 'flow', network: 'WIRED' }, { at: 'pump-5', series: 'flow', network: 'WIRED' },
  { at: 'valve-1', series: 'flow', network: 'LTE_M' }, { at: 'valve-2', series: 'flow', network: 'LTE_M' },
  { at: 'north-station', series: 'pressure', network: 'WIRED' }, { at: 'north-b1', series: 'pressure', network: 'LORAWAN' }, { at: 'north-b3', series: 'pressure', network: 'LORAWAN' },
  { at: 'north-d2', series: 'pressure', network: 'LORAWAN' }, { at: 'centre-b2', series: 'pressure', network: 'LORAWAN' }, { at: 'centre-d1', series: 'pressure', network: 'LORAWAN' },
  { at: 'harbour-b1', series: 'pressure', network: 'LTE_M' }, { at: 'harbour-a3', series: 'pressure', network: 'LTE_M' }, { at: 'east-c1', series: 'pressure', network: 'LORAWAN' },
  { at: 'east-a3', series: 'pressure', network: 'LORAWAN' },
] as const

/** The one instrument that is broken, so that the town has something to find. */
export const brokenSensor = 'sensor-centre-d1'

/** Hourly multipliers of demand from midnight, before they are scaled to a mean of 1: our own, shaped like what such customers use. */
export const patterns: Readonly<Record<Use, readonly number[]>> = {
  RESIDENTIAL: [4, 3, 3, 3, 4, 7, 13, 17, 15, 12, 11, 10, 11, 10, 9, 9, 10, 13, 16, 16, 13, 10, 8, 5],
  COMMERCIAL: [3, 3, 3, 3, 3, 4, 7, 11, 15, 17, 17, 16, 17, 16, 16, 15, 14, 12, 10, 8, 6, 5, 4, 3],
  INDUSTRIAL: [9, 9, 9, 9, 9, 10, 12, 13, 13, 13, 13, 12, 12, 13, 13, 12, 12, 11, 11, 10, 10, 10, 9, 9],
}
