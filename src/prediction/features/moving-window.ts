import type { FeatureAggregate } from '../feature.ts'
import type { Columns } from './columns.ts'
import { createPending } from './pending.ts'
import { createLast, measures } from './measure.ts'

/** What is looked at from an instant: readings in (instant - lag - window, instant - lag] that were known at the instant. */
export interface WindowSpec {
  readonly aggregate: FeatureAggregate
  readonly lag: number
  /** Infinity: all before. */
  readonly window: number
}

/** A window that moves over the readings of a series, from one instant to the next. */
export interface MovingWindow extends WindowSpec {
  /** A reading from before all that the columns have; in order of time. */
  seed(at: number, value: number, known: number): void
  /** Instants never go back. Of the columns all is there that the instant may see. */
  valueAt(instant: number): number
}

/** `first`, `last`: the instants that there are. Each reading comes in once and leaves once, so that a move costs what moves. */
export function createMovingWindow({ aggregate, lag, window }: WindowSpec, columns: Columns, { first, last }: { readonly first: number; readonly last: number }): MovingWindow {
  const measure = window === Infinity ? createLast() : measures[aggregate]()
  const pending = createPending(window === Infinity)
  let [head, tail, before] = [0, 0, -Infinity]
  columns.onRead(() => head)

  /** What was in it at the instant before and is too old now; what was not known by then has never come in. */
  const leave = (since: number): void => {
    while (head < tail && columns.at(head) <= since) {
      if (columns.known(head) <= before) measure.remove(columns.at(head), columns.value(head))
      head++
    }
    while (head === tail && tail < columns.end && columns.at(tail) <= since) head = ++tail
  }
  const enter = (instant: number): void => {
    while (tail < columns.end && columns.at(tail) <= instant - lag) {
      const [at, value, known] = [columns.at(tail), columns.value(tail), columns.known(tail)]
      if (known <= instant) measure.add(at, value)
      else if (known <= last && known < at + lag + window) pending.add(at, value, known)
      tail++
    }
    if (window === Infinity) head = tail // nothing leaves it
  }
  return {
    aggregate, lag, window,
    seed: pending.add,
    valueAt(instant) {
      const since = window === Infinity ? first - lag : instant - lag - window // before that, seeds say what was
      leave(since)
      enter(instant)
      pending.take(instant, (at, value) => { if (window === Infinity || at > since) measure.add(at, value) })
      before = instant
      return measure.value()
    },
  }
}
