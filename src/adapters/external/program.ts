import { EngineError, type EngineProgram, type Kpis, type OpenModel, type OpenRequest, type RunContext, type Setting } from '../../simulation/engine-program.ts'
import { createFrameReader } from '../../simulation/external/frame-reader.ts'
import type { ExternalInput } from '../../simulation/external/input.ts'
import { type FromProgram, createRunMessage, toOpen } from '../../simulation/external/protocol.ts'
import { type Launch, launchOf } from './launch.ts'
import { type ProgramProcess, startProgram } from './program-process.ts'

/** Engines that are programs: this module is imported with what to start in its address. */
export const program: EngineProgram = { open: (request) => openExternal(launchOf(import.meta.url), request) }

/** From one sign to the host that there is still life to the next; the program's own silence is limited by its `silenceMs`, opening and running. */
const pulseMs = 1_000
/** Readings in a line. */
const seriesPortion = 4_096

async function openExternal(launch: Launch, request: OpenRequest): Promise<OpenModel> {
  const input = request.input as ExternalInput // what its bind made
  const [toValues, toRun, twins] = [createFrameReader(input.outputs), createRunMessage(input), new Set(input.twins.map(({ id }) => id))]
  let process = await start(launch, request, input, request)
  return {
    async run(settings, context) {
      if (!process.isAlive) process = await start(launch, request, input, { signal: context.signal, pulse: () => { context.progress(0)?.catch(() => undefined) } }) // it ended with the run before
      const outcome = await runOnce(process, { settings, context, input, toValues, toRun, twins }).catch(async (error: unknown) => {
        await process.end()
        throw error
      })
      if (outcome instanceof EngineError) throw outcome
      return outcome
    },
    close: () => process.end(),
  }
}

async function start(launch: Launch, request: OpenRequest, input: ExternalInput, { signal, pulse }: Pick<OpenRequest, 'signal' | 'pulse'>): Promise<ProgramProcess> {
  const process = startProgram(launch, request.folder)
  const cancel = (): void => { process.cancel(signal.reason) }
  const pulses = setInterval(() => { if (!signal.aborted) pulse() }, pulseMs)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    await process.send(toOpen(input, request.window, request.series.map(({ at }) => at.length)))
    await sendSeries(process, request, input)
    await process.send({ type: 'opened' })
    for (;;) {
      const message = await process.next()
      if (message.type === 'ready') return process
      if (message.type === 'error') throw toldError(message, new Set(input.twins.map(({ id }) => id)))
      if (message.type !== 'warning') throw new EngineError('PROTOCOL_ERROR', `The program wrote ${JSON.stringify(message.type)} before it was ready.`)
    }
  } catch (error) {
    await process.end()
    throw error
  } finally {
    clearInterval(pulses)
    signal.removeEventListener('abort', cancel)
  }
}

async function sendSeries(process: ProgramProcess, { series, window }: OpenRequest, { inputs }: ExternalInput): Promise<void> {
  for (const [input, { at, values }] of series.entries()) {
    const { scale = 1, shift = 0 } = inputs[input] ?? {}
    for (let from = 0; from < at.length && process.isAlive; from += seriesPortion) {
      const [times, numbers] = [at.subarray(from, from + seriesPortion), values.subarray(from, from + seriesPortion)]
      await process.send({ type: 'series', input, at: Array.from(times, (time) => (time - window.from) / 1e6), values: Array.from(numbers, (value) => value * scale + shift) })
    }
  }
}

interface RunOnce {
  readonly settings: readonly Setting[]
  readonly context: RunContext
  readonly input: ExternalInput
  readonly toValues: ReturnType<typeof createFrameReader>
  readonly toRun: ReturnType<typeof createRunMessage>
  /** Those that the program was opened with. */
  readonly twins: ReadonlySet<string>
}

/** An error that the program told of itself is returned: the program can be run again. */
async function runOnce(process: ProgramProcess, { settings, context, input, toValues, toRun, twins }: RunOnce): Promise<Kpis | EngineError> {
  let reached = 0
  const { signal } = context
  const cancel = (): void => { process.cancel(signal.reason) }
  const pulse = setInterval(() => { if (!signal.aborted) context.progress(reached)?.catch(() => undefined) }, pulseMs) // an abort is seen below
  signal.addEventListener('abort', cancel, { once: true })
  try {
    process.restart()
    await process.send(toRun(settings, context.seed))
    for (;;) {
      const message = await process.next()
      if (signal.aborted) continue // it may say what it likes until it has ended
      switch (message.type) {
        case 'frame': {
          reached = Math.round(message.at * 1e6)
          const wait = context.emit(reached, toValues(message))
          if (wait) await wait
          break
        }
        case 'progress': {
          reached = Math.round(message.at * 1e6)
          const wait = context.progress(reached)
          if (wait) await wait
          break
        }
        case 'warning': context.warn({ ...message, twin: known(message.twin, twins) }); break
        case 'error': return toldError(message, twins)
        case 'done': return checked(message.kpis ?? {}, input.kpis)
        case 'ready': throw new EngineError('PROTOCOL_ERROR', 'The program wrote "ready" while it was running.')
      }
    }
  } finally {
    clearInterval(pulse)
    signal.removeEventListener('abort', cancel)
  }
}

const toldError = ({ code, message, twin, retryable = false }: Extract<FromProgram, { readonly type: 'error' }>, twins: ReadonlySet<string>): EngineError => new EngineError(code, message, { twin: known(twin, twins), isRetryable: retryable })

/** Of what a program says of a twin that it was not opened with, only the twin is left out. */
const known = (twin: string | undefined, twins: ReadonlySet<string>): string | undefined => (twin !== undefined && twins.has(twin) ? twin : undefined)

function checked(kpis: Kpis, known: readonly string[]): Kpis {
  const other = Object.keys(kpis).find((name) => !known.includes(name))
  if (other !== undefined) throw new EngineError('PROTOCOL_ERROR', `The program gave a KPI ${JSON.stringify(other)}, which the engines file does not describe.`)
  return kpis
}
