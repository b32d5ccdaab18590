import type { EngineOutcome, EngineWork, Frames, MemberOutcome } from '../engine-host.ts'
import { EngineError, type Kpis, type Warning } from '../engine-program.ts'
import { toldCode, toldText, toldTwin } from './told.ts'

/** Work as it is sent to a worker. */
export interface WorkOrder extends Pick<EngineWork, 'run' | 'input' | 'artifacts' | 'series' | 'outputs' | 'window' | 'task'> {
  /** The address of the module with the `program`. */
  readonly program: string
  /** A folder in which folders of models are made. */
  readonly root: string
  /** MiB that it may have beside its heap, where it must look after that itself. */
  readonly memoryMb: number | undefined
}

/** What a host says to the worker that has its work. */
export type ToWorker =
  | { readonly kind: 'begin' } // in answer to `bound`
  | { readonly kind: 'taken' } // one batch of frames
  | { readonly kind: 'abort' }

export type FromWorker =
  | { readonly kind: 'bound' }
  /** Nothing but that there is life. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'frames'; readonly frames: Frames }
  | { readonly kind: 'progress'; readonly fraction: number; readonly at: number | undefined; readonly partial: Kpis }
  /** Those that are new or were counted up. */
  | { readonly kind: 'warnings'; readonly warnings: readonly CountedWarning[] }
  | { readonly kind: 'member'; readonly member: MemberOutcome }
  /** The last of a work is one of these, and nothing follows it. */
  | { readonly kind: 'done'; readonly outcome: EngineOutcome }
  | { readonly kind: 'failed'; readonly failure: WireFailure }
  | { readonly kind: 'aborted' }

export type CountedWarning = Warning & { readonly count: number; /** Simulated time of the first. */ readonly at: number | undefined }

/** The worker's end. Messages come in order, and none is lost while both live. */
export interface WorkerWire {
  post(message: FromWorker, transfer?: readonly ArrayBuffer[]): void
  /** Until what it returns is called. One listener at a time. */
  listen(listener: (message: ToWorker) => void): () => void
}

/** The host's end. */
export interface HostWire {
  post(message: ToWorker): void
  listen(listener: (message: FromWorker) => void): () => void
}

export interface WireFailure {
  readonly code: string
  readonly message: string
  readonly twin: string | undefined
  readonly isRetryable: boolean
}

/** An engine's own error, as long as such may be; any other is a bug of the engine, and is told as one. */
export function toWireFailure(error: unknown): WireFailure {
  if (isEngineError(error)) return { code: toldCode(error.code), message: toldText(error.message), twin: toldTwin(error.twin), isRetryable: error.isRetryable }
  return { code: 'ENGINE_FAILED', message: toldText(`The engine failed where it should not have: ${error instanceof Error ? error.message : String(error)}`), twin: undefined, isRetryable: false }
}

export const fromWireFailure = ({ code, message, twin, isRetryable }: WireFailure): EngineError => new EngineError(code, message, { twin, isRetryable })

export const isEngineError = (error: unknown): error is EngineError => error instanceof EngineError
