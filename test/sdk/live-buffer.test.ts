import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LiveDelta } from '../../sdk/src/delta.ts'
import { createLiveBuffer } from '../../sdk/src/live-buffer.ts'
import { createLiveStore } from '../../sdk/src/live-store.ts'

type Delta = LiveDelta<number>
const ids = ['a', 'b', 'c', 'd']

/** What a server of live queries may send: only members change and leave, and a snapshot follows each RESET. */
function* deltasOf(choices: readonly number[]): Generator<Delta> {
  const server = new Map<string, number>()
  let pending: string[] = []
  for (const [index, choice] of choices.entries()) {
    const cursor = `c${index}`
    const id = ids[choice % ids.length] ?? 'a'
    if (pending.length > 0) {
      const next = pending.pop() ?? 'a'
      yield { kind: 'SNAPSHOT', cursor, id: next, node: server.get(next) ?? 0, changed: null, problems: [] }
      if (pending.length === 0) yield { kind: 'CAUGHT_UP', cursor }
    } else if (choice % 11 === 0) {
      yield { kind: 'RESET', cursor }
      pending = [...server.keys()]
      if (pending.length === 0) yield { kind: 'CAUGHT_UP', cursor }
    } else if (server.has(id) && choice % 3 === 0) {
      server.delete(id)
      yield { kind: 'LEAVE', cursor, id }
    } else {
      const kind = server.has(id) ? 'CHANGE' : 'ENTER'
      server.set(id, index)
      yield { kind, cursor, id, node: index, changed: kind === 'CHANGE' ? ['value'] : null, problems: [] }
    }
  }
}

const runs = fc.array(fc.record({ choice: fc.nat(1_000), takes: fc.nat(3) }), { maxLength: 120 })

test('a reader of any pace who replays what it takes holds what the store holds', () => {
  fc.assert(fc.property(runs, (steps) => {
    const [buffer, store, replayed] = [createLiveBuffer<number>(), createLiveStore<number>(), createLiveStore<number>()]
    const paces = steps.map(({ takes }) => takes)
    for (const delta of [{ kind: 'CAUGHT_UP', cursor: 'begin' } as const, ...deltasOf(steps.map(({ choice }) => choice))]) {
      store.apply(delta)
      buffer.push(delta)
      for (let takes = paces.shift() ?? 0; takes > 0; takes--) {
        const taken = buffer.take()
        if (taken) replayed.apply(taken)
      }
    }
    for (let taken = buffer.take(); taken; taken = buffer.take()) replayed.apply(taken)
    expect(buffer.isEmpty).toBe(true)
    expect(new Map(replayed.newest)).toEqual(new Map(store.newest))
    expect(replayed.isCaughtUp).toBe(store.isCaughtUp)
    if (store.isCaughtUp) expect(new Map(replayed.nodes)).toEqual(new Map(store.nodes))
  }), { numRuns: 1_000 })
})

test('a reader is told of each twin as one who knew it or not', () => {
  fc.assert(fc.property(runs, (steps) => {
    const buffer = createLiveBuffer<number>()
    const known = new Set<string>()
    const paces = steps.map(({ takes }) => takes)
    const check = (delta: Delta | undefined): void => {
      if (delta?.kind === 'RESET') known.clear()
      if (!delta || !('id' in delta)) return
      expect(known.has(delta.id), `${delta.kind} of ${delta.id}`).toBe(delta.kind === 'CHANGE' || delta.kind === 'LEAVE')
      if (delta.kind === 'LEAVE') known.delete(delta.id)
      else known.add(delta.id)
    }
    for (const delta of deltasOf(steps.map(({ choice }) => choice))) {
      buffer.push(delta)
      for (let takes = paces.shift() ?? 0; takes > 0; takes--) check(buffer.take())
    }
    while (!buffer.isEmpty) check(buffer.take())
  }), { numRuns: 1_000 })
})

test('a reader who never reads costs no more than the answer', () => {
  const buffer = createLiveBuffer<number>()
  for (let round = 0; round < 10_000; round++) {
    buffer.push({ kind: round % 2 === 0 ? 'ENTER' : 'LEAVE', cursor: String(round), id: `visitor-${round >> 1}`, node: round, changed: null, problems: [] })
    buffer.push({ kind: 'CHANGE', cursor: String(round), id: 'resident', node: round, changed: ['value'], problems: [] })
  }
  const taken: Delta[] = []
  for (let delta = buffer.take(); delta; delta = buffer.take()) taken.push(delta)
  expect(taken).toEqual([{ kind: 'CHANGE', cursor: '9999', id: 'resident', node: 9_999, changed: ['value'], problems: [] }])
})

test('readers of the store see whole answers only', () => {
  fc.assert(fc.property(fc.array(fc.nat(1_000), { maxLength: 120 }), (choices) => {
    const store = createLiveStore<number>()
    store.apply({ kind: 'CAUGHT_UP', cursor: 'begin' })
    let isWhole = true
    for (const delta of deltasOf(choices)) {
      const before = store.nodes
      const copy = new Map(before)
      store.apply(delta)
      if (delta.kind === 'RESET') isWhole = false
      if (delta.kind === 'CAUGHT_UP') isWhole = true
      if (!isWhole) expect(store.nodes).toBe(before)
      expect(new Map(before), 'a map that was handed out does not change').toEqual(copy)
    }
  }), { numRuns: 500 })
})
