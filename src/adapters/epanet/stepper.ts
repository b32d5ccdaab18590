import { InitHydOption, type Project, TimeParameter } from 'epanet-js'
import type { RunContext } from '../../simulation/engine-program.ts'
import type { EpanetInput } from '../../simulation/epanet/input.ts'
import type { LiveInterventions } from './live-interventions.ts'
import type { Tally } from './tally.ts'
import { hearing } from './toolkit.ts'

export interface Stepping {
  readonly project: Project
  readonly input: EpanetInput
  readonly interventions: LiveInterventions
  readonly tally: Tally
  readonly context: RunContext
  /** A solution was made. */
  solved(warnings: ReadonlySet<number>): void
  /** The outputs of the present solution. */
  read(): Float64Array
}

const second = 1_000_000

/** From solution to solution, as the toolkit's own `EN_solveH` does, but for the moments at which something happens. Water quality goes along. */
export async function stepThrough({ project, input: { times, options }, interventions, tally, context, solved, read }: Stepping): Promise<void> {
  const [longest, qualityStep] = [project.getTimeParameter(TimeParameter.HydStep), project.getTimeParameter(TimeParameter.QualStep)]
  const hasQuality = options.quality.kind !== 'NONE'
  const limit = (step: number): void => {
    project.setTimeParameter(TimeParameter.HydStep, step)
    project.setTimeParameter(TimeParameter.QualStep, Math.min(qualityStep, longest)) // shortened with it
  }
  interventions.begin()
  project.openH()
  project.initH(InitHydOption.InitFlow)
  if (hasQuality) { project.openQ(); project.initQ(InitHydOption.NoSave) }
  for (let [at, due] = [0, 0]; ;) {
    context.signal.throwIfAborted()
    const warnings = new Set<number>()
    hearing((code) => warnings.add(code), () => {
      interventions.enter(at)
      project.runH()
      if (hasQuality) project.runQ()
    })
    solved(warnings)
    if (at >= due) {
      tally.observe()
      await context.emit(at * second, read())
      due = Math.min((Math.floor(at / times.step) + 1) * times.step, times.duration)
    } else await context.progress(at * second)
    context.signal.throwIfAborted()
    const step = Math.min(interventions.next(at), due > at ? due : Infinity) - at
    if (step < longest) limit(step)
    const passed = project.nextH()
    if (hasQuality) project.nextQ()
    if (step < longest) limit(longest)
    tally.last(passed)
    if (passed <= 0) return
    at += passed
  }
}
