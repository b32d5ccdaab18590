import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineOutcome } from '../engine-host.ts'
import type { EngineProgram, OpenModel } from '../engine-program.ts'
import { openSession, type Session } from './session.ts'
import { simulate } from './simulate.ts'
import { sweep } from './sweep.ts'
import { toWireFailure, type WorkerWire, type WorkOrder } from './wire.ts'

/** Does work, one after the other. Keeps the model of the last run open for a while, as there may be more of that run. */
export interface Performer extends AsyncDisposable {
  /** Resolves when all is said on the wire, whatever became of the work. */
  perform(order: WorkOrder, wire: WorkerWire): Promise<void>
}

/** Keeps the model of a run between works, each of which has a session of its own. */
interface KeptModel {
  open(session: Session): Promise<OpenModel>
  close(): Promise<void>
}

/** The model of a run: open, or opened again when it is asked for. */
export interface RunModel {
  open(): Promise<OpenModel>
  close(): Promise<void>
}

export interface WorkAtHand {
  readonly order: WorkOrder
  readonly model: RunModel
  readonly session: Session
}

export interface PerformerOptions {
  /** Imports the module at the address. */
  readonly load: (program: string) => Promise<EngineProgram>
  /** The model is closed when no work came for so long. */
  readonly idleMs: number
}

export function createPerformer({ load, idleMs }: PerformerOptions): Performer {
  let kept: { readonly key: string; readonly model: KeptModel } | undefined
  let idle: NodeJS.Timeout | undefined
  const letGo = async (): Promise<void> => {
    clearTimeout(idle)
    const { model } = kept ?? {}
    kept = undefined
    await model?.close()
  }
  const modelOf = async (order: WorkOrder, session: Session): Promise<RunModel> => {
    const key = JSON.stringify([order.run, order.program])
    if (kept?.key !== key) {
      await letGo()
      kept = { key, model: createKeptModel(order, load) }
    }
    const { model } = kept
    return { open: () => model.open(session), close: () => model.close() }
  }
  return {
    async perform(order, wire) {
      clearTimeout(idle)
      using session = openSession(wire, order.memoryMb)
      try {
        const model = await modelOf(order, session)
        await model.open()
        await session.bound()
        const outcome = await doTask({ order, model, session })
        await session.drained()
        session.tell({ kind: 'done', outcome })
        idle = setTimeout(() => void letGo(), idleMs).unref()
      } catch (error) {
        const trouble = await letGo().then(() => error, (closing: unknown) => error ?? closing)
        if (session.signal.aborted) wire.post({ kind: 'aborted' })
        else session.tell({ kind: 'failed', failure: toWireFailure(trouble) })
      }
    },
    [Symbol.asyncDispose]: letGo,
  }
}

async function doTask(work: WorkAtHand): Promise<EngineOutcome> {
  const { task } = work.order
  switch (task.kind) {
    case 'simulate': return await simulate(work, task)
    case 'sweep': return await sweep(work, task)
    case 'calibrate': return await (await import('./calibrate.ts')).calibrate(work, task) // with its matrices, which the others do without
  }
}

function createKeptModel({ program, root, input, artifacts, series, window }: WorkOrder, load: PerformerOptions['load']): KeptModel {
  let folder: string | undefined
  let open: OpenModel | undefined
  const close = async (): Promise<void> => {
    const [closing, gone] = [open, folder]
    open = folder = undefined
    try {
      await closing?.close()
    } finally {
      if (gone !== undefined) await rm(gone, { recursive: true, force: true })
    }
  }
  return {
    async open({ signal, alive }) {
      if (open) return open
      const { open: openWith } = await load(program)
      folder = await mkdtemp(join(root, 'model-'))
      open = await openWith({ input, artifacts, series, window, folder, signal, pulse: alive })
      return open
    },
    close,
  }
}
