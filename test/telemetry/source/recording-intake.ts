import { failure, type FailureCode } from '../../../src/errors.ts'
import type { Delivery, Intake, Undecodable } from '../../../src/telemetry/message.ts'

/** An intake that keeps what it takes in memory, and whose store can be full, away, or slow. */
export interface RecordingIntake extends Intake {
  /** Of deliveries that were stored, batch by batch. */
  readonly batches: (readonly Delivery[])[]
  readonly refusals: Undecodable[]
  /** How often something was submitted, stored or not. */
  readonly attempts: number
  /** From now on nothing is stored, but fails so; undefined: all is well again. */
  fail(reason: FailureCode | Error | ((deliveries: readonly Delivery[]) => boolean) | undefined): void
  /** From now on submissions wait; resolved by the function it returns. */
  hold(): () => void
  /** The bodies stored. */
  bodies(): readonly unknown[]
  /** Resolves when it is so; looked at whenever something comes. */
  until(what: () => boolean, deadlineMs?: number): Promise<void>
}

export function createRecordingIntake(): RecordingIntake {
  const batches: (readonly Delivery[])[] = []
  const refusals: Undecodable[] = []
  const listeners = new Set<() => void>()
  let reason: Parameters<RecordingIntake['fail']>[0]
  let gate: Promise<void> = Promise.resolve()
  let attempts = 0
  const tell = (): void => { for (const listener of listeners) listener() }

  return {
    batches, refusals,
    get attempts() { return attempts },
    async submit(deliveries) {
      attempts++
      tell()
      await gate
      if (typeof reason === 'function' ? reason(deliveries) : reason !== undefined) throw typeof reason === 'string' ? failure(reason) : reason instanceof Error ? reason : new TypeError('This one is poison.')
      batches.push(deliveries)
      tell()
      return { accepted: deliveries.length, duplicates: 0, quarantined: 0, dropped: 0, cursor: String(batches.length) }
    },
    async refuse(more) {
      refusals.push(...more)
      tell()
    },
    fail(next) { reason = next },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return resolve
    },
    bodies: () => batches.flat().map(({ body }) => body),
    async until(what, deadlineMs = 15_000) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const look = (): void => { if (what()) resolve() }
      const late = setTimeout(() => { reject(new Error(`It did not come: ${batches.flat().length} stored, ${refusals.length} refused, ${attempts} attempts.`)) }, deadlineMs)
      listeners.add(look)
      look()
      await promise.finally(() => {
        clearTimeout(late)
        listeners.delete(look)
      })
    },
  }
}
