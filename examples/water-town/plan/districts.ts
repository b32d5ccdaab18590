/**
 * The plan of Aldermere: all that is decided by hand. The rest of this folder derives the twins from it.
 * Spots are metres east and north of Old Town's south-western corner, 620 metres south of it; heights metres above datum, flows litres per second.
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
    id: 'centre', name: 'Old Town', inhabitants: 6200, demand: 1.3,
    corner: { x: 0, y: 620 }, turn: 4, block: { x: 170, y: 150 },
    avenues: [
      { name: 'Cooper Lane', diameter: 200 },
      { name: 'Bell Street', diameter: 200 },
      { name: 'Mercer Street', diameter: 200 },
      { name: 'Eastgate', diameter: 100 },
    ],
    streets: [
      { name: 'Quay Row', diameter: 150, use: 'RESIDENTIAL' },
      { name: 'Market Street', diameter: 150, use: 'COMMERCIAL' },
      { name: 'Wall Street', diameter: 250, use: 'RESIDENTIAL' },
    ],
    gaps: ['a1-b1'], entries: ['a3'], pipes: { material: 'DUCTILE_IRON', roughness: 115, laid: '1974-05-01' },
  },
  {
    id: 'north', name: 'North Hill', inhabitants: 5100, demand: 1,
    corner: { x: 130, y: 1500 }, turn: -6, block: { x: 160, y: 140 },
    avenues: [
      { name: 'Larch Avenue', diameter: 150 },
      { name: 'Rowan Avenue', diameter: 200 },
      { name: 'Hazel Avenue', diameter: 150 },
      { name: 'Thorn Avenue', diameter: 100 },
    ],
    streets: [
      { name: 'Foot Street', diameter: 200, use: 'RESIDENTIAL' },
      { name: 'Terrace Road', diameter: 150, use: 'RESIDENTIAL' },
      { name: 'Crest Road', diameter: 100, use: 'COMMERCIAL' },
    ],
    gaps: ['b3-c3'], entries: ['b1', 'c1'], pipes: { material: 'PVC', roughness: 145, laid: '2009-09-15' },
  },
  {
    id: 'east', name: 'Eastfield', inhabitants: 3400, demand: 1.3,
    corner: { x: 1020, y: 560 }, turn: 0, block: { x: 190, y: 170 },
    avenues: [
      { name: 'Barley Road', diameter: 150 },
      { name: 'Clover Road', diameter: 200 },
      { name: 'Rye Road', diameter: 150 },
    ],
    streets: [
      { name: 'Low Drive', diameter: 150, use: 'INDUSTRIAL' },
      { name: 'Meadow Drive', diameter: 150, use: 'RESIDENTIAL' },
      { name: 'Long Drive', diameter: 200, use: 'RESIDENTIAL' },
    ],
    gaps: ['b1-b2'], entries: ['b3'], pipes: { material: 'PE', roughness: 140, laid: '1998-03-20' },
  },
  {
    id: 'harbour', name: 'Harbour', inhabitants: 2100, demand: 1.5,
    corner: { x: 40, y: 0 }, turn: 8, block: { x: 200, y: 160 },
    avenues: [
      { name: 'Anchor Street', diameter: 200 },
      { name: 'Net Street', diameter: 150 },
      { name: 'Tar Street', diameter: 200 },
    ],
    streets: [
      { name: 'Dock Road', diameter: 150, use: 'INDUSTRIAL' },
      { name: 'Sail Street', diameter: 100, use: 'COMMERCIAL' },
      { name: 'Bank Street', diameter: 150, use: 'RESIDENTIAL' },
    ],
    gaps: ['b1-b2'], entries: ['a3', 'c3'], pipes: { material: 'CAST_IRON', roughness: 95, laid: '1958-11-01' },
  },
]

/** Hourly multipliers of demand from midnight, before they are scaled to a mean of 1: our own, shaped like what such customers use. */
export const patterns: Readonly<Record<Use, readonly number[]>> = {
  RESIDENTIAL: [4, 3, 3, 3, 4, 7, 13, 17, 15, 12, 11, 10, 11, 10, 9, 9, 10, 13, 16, 16, 13, 10, 8, 5],
  COMMERCIAL: [3, 3, 3, 3, 3, 4, 7, 11, 15, 17, 17, 16, 17, 16, 16, 15, 14, 12, 10, 8, 6, 5, 4, 3],
  INDUSTRIAL: [9, 9, 9, 9, 9, 10, 12, 13, 13, 13, 13, 12, 12, 13, 13, 12, 12, 11, 11, 10, 10, 10, 9, 9],
}
