import type { EngineDescription, EngineRole, KpiDescription } from '../engine.ts'
import { parameterSchema } from './parameter-schema.ts'
import { roleNames, vocabulary } from './vocabulary.ts'

const kpi = (name: string, unit: string | undefined, description: string): KpiDescription => ({ name, unit, description })

/** Of the whole window; volumes and energy from solution to solution, extremes at the results' steps. */
const kpis: readonly KpiDescription[] = [
  kpi('minPressure', 'metre', 'Lowest pressure at a junction with customers.'),
  kpi('maxPressure', 'metre', 'Highest pressure at a junction.'),
  kpi('junctionsBelow', undefined, 'Junctions with customers that had less than servicePressure at some time.'),
  kpi('suppliedVolume', 'cubicMetre', 'Water out of the reservoirs.'),
  kpi('servedVolume', 'cubicMetre', 'Water that customers got.'),
  kpi('unservedVolume', 'cubicMetre', 'Water that customers wanted and did not get; with demandModel PDA.'),
  kpi('leakageVolume', 'cubicMetre', 'Water that leaked.'),
  kpi('pumpEnergy', 'kilowattHour', 'Energy of all pumps.'),
  kpi('pumpStarts', undefined, 'How often pumps started.'),
  kpi('tankTurnover', undefined, 'Water out of the tanks, by the water that was in them at the start.'),
  kpi('minTankFill', undefined, 'Lowest level of a tank: 0 its lower limit, 1 its upper.'),
  kpi('maxAge', 'hour', 'Oldest water at a junction with customers at the end; with quality AGE.'),
  kpi('meanAge', 'hour', 'Mean age over the junctions with customers at the end; with quality AGE.'),
]

const roles: readonly EngineRole[] = roleNames.map((role) => ({ role, properties: vocabulary[role].properties, outputs: vocabulary[role].outputs, inputs: vocabulary[role].inputs }))

/** `version` and `build` are of what computes. */
export const describeEpanet = ({ version, build }: Pick<EngineDescription, 'version' | 'build'>): EngineDescription => ({
  id: 'epanet', name: 'EPANET', version, build,
  description: 'Hydraulics and water age of drinking-water networks under pressure: of twins that feed one another, or of an EPANET input file whose elements are twins.',
  parameters: parameterSchema, roles, kpis, over: ['feeds', 'switchedBy'],
  determinism: 'BITWISE', isolation: 'THREAD', cancel: 'COOPERATIVE',
})
