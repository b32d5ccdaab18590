import { sha256 } from '../../util/sha256.ts'
import type { EngineOutcome, EngineTask, MemberOutcome, SweepSample } from '../engine-host.ts'
import { resultHasher, type ResultHasher } from '../result-hash.ts'
import { createOutputStatistics, type OutputStatistics } from './output-statistics.ts'
import type { WorkAtHand } from './perform.ts'
import { createRunRecorder } from './run-recorder.ts'
import { isEngineError, toWireFailure } from './wire.ts'

type SweepTask = Extract<EngineTask, { readonly kind: 'sweep' }>

/** Members one after the other on the one open model. A member that fails is told as failed, and the next one is run. */
export async function sweep({ model, session, order }: WorkAtHand, { members, keep, statistics }: SweepTask): Promise<EngineOutcome> {
  let now: { readonly index: number; readonly hasher: ResultHasher; readonly tallies: OutputStatistics } | undefined
  let done = 0
  const hashes: string[] = []
  const recorder = createRunRecorder({
    ...order,
    session,
    take(frames) {
      now?.hasher.update(frames)
      now?.tallies.update(frames)
      return keep ? session.send({ member: now?.index, ...frames }) : undefined
    },
    progress: (fraction) => ({ fraction: (done + fraction) / members.length, at: undefined, partial: {} }),
  })
  const outcomeOf = async ({ index, settings, seed }: SweepSample): Promise<MemberOutcome> => {
    const [hasher, tallies] = [resultHasher(), createOutputStatistics(statistics, order.outputs)]
    now = { index, hasher, tallies }
    try {
      const kpis = await recorder.run(await model.open(), settings, seed)
      return { index, seed, settings, kpis: { ...kpis, ...tallies.kpis() }, resultHash: hasher.digest(kpis), failure: undefined }
    } catch (error) {
      session.signal.throwIfAborted()
      if (isEngineError(error) && error.isRetryable) throw error
      if (!isEngineError(error)) await model.close() // nobody knows what state it is in
      const { code, message } = toWireFailure(error)
      return { index, seed, settings, kpis: undefined, resultHash: undefined, failure: { code, message } }
    }
  }
  for (const sample of members) {
    const member = await outcomeOf(sample)
    if (keep) await session.drained() // so that the series of a member are stored when it is told to be done
    session.member(member)
    hashes.push(`${member.index} ${member.resultHash ?? member.failure?.code ?? ''}\n`)
    done++
    await session.pulse(() => ({ fraction: done / members.length, at: undefined, partial: {} }))
  }
  return { kpis: {}, resultHash: sha256(hashes.join('')), detail: null }
}
