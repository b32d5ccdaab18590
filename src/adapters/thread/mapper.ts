import { Worker } from 'node:worker_threads'
import { type Mapper, type MappingJob, mappingLimits } from '../../telemetry/source/mapping.ts'
import { no, type Read, readPayload } from '../../telemetry/source/payload.ts'
import { createSerial } from '../../util/serial.ts'

/** MiB that a mapping may take of the heap; more ends its thread, and nothing else. */
const heapMb = 64
/** On top of JSONata's own limit, which is the better message where it comes to it. */
const graceMs = 100

/**
 * Runs mappings in a thread of their own. A payload that takes too long, or too much memory, ends the thread: that payload is blamed, and the rest goes to
 * a new one. A thread is started when the first mapping is run.
 */
export function createThreadMapper(): Mapper {
  const serial = createSerial()
  let thread: MappingThread | undefined

  const map = async (jobs: readonly MappingJob[]): Promise<readonly Read<unknown>[]> => {
    const outcomes: Read<unknown>[] = []
    while (outcomes.length < jobs.length) {
      thread ??= await startThread()
      const ended = await thread.run(jobs.slice(outcomes.length), (outcome) => outcomes.push(outcome))
      if (ended === undefined) continue
      outcomes.push(no(ended))
      thread = undefined
    }
    return outcomes
  }
  return {
    map: (jobs) => serial(() => map(jobs)),
    [Symbol.asyncDispose]: () => serial(async () => {
      await thread?.end()
      thread = undefined
    }),
  }
}

interface MappingThread {
  /** Resolves when all are done, to undefined, or when the thread is no more, to the reason; the job it was at is the first one without an outcome. */
  run(jobs: readonly MappingJob[], take: (outcome: Read<unknown>) => void): Promise<string | undefined>
  end(): Promise<unknown>
}

async function startThread(): Promise<MappingThread> {
  const worker = new Worker(new URL('./mapping-thread.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 }, execArgv: [], stdout: false, stderr: false })
  worker.unref()
  worker.on('error', () => undefined) // whoever runs something is told through its own listener
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => { resolve() })
    worker.once('error', reject)
  })
  return { run: (jobs, take) => runIn(worker, jobs, take), end: () => worker.terminate() }
}

async function runIn(worker: Worker, jobs: readonly MappingJob[], take: (outcome: Read<unknown>) => void): Promise<string | undefined> {
  let done = 0
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const late = setTimeout(() => { resolve(`The mapping took longer than ${mappingLimits.timeMs} ms on it.`) }, mappingLimits.timeMs + graceMs)
  const onOutcome = (outcome: Read<string>): void => {
    late.refresh()
    take(outcome.ok ? fromText(outcome.value) : outcome)
    if (++done === jobs.length) resolve(undefined)
  }
  const onError = (error: Error): void => { resolve(`The mapping cannot be run on it: ${error.message}`) }
  worker.on('message', onOutcome)
  worker.on('error', onError)
  worker.postMessage(jobs)
  const ended = await promise
  clearTimeout(late)
  worker.off('message', onOutcome)
  worker.off('error', onError)
  if (ended !== undefined) await worker.terminate()
  return ended
}

const fromText = (text: string): Read<unknown> => (text === '' ? { ok: true, value: undefined } : readPayload('json', text))
