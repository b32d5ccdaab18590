import type { RunStore, SweepMember } from '../../run/run-store.ts'
import { compareKpis } from './compare-kpis.ts'
import type { CandidateComparison } from './comparison.ts'

const pageSize = 1_000

/** Two sweeps, member by member of the same index; members that failed count as missing. */
export async function compareMembers(runs: Pick<RunStore, 'members'>, baseline: string, candidate: string, signal: AbortSignal): Promise<Pick<CandidateComparison, 'kpis' | 'unpairedKpis' | 'members'>> {
  const pairs = compareKpis()
  const unpaired = { baseline: 0, candidate: 0 }
  let n = 0
  const [ones, others] = [succeeded(runs, baseline, signal), succeeded(runs, candidate, signal)]
  let [one, other] = [await ones.next(), await others.next()]
  while (!one.done || !other.done) {
    const [left, right] = [one.done ? Infinity : one.value.index, other.done ? Infinity : other.value.index]
    if (left === right && !one.done && !other.done) {
      pairs.add(one.value.kpis, other.value.kpis)
      n++
    } else if (left < right) unpaired.baseline++
    else unpaired.candidate++
    if (left <= right) one = await ones.next()
    if (right <= left) other = await others.next()
  }
  return { ...pairs.result(), members: { n, unpaired } }
}

type Succeeded = SweepMember & { readonly kpis: NonNullable<SweepMember['kpis']> }

const hasKpis = (member: SweepMember): member is Succeeded => member.kpis !== undefined

/** In the order of their indexes. */
async function* succeeded(runs: Pick<RunStore, 'members'>, run: string, signal: AbortSignal): AsyncGenerator<Succeeded, undefined> {
  let after: number | undefined
  for (;;) {
    signal.throwIfAborted()
    const page: readonly SweepMember[] = await runs.members(run, { first: pageSize, after })
    for (const member of page) if (hasKpis(member)) yield member
    after = page.at(-1)?.index
    if (page.length < pageSize) return
  }
}
