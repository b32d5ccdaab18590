import type { Answer } from './answer.ts'
import type { TwinfoldError } from './errors.ts'

export interface Operation {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface Sink {
  next(answer: Answer): void
  /** The subscription is over; nothing follows. An end that the server calls regular is retryable: what is subscribed to never ends by itself. */
  end(reason: TwinfoldError): void
}

/** Carries subscriptions. A connection that breaks ends those on it; going on is their matter. */
export interface Transport {
  /** Begins a subscription and returns how to end it, after which the sink hears nothing. Never calls the sink before it returns. */
  open(operation: Operation, sink: Sink): () => void
  /** Calls the listener whenever the connection that all share was made: whoever waits to try again need not. Returns how to end that. */
  onConnected?(listener: () => void): () => void
  dispose(): Promise<void>
}

export type Headers = Readonly<Record<string, string>>
export type HeadersSource = Headers | (() => Headers | Promise<Headers>)

export const resolveHeaders = async (source: HeadersSource): Promise<Headers> => (typeof source === 'function' ? source() : source)
