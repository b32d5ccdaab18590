import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { Failure } from '../../errors.ts'
import { checkInputs } from '../../prediction/check-tensors.ts'
import { type ModelRef, PredictorError, type PredictorRuntime } from '../../prediction/runtime.ts'
import type { Tensor } from '../../prediction/tensor.ts'
import { createTurns } from '../../util/turns.ts'
import { checkOptions, outputsOf, signatureOf } from './method-catalogue.ts'
import type { StatisticsAnswer, StatisticsJob } from './statistics-job.ts'
import { createStatisticsThreads, type StatisticsThreads } from './statistics-threads.ts'

const require = createRequire(import.meta.url)
const { version } = JSON.parse(readFileSync(join(dirname(require.resolve('@bsull/augurs/ets')), 'package.json'), 'utf8')) as { readonly version: string } // the package does not export it

/** Numbers of a history: a row of so many takes a second. */
const mostHistory = 10_000
const mostRows = 100_000

/**
 * Built-in statistics; methods and their options stand in method-catalogue.ts. Each row of a batch is a task of its own, so that batches are shared among threads and end soon when
 * nobody waits for them any more. Without `threads` it has its own.
 */
export function createStatisticsRuntime({ threads: given }: { readonly threads?: StatisticsThreads } = {}): PredictorRuntime {
  const pool = given ?? createStatisticsThreads({ threads: availableParallelism() })
  return {
    id: 'STATISTICS',
    version,
    async inspect(model, signal) {
      signal?.throwIfAborted()
      const { method, options } = methodOf(model)
      return await Promise.resolve(signatureOf(method, checkOptions(method, options)))
    },
    async infer(model, inputs, signal) {
      signal?.throwIfAborted()
      const { method, options: asked } = methodOf(model)
      const options = checkOptions(method, asked)
      checkInputs(signatureOf(method, options), inputs)
      const rows = toRows(inputs[0])
      const turns = createTurns(pool.threads) // of each batch a few at a time, so that a small one does not wait for all of a large one
      let isOver = false
      const perform = async (history: Float64Array): Promise<StatisticsAnswer> => {
        if (isOver) return { rows: [] }
        return await pool.run({ kind: 'job', job: { method, options, history } }).catch(failed) as StatisticsAnswer
      }
      const answers = await untilAborted(Promise.all(rows.map((history) => turns(() => perform(history)))), signal).finally(() => { isOver = true })
      return toTensors({ method, options, history: rows[0] ?? new Float64Array(0) }, rowsOf(answers))
    },
    async [Symbol.asyncDispose]() {
      if (pool !== given) await pool[Symbol.asyncDispose]()
    },
  }
}

function methodOf(model: ModelRef): Extract<ModelRef, { readonly kind: 'method' }> {
  if (model.kind !== 'method') throw new TypeError(`A model of the kind ${model.kind} was given to the runtime for built-in statistics.`)
  return model
}

function toRows(tensor: Tensor | undefined): readonly Float64Array[] {
  if (tensor?.type !== 'FP64') throw new PredictorError('WRONG_TYPE', 'The tensor history is FP64.')
  const [rows = 0, length = 0] = tensor.shape
  if (length > mostHistory) throw new PredictorError('WRONG_SHAPE', `The tensor history has rows of ${length} numbers; at most ${mostHistory} are taken.`)
  if (rows > mostRows) throw new PredictorError('WRONG_SHAPE', `The tensor history has ${rows} rows; at most ${mostRows} are taken at once.`)
  return Array.from({ length: rows }, (_, row) => tensor.data.slice(row * length, (row + 1) * length))
}

/** A history that cannot be forecast has no row among others that can: its numbers are NaN. Throws where a row has the wrong shape, as all have one shape, and where there is no row at all. */
function rowsOf(answers: readonly StatisticsAnswer[]): readonly (readonly Float64Array[] | undefined)[] {
  const isNone = answers.every((answer) => 'code' in answer)
  return answers.map((answer, row) => {
    if (!('code' in answer)) return answer.rows
    if (isNone || answer.code === 'WRONG_SHAPE') throw new PredictorError(answer.code, `Row ${row}: ${answer.message}`)
    return undefined
  })
}

function failed(cause: unknown): never {
  throw cause instanceof Failure ? cause : new PredictorError('MODEL_FAILED', 'The thread that computed has ended.', { isRetryable: true, cause })
}

function toTensors({ method, options, history }: StatisticsJob, answers: readonly (readonly Float64Array[] | undefined)[]): readonly Tensor[] {
  return outputsOf(method).map(({ name, type, length }, place): Tensor => {
    const width = length === 'horizon' ? options['horizon'] ?? 1 : length === 'one' ? 1 : history.length
    const data = new Float64Array(answers.length * width).fill(NaN)
    for (const [row, answer] of answers.entries()) data.set(answer?.[place] ?? [], row * width)
    const shape = [answers.length, width]
    return type === 'BOOL' ? { name, type, shape, data: Uint8Array.from(data) } : { name, type, shape, data }
  })
}

/** Nobody waits for rows that are still computed. */
async function untilAborted<T>(task: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await task
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => { reject(signal.reason as Error) }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([task, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
