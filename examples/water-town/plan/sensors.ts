/** Where the instruments are, which series they report and how. */
export const sensors = [
  { at: 'tank-1', series: 'level', network: 'WIRED' },
  { at: 'tank-2', series: 'level', network: 'WIRED' },
  { at: 'tank-3', series: 'level', network: 'WIRED' },
  { at: 'pump-1', series: 'flow', network: 'WIRED' },
  { at: 'pump-3', series: 'flow', network: 'WIRED' },
  { at: 'pump-5', series: 'flow', network: 'WIRED' },
  { at: 'valve-1', series: 'flow', network: 'LTE_M' },
  { at: 'valve-2', series: 'flow', network: 'LTE_M' },
  { at: 'north-station', series: 'pressure', network: 'WIRED' },
  { at: 'north-b1', series: 'pressure', network: 'LORAWAN' },
  { at: 'north-b3', series: 'pressure', network: 'LORAWAN' },
  { at: 'north-d2', series: 'pressure', network: 'LORAWAN' },
  { at: 'centre-b2', series: 'pressure', network: 'LORAWAN' },
  { at: 'centre-d1', series: 'pressure', network: 'LORAWAN' },
  { at: 'harbour-b1', series: 'pressure', network: 'LTE_M' },
  { at: 'harbour-a3', series: 'pressure', network: 'LTE_M' },
  { at: 'east-c1', series: 'pressure', network: 'LORAWAN' },
  { at: 'east-a3', series: 'pressure', network: 'LORAWAN' },
] as const

/** The one instrument that is broken, so that the town has something to find. */
export const brokenSensor = 'sensor-centre-d1'
