import { describe, expect, it } from 'vitest'
import { createMissingWatcher } from '../../src/alert/missing-watcher.ts'
import type { MissingCondition, StoredRule } from '../../src/alert/rule.ts'
import { createScheduleWatcher } from '../../src/alert/schedule-watcher.ts'
import { createSubjectFilter } from '../../src/alert/subject-filter.ts'
import { advance, correct, emptyTrack } from '../../src/alert/track.ts'
import type { TwinEvent } from '../../src/alert/twin-watch.ts'
import { createRegistry } from '../../src/model/registry.ts'
import type { Received, TelemetryStore } from '../../src/telemetry/telemetry-store.ts'
import type { TwinDirectory } from '../../src/telemetry/twin-directory.ts'

const second = 1_000_000
const rule: StoredRule = {
  id: 'r', name: 'R', description: null, severity: 'WARNING', isEnabled: true, when: { kind: 'ScheduleCondition', every: 1 }, for: 0, keepFor: 0, reopenWithin: 0, labels: {}, annotations: {}, over: [], depth: 1, notify: [], then: [],
  version: 1, judged: 1, from: 0, trouble: null, createdAt: 1, createdBy: 'me', updatedAt: 1,
}

describe('A schedule', () => {
  it('whose ticks become rarer goes on with the next one', async () => {
    const taken: number[] = []
    const rules = { takeTick: (_id: string, tick: number) => Promise.resolve(tick > (taken.at(-1) ?? -1) && taken.push(tick) > 0) }
    const hear = async (every: number, now: number): Promise<void> => {
      await createScheduleWatcher({ rule, condition: { kind: 'ScheduleCondition', every }, rules, onTick: () => undefined }).hear({ readings: [], from: 0, upTo: 0, now }, new Map())
    }
    await hear(second, 7_300 * second)
    await hear(3_600 * second, 7_400 * second)
    await hear(3_600 * second, 10_801 * second)
    expect(taken).toEqual([7_300 * second, 10_800 * second])
  })
})

describe('A filter', () => {
  it('tells who left it and who entered it, not who is in it when it begins, or is told of anew', async () => {
    const queue: TwinEvent[] = []
    const filter = createSubjectFilter({ twins: null, model: 'Pump', where: { a: 1 } }, {
      directory: { prepare: () => Promise.resolve(), channelsOf: () => undefined }, registry: () => createRegistry([]), watch: () => ({ take: () => queue.splice(0), ready: () => Promise.resolve(), close: () => undefined }),
    })
    const told = async (...given: readonly TwinEvent[]): Promise<object> => {
      queue.push(...given)
      await filter.prepare([])
      return filter.moved()
    }
    const into = (twin: string): TwinEvent => ({ kind: 'in', twin, value: null })
    expect(await told({ kind: 'reset' }, into('a'), into('b'), { kind: 'ready' })).toEqual({ left: [], entered: [] })
    expect(await told(into('c'), into('a'), { kind: 'out', twin: 'b' })).toEqual({ left: ['b'], entered: ['c'] })
    expect(await told({ kind: 'reset' }, into('c'), into('d'), { kind: 'ready' })).toEqual({ left: ['a'], entered: ['d'] })
    expect(await told(into('e'), { kind: 'out', twin: 'e' }, { kind: 'out', twin: 'c' }, into('c'))).toEqual({ left: [], entered: [] })
    expect(['a', 'b', 'c', 'd', 'e'].map(filter.has)).toEqual([false, false, true, true, false])
  })
})

describe('What readings that come late end', () => {
  const patience = { for: 0, keepFor: 0 }
  const { track } = advance(emptyTrack(), [{ at: 10, level: 'BEYOND' }, { at: 20, level: 'BEYOND' }], patience, 1_000)

  it('was over when they say so, and was so', () => {
    expect(correct(track, 15, [{ at: 15, level: 'CLEAR' }, { at: 20, level: 'BETWEEN' }], patience).turns).toMatchObject([{ at: 15, isCorrected: false, to: { kind: 'INACTIVE' } }])
  })

  it('was not so at all where they say that', () => {
    expect(correct(track, 10, [{ at: 10, level: 'CLEAR' }, { at: 20, level: 'CLEAR' }], patience).turns).toMatchObject([{ at: 20, isCorrected: true, to: { kind: 'INACTIVE' } }])
  })
})

describe('A rule about silence', () => {
  const condition: MissingCondition = { kind: 'MissingCondition', of: { twins: ['a', 'b'], model: null, where: null }, series: 's', after: 10 * second }
  const key = (twin: string) => ({ twin, name: 's', kind: 'float', source: 'MEASURED', run: null }) as const
  const directory: Pick<TwinDirectory, 'prepare' | 'channelsOf'> = { prepare: () => Promise.resolve(), channelsOf: (twin) => ({ model: 'm', names: () => ['s'], find: () => ({ channel: {} as never, series: key(twin) }) }) }
  const store: Pick<TelemetryStore, 'latest'> = { latest: (keys) => Promise.resolve(keys.map(() => undefined)) }
  const received = (twin: string, receivedAt: number): Received => ({ series: key(twin), at: 1, value: 1, quality: 'GOOD', origin: null, receivedAt }) as unknown as Received
  const there = new Set(['a', 'b'])
  let kept: readonly { readonly twin: string; readonly since: number }[] = []
  const pending = { find: () => Promise.resolve(kept), put: (_rule: string, _version: number, all: typeof kept) => { kept = all; return Promise.resolve() } }
  const open = (keepFor = 0) => createMissingWatcher({ rule: { ...rule, keepFor }, condition, watch: undefined, directory, store, pending, existing: (ids) => Promise.resolve(new Set(ids.filter((id) => there.has(id)))) })
  const heard = (now: number, ...readings: readonly Received[]) => ({ readings, from: 0, upTo: now, now })

  it('waits for those who were never heard of since it began, restarts notwithstanding, and is silent about who was deleted', async () => {
    const first = open()
    await first.hear(heard(0), new Map())
    await first.applied?.()
    expect(kept).toEqual([{ twin: 'a', since: 0 }, { twin: 'b', since: 0 }])
    there.delete('b')
    const second_ = open()
    await second_.hear(heard(9 * second), new Map())
    expect(await second_.hear(heard(20 * second), new Map())).toMatchObject([{ kind: 'raise', subject: { twin: 'a' }, since: 10 * second }])
  })

  it('is over with the first word after it, however long it waits for more', async () => {
    const watcher = open(5 * second)
    kept = []
    there.add('b')
    await watcher.hear(heard(0, received('a', 0), received('b', 0)), new Map())
    expect(await watcher.hear(heard(21 * second, received('b', 20 * second)), new Map())).toMatchObject([{ kind: 'raise', subject: { twin: 'a' } }])
    expect(await watcher.hear(heard(30 * second, received('a', 29 * second), received('b', 29 * second)), new Map())).toEqual([])
    expect(await watcher.hear(heard(36 * second, received('a', 35 * second)), new Map())).toMatchObject([{ kind: 'resolve', subject: { twin: 'a' }, until: 29 * second, resolution: 'CLEARED' }])
  })
})
