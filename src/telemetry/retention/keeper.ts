import type { Registry } from '../../model/registry.ts'
import type { OverrideStore } from '../../scenario/override-store.ts'
import { nowMicroseconds } from '../../util/clock.ts'
import { newId } from '../../util/id.ts'
import { createSerial } from '../../util/serial.ts'
import type { Reading, SeriesKey } from '../reading.ts'
import { seriesKeyText } from '../reading.ts'
import type { TelemetryStore } from '../telemetry-store.ts'
import { ownerOf, type TwinModels } from '../twin-directory.ts'
import { forgetOverrides } from './forget-overrides.ts'
import type { LateGate } from './late-gate.ts'
import { type KeptSeries, modelOfSeries, type Plan, planRetention } from './plan.ts'
import { type PolicyStore, readPolicies } from './policy.ts'
import { rollUp, toRetention } from './roll-up.ts'
import type { RollupBook } from './rollup-book.ts'
import { bucketsOf, horizonKey } from './stored-bucket.ts'

/** What a round did. */
export interface Round {
  /** False where another process does it. */
  readonly isOurs: boolean
  /** Buckets made or added to. */
  readonly buckets: number
  readonly forgotten: number
  /** The next round has more of it to do. */
  readonly isUnfinished: boolean
}

/** Does every few minutes what the policies say. */
export interface Keeper extends AsyncDisposable {
  /** Another round now, or when the one under way is done. */
  round(): Promise<Round>
}

export interface KeeperConfig {
  readonly store: TelemetryStore
  readonly gate: LateGate
  readonly book: RollupBook
  readonly policies: PolicyStore
  readonly twins: TwinModels
  readonly overrides: Pick<OverrideStore, 'existing'>
  readonly registry: () => Registry
  /** From the end of a round to the next. */
  readonly everyMs: number
  readonly onTrouble: (error: unknown) => void
}

/** Series that are done together: what comes late waits as long. */
const portionSize = 1_000
/** A process that ended without saying so keeps others from their rounds that long; a portion takes less. */
const claimMs = 120_000

const nothing: Round = { isOurs: true, buckets: 0, forgotten: 0, isUnfinished: false }

export function createKeeper({ store, gate, book, policies, twins, overrides, registry, everyMs, onTrouble }: KeeperConfig): Keeper {
  const holder = newId()
  const serial = createSerial()
  const ending = new AbortController()
  const { signal } = ending
  let timer: NodeJS.Timeout | undefined

  const round = async (): Promise<Round> => {
    const all = await store.series()
    book.learn(all.map(({ key }) => key)) // other processes may have made some
    let done = { ...nothing, forgotten: await forgetOverrides(all, nowMicroseconds(), { store, overrides }) }
    const agreed = readPolicies(await policies.load(), registry())
    if (agreed.length === 0 && book.size === 0) return done
    const series = toKept(all, book)
    for (let start = 0; start < series.length && !signal.aborted; start += portionSize) {
      if (!await policies.claim(holder, claimMs)) return { ...done, isOurs: false }
      const portion = series.slice(start, start + portionSize)
      const models = await twins.modelsOf([...new Set(portion.flatMap(({ key: { twin } }) => [twin, ownerOf(twin)]))])
      const some = await carryOut(planRetention(portion, (key) => modelOfSeries(key, models, registry()), agreed, nowMicroseconds()))
      done = { isOurs: true, buckets: done.buckets + some.buckets, forgotten: done.forgotten + some.forgotten, isUnfinished: done.isUnfinished || some.isUnfinished }
    }
    return done
  }

  const carryOut = async ({ rollUps, forget }: Plan): Promise<Round> => {
    let done = nothing
    for (const [every, tasks] of rollUps) {
      const { buckets, forgotten, isUnfinished } = await gate.without(Math.max(...tasks.map(({ cut, horizon }) => Math.max(cut, horizon?.reach ?? -Infinity))), () => rollUp(tasks, { store, book, every, signal }))
      done = { isOurs: true, buckets: done.buckets + buckets, forgotten: done.forgotten + forgotten, isUnfinished: done.isUnfinished || isUnfinished }
    }
    const aged = await thatExist(forget)
    return aged.length === 0 ? done : { ...done, forgotten: done.forgotten + await store.forget(toRetention(aged)) }
  }

  /** To forget costs a store something even where there is nothing; to look is cheap. */
  const thatExist = async (forget: Plan['forget']): Promise<Plan['forget']> => {
    const found = await Promise.all(toRetention(forget).map(async ({ series, before }) => {
      const firsts = await store.readings(series, { from: -Infinity, to: before }, { first: 1, signal })
      return series.flatMap((key, index) => ((firsts[index]?.length ?? 0) > 0 ? [{ key, before }] : []))
    }))
    return found.flat()
  }

  const rest = (ms: number): void => {
    timer = setTimeout(() => {
      void serial(round).catch((error: unknown) => {
        if (!signal.aborted) onTrouble(error)
        return nothing
      }).then(({ isUnfinished }) => { if (!signal.aborted) rest(isUnfinished ? Math.min(everyMs, 1_000) : everyMs) })
    }, ms).unref()
  }
  rest(everyMs)

  return {
    round: () => serial(round),
    async [Symbol.asyncDispose]() {
      ending.abort()
      clearTimeout(timer)
      await serial(() => Promise.resolve())
      await policies.claim(holder, 0).catch(onTrouble) // the next process need not wait
    },
  }
}

function toKept(all: readonly { readonly key: SeriesKey; readonly latest: Reading }[], book: RollupBook): readonly KeptSeries[] {
  const byKey = new Map(all.flatMap(({ key, latest }) => (key.source === 'DERIVED' && !bucketsOf(key) ? [[seriesKeyText(key), latest]] : [])))
  return all.flatMap(({ key, latest }) => {
    if (key.source !== 'MEASURED') return []
    const lengths = book.lengthsOf(key) ?? []
    return [{ key, latest, lengths, horizon: lengths.length === 0 ? undefined : byKey.get(seriesKeyText(horizonKey(key))) }]
  })
}
