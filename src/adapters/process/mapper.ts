import { type ChildProcess, fork } from 'node:child_process'
import { type Mapper, type MappingJob, mappingLimits } from '../../telemetry/source/mapping.ts'
import { no, type Read, readPayload } from '../../telemetry/source/payload.ts'
import { createSerial } from '../../util/serial.ts'

const flags = [
  '--max-old-space-size=128', // MiB; more ends the process. A thread will not do: an allocation beyond a thread's limit can end everything (seen with Node 24)
  '--enable-experimental-regexp-engine-on-excessive-backtracks', // regular expressions without back references and look-around take linear time
  '--regexp-backtracks-before-fallback=50000',
]
/** On top of JSONata's own limit, which is the better message where it comes to it. */
const graceMs = 200
const startMs = 30_000

/**
 * Runs mappings in a process of their own, without an environment. A payload that takes too long, or too much memory, ends that process: it is tried once
 * more in a new one, as the machine may just have been busy, and then blamed. The process is started when the first mapping is run.
 */
export function createProcessMapper(): Mapper {
  const serial = createSerial()
  let runner: Runner | undefined

  const map = async (jobs: readonly MappingJob[]): Promise<readonly Read<unknown>[]> => {
    const outcomes: Read<unknown>[] = []
    let suspect: number | undefined
    while (outcomes.length < jobs.length) {
      runner ??= await startRunner()
      const ended = await runner.run(nextOf(jobs, outcomes.length), (outcome) => outcomes.push(outcome))
      if (ended === undefined) continue
      runner = undefined
      if (suspect === outcomes.length) outcomes.push(no(ended))
      else suspect = outcomes.length
    }
    return outcomes
  }
  return {
    map: (jobs) => serial(() => map(jobs)),
    async [Symbol.asyncDispose]() {
      await serial(async () => {
        await runner?.end()
        runner = undefined
      })
    },
  }
}

/** Characters sent at a time, so that what waits there is not what fills the memory. */
const mostCharacters = 2_000_000

/** The jobs from an index on, so many as may be sent together, and one at least. */
function nextOf(jobs: readonly MappingJob[], from: number): readonly MappingJob[] {
  let [to, characters] = [from, 0]
  while (to < jobs.length && (to === from || characters < mostCharacters)) characters += jobs[to++]?.arrival.text.length ?? 0
  return jobs.slice(from, to)
}

interface Runner {
  /** Resolves when all are done, to undefined, or when the process is no more, to the reason; the job it was at is the first one without an outcome. */
  run(jobs: readonly MappingJob[], take: (outcome: Read<unknown>) => void): Promise<string | undefined>
  end(): Promise<void>
}

async function startRunner(): Promise<Runner> {
  const child = fork(new URL('./mapping-process.ts', import.meta.url), { execArgv: flags, env: {}, serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const late = setTimeout(() => { child.kill('SIGKILL') }, startMs)
  child.once('message', () => { resolve() })
  child.on('error', reject) // also when a message cannot be sent; the exit tells whoever waits
  child.once('exit', () => { reject(new Error('The process for mappings cannot be started.')) })
  await promise.finally(() => { clearTimeout(late) })
  hold(child, false)
  return {
    async run(jobs, take) {
      hold(child, true)
      const reason = await runIn(child, jobs, take)
      if (reason !== undefined) await end(child)
      hold(child, false)
      return reason
    },
    end: () => end(child),
  }
}

/** Whether it keeps this process from ending: only while it has something to do. */
function hold(child: ChildProcess, isHeld: boolean): void {
  child[isHeld ? 'ref' : 'unref']()
  child.channel?.[isHeld ? 'ref' : 'unref']()
}

async function runIn(child: ChildProcess, jobs: readonly MappingJob[], take: (outcome: Read<unknown>) => void): Promise<string | undefined> {
  let done = 0
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const late = setTimeout(() => { resolve(`The mapping took longer than ${mappingLimits.timeMs} ms on it.`) }, mappingLimits.timeMs + graceMs)
  const onOutcome = (outcome: Read<string>): void => {
    late.refresh()
    take(outcome.ok ? fromText(outcome.value) : outcome)
    if (++done === jobs.length) resolve(undefined)
  }
  const onExit = (): void => { resolve('The mapping took more memory than it may have on it.') }
  child.on('message', onOutcome)
  child.on('exit', onExit)
  if (child.exitCode !== null || child.signalCode !== null || !child.connected) resolve('The process for mappings has ended.')
  else child.send(jobs)
  const reason = await promise
  clearTimeout(late)
  child.off('message', onOutcome)
  child.off('exit', onExit)
  return reason
}

const fromText = (text: string): Read<unknown> => (text === '' ? { ok: true, value: undefined } : readPayload('json', text))

async function end(child: ChildProcess): Promise<void> {
  child.ref()
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise<void>((resolve) => { child.once('exit', () => { resolve() }) })
  child.kill('SIGKILL')
  await exit
}
