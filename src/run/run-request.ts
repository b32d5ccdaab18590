import type { Design } from '../simulation/design/design.ts'
import type { CalibrationProblem, OutputStatistic } from '../simulation/engine-host.ts'
import type { Json } from '../util/json.ts'

/** What clients give: the inputs of the mutations, as GraphQL coerces them. */
export interface SimulationRequest {
  readonly engine: string
  readonly of: readonly string[]
  readonly over?: readonly string[] | null
  readonly scenario?: string | null
  readonly parameters?: Json
  readonly from?: string | null
  readonly horizon: string
  readonly step?: string | null
  readonly seed?: number | null
  readonly force?: boolean | null
  readonly tags?: readonly string[] | null
  readonly priority?: number | null
  readonly deadline?: string | null
}

export interface SweepRequest {
  readonly simulation: SimulationRequest
  readonly variables: readonly SweepVariableRequest[]
  readonly design: Design['kind']
  readonly samples?: number | null
  readonly keepSeries?: boolean | null
  readonly statistics?: readonly { readonly twin: string; readonly name: string; readonly reducer: OutputStatistic['reducer'] }[] | null
}

export interface SweepVariableRequest {
  readonly variable: VariableRequest
  readonly values?: readonly number[] | null
  readonly from?: number | null
  readonly to?: number | null
  readonly count?: number | null
  readonly scale?: 'LINEAR' | 'LOGARITHMIC' | null
}

export interface CalibrationRequest {
  readonly simulation: SimulationRequest
  readonly variables: readonly { readonly variable: VariableRequest; readonly start?: number | null; readonly min: number; readonly max: number }[]
  readonly targets: readonly { readonly twin: string; readonly name: string; readonly sigma?: number | null }[]
  readonly method?: CalibrationProblem['method'] | null
  readonly maxRuns?: number | null
}

export interface VariableRequest {
  readonly name?: string | null
  readonly parameter?: string | null
  readonly property?: string | null
  readonly twins?: readonly string[] | null
  readonly as?: 'VALUE' | 'FACTOR' | null
}
