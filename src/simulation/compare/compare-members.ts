import { failure } from '../../errors.ts'
import type { RunStore, SweepMember } from '../../run/run-store.ts'
import { compareKpis } from './compare-kpis.ts'
import type { CandidateComparison } from './comparison.ts'

const pageSize = 1_000

/**
 * Two sweeps, member by member of the same index and the same settings, as far as both have them; members that failed count as missing. Throws BAD_USER_INPUT
 * where the sweeps turn nothing that is the same, so that no member of one is like a member of the other.
 */
export async function compareMembers(runs: Pick<RunStore, 'members'>, baseline: string, candidate: string, signal: AbortSignal): Promise<Pick<CandidateComparison, 'kpis' | 'unpairedKpis' | 'members'>> {
  const pairs = compareKpis()
  const unpaired = { baseline: 0, candidate: 0 }
  let n = 0
  const [ones, others] = [succeeded(runs, baseline, signal), succeeded(runs, candidate, signal)]
  let [one, other] = [await ones.next(), await others.next()]
  while (!one.done || !other.done) {
    const [left, right] = [one.done ? Infinity : one.value.index, other.done ? Infinity : other.value.index]
    if (left === right && !one.done && !other.done) {
      if (areAlike(one.value, other.value, { baseline, candidate })) {
        pairs.add(one.value.kpis, other.value.kpis)
        n++
      } else {
        unpaired.baseline++
        unpaired.candidate++
      }
    } else if (left < right) unpaired.baseline++
    else unpaired.candidate++
    if (left <= right) one = await ones.next()
    if (right <= left) other = await others.next()
  }
  return { ...pairs.result(), members: { n, unpaired } }
}

/** Whether the numbers of their variables are the same, but for rounding. */
function areAlike({ settings: ones }: SweepMember, { settings: others }: SweepMember, runs: { readonly baseline: string; readonly candidate: string }): boolean {
  const [names, otherNames] = [Object.keys(ones), Object.keys(others)]
  const common = names.filter((name) => Object.hasOwn(others, name))
  if (common.length === 0 && names.length > 0 && otherNames.length > 0) {
    throw failure('BAD_USER_INPUT', { message: `The sweep ${JSON.stringify(runs.baseline)} turns ${names.join(', ')}, and ${JSON.stringify(runs.candidate)} turns ${otherNames.join(', ')}: no member of one is like one of the other. Compare sweeps of the same variables, or give those that mean the same the same names.` })
  }
  return common.every((name) => isSame(ones[name] ?? NaN, others[name] ?? NaN))
}

const isSame = (one: number, other: number): boolean => Math.abs(one - other) <= 1e-9 * Math.max(Math.abs(one), Math.abs(other))

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
