import { computeBand, computeForecast } from '../../prediction/forecast/compute-forecast.ts'
import { scoreSteps } from '../../prediction/forecast/score-steps.ts'
import { yieldToOthers } from '../../util/yield-to-others.ts'
import { doJob } from './do-job.ts'
import type { StatisticsTask } from './statistics-task.ts'

yieldToOthers(false)

/** A thread that computes; see statistics-threads.ts. */
export default function perform(task: StatisticsTask): unknown {
  switch (task.kind) {
    case 'forecast': {
      const forecast = computeForecast(task.task)
      return forecast && { forecast, band: computeBand(forecast, task.level) }
    }
    case 'band': return computeBand(task.forecast, task.level)
    case 'job': return doJob(task.job)
    case 'score': return scoreSteps(task.task)
  }
}
