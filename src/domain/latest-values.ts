import { latestTelemetry } from '../twin/columns.ts'
import { type Compiled, latestVariable, vantageVariable } from './compile/root.ts'
import { presentVantage, type Vantage } from './vantage.ts'

/** The latest values of a telemetry as they were then, or are in a scenario, by twin; null: as they are now. */
export type LatestValues = (telemetry: string, vantage: Vantage, signal?: AbortSignal) => Promise<Readonly<Record<string, unknown>> | null>

/** The variables that say from where a statement looks; filters on latest values take them from here, as the graph knows those of now only. */
export async function withVantage({ latest }: Pick<Compiled, 'latest'>, vantage: Vantage, latestValues: LatestValues, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  if (vantage === presentVantage) return {}
  const values = await Promise.all([...latest].map(async (column) => [column, await latestValues(latestTelemetry(column), vantage, signal)] as const))
  return { [vantageVariable]: vantage, [latestVariable]: Object.fromEntries(values) }
}
