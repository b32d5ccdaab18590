/** When each works was opened; its equipment dates from then unless it says otherwise. */
export const opened = { lake: '1974-05-01', wells: '1998-03-20', hill: '2009-09-15' } as const

/** Nodes outside the street grids. */
export const reservoirs = [
  {
    id: 'reservoir-1', name: 'Alder Lake clear well', district: 'centre', spot: { x: -1400, y: 760 },
    elevation: 28, head: 32, commissioned: opened.lake,
  },
  {
    id: 'reservoir-2', name: 'Clover wells', district: 'east', spot: { x: 2050, y: 1020 },
    elevation: -6, head: 12, commissioned: opened.wells,
  },
] as const

/** Levels: minimum, initial, maximum, in metres above the floor, whose height is the elevation. */
export const tanks = [
  {
    id: 'tank-1', name: 'Castle Hill tank', district: 'centre', spot: { x: -450, y: 1180 },
    elevation: 84, diameter: 20, levels: [1, 3.6, 6], commissioned: opened.lake,
  },
  {
    id: 'tank-2', name: 'North Hill tower', district: 'north', spot: { x: 300, y: 1345 },
    elevation: 104, diameter: 10, levels: [0.8, 3.8, 5.8], commissioned: opened.hill,
  },
  {
    id: 'tank-3', name: 'Eastfield tower', district: 'east', spot: { x: 1330, y: 1080 },
    elevation: 72, diameter: 12, levels: [0.8, 3, 5], commissioned: opened.wells,
  },
] as const

/** Stations and valve chambers: junctions without customers. */
export const chambers = [
  { id: 'works-outlet', name: 'Lake works, outlet', district: 'centre', spot: { x: -1290, y: 800 }, elevation: 29 },
  { id: 'north-station', name: 'North station, suction', district: 'north', spot: { x: 280, y: 1235 }, elevation: 58 },
  { id: 'wells-outlet', name: 'Clover wells, outlet', district: 'east', spot: { x: 1940, y: 1035 }, elevation: 26 },
  { id: 'tower-chamber', name: 'Eastfield tower, outlet chamber', district: 'east', spot: { x: 1300, y: 1000 }, elevation: 38 },
  { id: 'tower-outlet', name: 'Eastfield tower, outlet', district: 'east', spot: { x: 1290, y: 975 }, elevation: 38 },
  { id: 'anchor-chamber', name: 'Anchor Street chamber', district: 'harbour', spot: { x: -10, y: 330 }, elevation: 9.8 },
  { id: 'tar-chamber', name: 'Tar Street chamber', district: 'harbour', spot: { x: 392, y: 386 }, elevation: 11 },
  { id: 'eastgate-chamber', name: 'Eastgate chamber', district: 'east', spot: { x: 1005, y: 735 }, elevation: 27 },
] as const
