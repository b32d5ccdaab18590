import type { Calibrated, TargetResiduals } from '../simulation/calibration/calibrated.ts'
import type { Variable } from '../simulation/engine.ts'
import { formatInstant } from '../telemetry/instant.ts'
import type { RunInputs } from './run-inputs.ts'
import type { Run } from './run.ts'

/** What a calibration found, as the run keeps it: with the names of its targets, and what its variables set. */
export interface Found extends Omit<Calibrated, 'targets'> {
  /** In the order of the variables: each setting is `value × of`. */
  readonly sets: readonly (readonly { readonly variable: Variable; readonly of: number }[])[]
  readonly residuals: readonly FoundResidual[]
}

/** In the series' unit. */
export interface FoundResidual {
  readonly twin: string
  readonly name: string
  readonly count: number
  readonly rmse: number
  readonly bias: number
  readonly autocorrelation: number | null
  readonly worst: number
  /** ISO 8601. */
  readonly worstAt: string
}

export function toFound({ targets, ...calibrated }: Calibrated, { task, outputs, window }: RunInputs): Found {
  const toResidual = ({ output: index, n, rmse, bias, lag1, worst }: TargetResiduals): readonly FoundResidual[] => {
    const output = outputs[index]
    if (!output) return []
    const scale = output.affine?.scale ?? 1
    return [{
      twin: output.twin, name: output.name, count: n, rmse: rmse * Math.abs(scale), bias: bias * scale, autocorrelation: lag1,
      worst: (worst?.residual ?? 0) * scale, worstAt: formatInstant(window.from + Math.round(worst?.at ?? 0)),
    }]
  }
  return { ...calibrated, sets: task.kind === 'calibrate' ? task.variables.map(({ sets }) => sets) : [], residuals: targets.flatMap(toResidual) }
}

/** Of a run; undefined where it is no calibration that succeeded. */
export const foundBy = ({ kind, phase, results }: Run): Found | undefined =>
  (kind === 'CALIBRATION' && phase.kind === 'SUCCEEDED' && results ? results.detail as unknown as Found : undefined)
