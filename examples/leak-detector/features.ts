import { type Junction, junctions, type Link, links, type Tank, tanks, twinOf } from './instruments.ts'

/** As the API takes it. */
export interface FeatureInput {
  readonly name: string
  readonly twin: string
  readonly telemetry: string
  readonly source: 'MEASURED' | 'SIMULATED' | 'RESIDUAL'
  readonly unit?: string
  /** An hour before. */
  readonly isBefore?: true
  /** Of so many hours, this one included. */
  readonly hours?: number
  readonly aggregate?: 'MEAN' | 'COUNT'
}

export const featureNames = {
  level: (tank: Tank) => `level ${tank}`,
  inflow: (tank: Tank) => `inflow ${tank}`,
  state: (link: Link) => `state ${link}`,
  flow: (link: Link) => `flow ${link}`,
  flowResidual: (link: Link) => `flow residual ${link}`,
  pressureResidual: (junction: Junction) => `pressure residual ${junction}`,
  before: (name: string) => `${name} before`,
} as const

/** Now and an hour before: what the mass balance of an hour is made of. What flows into a tank nobody measures; the simulation tells it. */
const twice = (feature: FeatureInput): readonly FeatureInput[] => [feature, { ...feature, name: featureNames.before(feature.name), isBefore: true }]

/** Of one hour. */
export const hourly: readonly FeatureInput[] = [
  ...tanks.flatMap((tank) => [
    ...twice({ name: featureNames.level(tank), twin: twinOf(tank), telemetry: 'level', source: 'MEASURED', unit: 'metre' }),
    ...twice({ name: featureNames.inflow(tank), twin: twinOf(tank), telemetry: 'inflow', source: 'SIMULATED', unit: 'litrePerSecond' }),
  ]),
  ...links.flatMap((link) => [
    ...twice({ name: featureNames.state(link), twin: twinOf(link), telemetry: 'state', source: 'MEASURED' }),
    ...twice({ name: featureNames.flow(link), twin: twinOf(link), telemetry: 'flow', source: 'MEASURED', unit: 'litrePerSecond' }),
    { name: featureNames.flowResidual(link), twin: twinOf(link), telemetry: 'flow', source: 'RESIDUAL', unit: 'litrePerSecond' } as const,
  ]),
  ...junctions.map((junction): FeatureInput => ({ name: featureNames.pressureResidual(junction), twin: twinOf(junction), telemetry: 'pressure', source: 'RESIDUAL', unit: 'metre' })),
]

/** What is too small to be seen in one hour may be seen in so many. */
export const windowHours = 6

/** In the order of the detector's columns: of the hour; the same over the window; and whether the window, and the one an hour before, is whole. */
export const features: readonly FeatureInput[] = [
  ...hourly,
  ...hourly.map((feature): FeatureInput => ({ ...feature, name: `${feature.name} over ${windowHours} h`, hours: windowHours, aggregate: 'MEAN' })),
  { name: 'hours', twin: twinOf('T1'), telemetry: 'level', source: 'MEASURED', hours: windowHours + 1, aggregate: 'COUNT' },
]

const columns = new Map(hourly.map(({ name }, index) => [name, index]))

/** Where a feature of the hour stands in a row. */
export function columnOfFeature(name: string): number {
  const column = columns.get(name)
  if (column === undefined) throw new Error(`There is no feature ${name}.`)
  return column
}

/** Whether a row's window is whole. */
export const isWhole = (row: ArrayLike<number>): boolean => row[2 * hourly.length] === windowHours + 1
