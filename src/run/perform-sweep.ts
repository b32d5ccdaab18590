import type { EngineWork, MemberOutcome, SweepSample } from '../simulation/engine-host.ts'
import { EngineError, type Kpis } from '../simulation/engine-program.ts'
import { createRounds } from '../util/rounds.ts'
import { sha256 } from '../util/sha256.ts'
import { insist } from './insist.ts'
import type { Performance, Performed, PerformConfig } from './performance.ts'
import type { RunInputs } from './run-inputs.ts'
import { createRunSink } from './run-sink.ts'
import type { SweepMember } from './run-store.ts'
import { createSweepSamples, pieceSize } from './sweep-samples.ts'

type Task = Extract<RunInputs['task'], { readonly kind: 'sweep' }>

const [inOneWrite, inOnePage] = [1_000, 1_000]
/** What a process has done that is killed, and is done again, is less than that. */
const writeEveryMs = 1_000

/** Members that are done already, by an attempt that was lost, are not done again. */
export async function performSweep(config: PerformConfig, performance: Performance, inputs: RunInputs, work: Omit<EngineWork, 'task'>): Promise<Performed> {
  const { run, tracker, begun, signal } = performance
  const { host, members: store, insistMs } = config
  const task = inputs.task as Task
  const samples = createSweepSamples(task, inputs.seed)
  const done = new Map((await storedMembers(config, run.id)).map((member) => [member.index, member]))
  const waiting = Array.from({ length: samples.count }, (_, index) => index).filter((index) => !done.has(index))
  const sink = createRunSink(config, run, inputs, signal)
  const means = createMeans()
  for (const member of done.values()) means.add(member)
  let isBegun: Promise<void> | undefined
  let unwritten: SweepMember[] = []
  const write = async (): Promise<number> => {
    const some = unwritten
    unwritten = []
    try {
      for (let at = 0; at < some.length; at += inOneWrite) await insist(() => store.addMembers(run.id, some.slice(at, at + inOneWrite)), insistMs)
    } catch (error) {
      unwritten = [...some, ...unwritten] // those that are there already are left
      throw error
    }
    return some.length
  }
  const take = (outcome: MemberOutcome): void => {
    const member = toMember(outcome, samples.settingsOf(outcome.index))
    done.set(member.index, member)
    unwritten.push(member)
    means.add(member)
    tracker.set({ fraction: done.size / samples.count, values: sink.values, partial: means.kpis() })
  }
  const compute = async (indexes: readonly number[], piece: number): Promise<void> => {
    await host.compute({ ...work, task: { kind: 'sweep', members: indexes.map(samples.of), keep: task.keepSeries, statistics: task.statistics } }, {
      bound: () => (isBegun ??= begun()),
      frames: (frames) => sink.take(frames),
      progress: () => undefined, // members are counted as they are done
      warning: (warning) => { tracker.onWarning(piece, warning) },
      member: take,
    }, signal)
  }
  /** A member that ends its worker takes nobody with it: those of its piece that are left are done one by one, and one that does it again has failed. */
  const perform = async (indexes: readonly number[], piece: number): Promise<void> => {
    try {
      await compute(indexes, piece)
    } catch (error) {
      if (!(error instanceof EngineError) || !endsWorker.has(error.code) || signal.aborted) throw error
      for (const index of indexes.filter((each) => !done.has(each))) {
        if (indexes.length > 1) await perform([index], piece)
        else await compute(indexes, piece).catch((again: unknown) => { take(toFailed(again, samples.of(index))) })
      }
    }
  }
  const writing = createRounds({ round: write, everyMs: writeEveryMs, onTrouble: () => undefined }) // the last write tells
  try {
    await inPieces(waiting, { size: pieceSize(waiting.length, host.atOnce, task.variables), atOnce: host.atOnce }, perform)
  } finally {
    await writing[Symbol.asyncDispose]()
    await write() // what is done is kept, whatever becomes of the others
  }
  await (isBegun ??= begun()) // where all were done by an attempt that was lost
  return toPerformed([...done.values()].toSorted((a, b) => a.index - b.index), task, inputs)
}

/** The next piece goes to whoever is free; after a failure none begins, and those under way are waited for. */
async function inPieces(indexes: readonly number[], { size, atOnce }: { readonly size: number; readonly atOnce: number }, perform: (indexes: readonly number[], piece: number) => Promise<void>): Promise<void> {
  let next = 0
  let isFailed = false
  const lane = async (): Promise<void> => {
    while (next < indexes.length && !isFailed) {
      const start = next
      next += size
      try {
        await perform(indexes.slice(start, next), start)
      } catch (error) {
        isFailed = true
        throw error
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: atOnce }, lane))
  const failed = lanes.find((each) => each.status === 'rejected')
  if (failed) throw failed.reason
}

const toMember = ({ index, seed, kpis, resultHash, failure }: MemberOutcome, settings: SweepMember['settings']): SweepMember => ({ index, seed, settings, kpis, resultHash, failure })

async function storedMembers({ members: store }: PerformConfig, run: string): Promise<readonly SweepMember[]> {
  const all: SweepMember[] = []
  for (;;) {
    const page = await store.members(run, { first: inOnePage, after: all.at(-1)?.index })
    all.push(...page)
    if (page.length < inOnePage) return all
  }
}

function toPerformed(members: readonly SweepMember[], { keepSeries }: Task, { outputs }: RunInputs): Performed {
  const good = members.filter(({ kpis }) => kpis !== undefined)
  const [first] = members
  if (good.length === 0 && first?.failure) throw new EngineError(first.failure.code, `Every member failed; the first: ${first.failure.message}`)
  return {
    resultHash: sha256(members.map(({ index, resultHash, failure }) => `${index} ${resultHash ?? failure?.code ?? ''}\n`).join('')),
    results: {
      kpis: meanKpis(good), writes: keepSeries ? [...new Set(outputs.map(({ twin }) => twin))] : [],
      detail: { members: members.length, failed: members.length - good.length },
    },
  }
}

/** Of each KPI the mean over the members that have it. */
interface Means {
  add(member: SweepMember): void
  kpis(): Kpis
}

function createMeans(): Means {
  const sums = new Map<string, { sum: number; count: number }>()
  return {
    add({ kpis = {} }) {
      for (const [name, value] of Object.entries(kpis)) {
        const known = sums.get(name) ?? { sum: 0, count: 0 }
        sums.set(name, { sum: known.sum + value, count: known.count + 1 })
      }
    },
    kpis: () => Object.fromEntries([...sums].map(([name, { sum, count }]) => [name, sum / count])),
  }
}

/** Sums in the order of the members, so that equal sweeps come to equal means. */
function meanKpis(members: readonly SweepMember[]): Kpis {
  const means = createMeans()
  for (const member of members) means.add(member)
  return means.kpis()
}

/** What a worker ends with. */
const endsWorker: ReadonlySet<string> = new Set(['ENGINE_CRASHED', 'ENGINE_SILENT', 'OUT_OF_MEMORY'])

function toFailed(error: unknown, { index, seed, settings }: SweepSample): MemberOutcome {
  if (!(error instanceof EngineError) || !endsWorker.has(error.code)) throw error
  return { index, seed, settings, kpis: undefined, resultHash: undefined, failure: { code: error.code, message: error.message } }
}
