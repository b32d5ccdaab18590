import { mayPass } from '../run/insist.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { Finding } from './alert.ts'
import { actionSeries, type ActionStarter, type Task, type TaskStore } from './task.ts'

export interface TaskRunnerConfig {
  readonly tasks: TaskStore
  readonly starter: ActionStarter
  /** Makes, or resolves, the alert of a rule whose actions cannot be done. */
  readonly report: (finding: Finding) => Promise<void>
  readonly now: () => Microseconds
  readonly onTrouble: (error: unknown, what: string) => void
}

/** Does what rules want done. Of a rule one thing at a time; of all rules so many. */
export interface TaskRunner {
  wake(): void
  close(): void
}

const [atOnce, retryMs] = [8, 2_000]

export function createTaskRunner({ tasks, starter, report, now, onTrouble }: TaskRunnerConfig): TaskRunner {
  const ending = new AbortController()
  const { signal } = ending
  const underWay = new Set<string>()
  let looking: Promise<void> | undefined
  let isAsked = false
  const timers = new Set<NodeJS.Timeout>()

  /** Every step can be done again: a key starts one run, whoever starts it. Returns what went wrong. */
  const perform = async ({ key, rule, actions, done, runs: known }: Task): Promise<string | undefined> => {
    const runs = [...known]
    for (const [index, action] of actions.entries()) {
      if (index < done) continue
      const simulation = actions.slice(0, index).findLastIndex(({ kind }) => kind === 'SimulateAction')
      const started = await starter.start(action, { rule, key: `${key}:${index}`, previous: runs[simulation] })
      if ('problem' in started) return `Its action ${index + 1} of ${actions.length} could not be started: ${started.problem}`
      const failure = await starter.ended(started.run, signal)
      if (failure !== undefined) return `The run ${started.run} of its action ${index + 1} of ${actions.length} did not succeed: ${failure}`
      runs.push(started.run)
      await tasks.progress(key, index + 1, runs)
    }
    return undefined
  }
  const attend = async (task: Task): Promise<void> => {
    const wrong = await perform(task)
    const subject = { rule: task.rule, twin: null, series: actionSeries }
    const evidence = { at: now(), value: null, limit: null, origin: task.key, run: null, contributions: [] }
    await report(wrong === undefined ? { kind: 'resolve', subject, until: now(), resolution: 'CLEARED' } : { kind: 'raise', subject, since: now(), evidence, message: wrong })
    await tasks.end(task.key)
  }
  const take = (task: Task): void => {
    underWay.add(task.rule)
    attend(task).then(() => {
      underWay.delete(task.rule)
      wake()
    }, (error: unknown) => {
      if (!signal.aborted) {
        onTrouble(error, `what the rule ${task.rule} does could not be taken to its end; it is tried again`)
        rest(mayPass(error) ? retryMs : 10 * retryMs, () => { underWay.delete(task.rule) })
      }
    })
  }
  const rest = (ms: number, before = (): void => undefined): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      before()
      wake()
    }, ms).unref()
    timers.add(timer)
  }
  const look = async (): Promise<void> => {
    do {
      isAsked = false
      if (underWay.size >= atOnce || signal.aborted) return
      for (const task of await tasks.waiting(atOnce + underWay.size)) {
        if (underWay.size < atOnce && !underWay.has(task.rule) && !signal.aborted) take(task)
      }
    } while (isAsked)
  }
  const wake = (): void => {
    isAsked = true
    if (signal.aborted) return
    looking ??= look().catch((error: unknown) => {
      onTrouble(error, 'what rules do could not be looked up; it is tried again')
      isAsked = false
      rest(retryMs)
    }).finally(() => {
      looking = undefined
      if (isAsked) wake() // between its end and this
    })
  }
  wake()
  return {
    wake,
    close() {
      for (const timer of timers) clearTimeout(timer)
      ending.abort()
    },
  }
}
