import { toSamples } from '../simulation/design/samples.ts'
import type { SweepSample } from '../simulation/engine-host.ts'
import { sha256 } from '../util/sha256.ts'
import type { RunInputs, SweptVariable } from './run-inputs.ts'

type Task = Extract<RunInputs['task'], { readonly kind: 'sweep' }>

/** The members of a sweep. No more is held of them than the design's numbers: what they set is made as it is asked for. */
export interface SweepSamples {
  readonly count: number
  /** The design's numbers of a member, by the names of the variables. */
  settingsOf(index: number): Readonly<Record<string, number>>
  /** Each has a seed of its own, the same in every sweep of this seed. */
  of(index: number): SweepSample
}

export function createSweepSamples({ design, variables }: Pick<Task, 'design' | 'variables'>, seed: number): SweepSamples {
  const rows = toSamples(design, seed)
  return {
    count: rows.length,
    settingsOf: (index) => Object.fromEntries(variables.map(({ name }, column) => [name, rows[index]?.[column] ?? NaN])),
    of: (index) => ({
      index, seed: memberSeed(seed, index),
      settings: variables.flatMap(({ sets }, column) => sets.map(({ variable, of }) => ({ variable, value: (rows[index]?.[column] ?? NaN) * of }))),
    }),
  }
}

/** 31 bits of SHA-256: far apart for neighbours, and the same everywhere. */
const memberSeed = (seed: number, index: number): number => parseInt(sha256(`${seed}:${index}`).slice(0, 8), 16) >>> 1

/** Pieces of work for each place that computes, so that none is idle at the end for long. */
const piecesEach = 8
/** Of one piece, which the thread that answers queries makes at once. */
const [mostMembers, mostSettings] = [200, 20_000]

/** Members of one piece of work. */
export function pieceSize(members: number, atOnce: number, variables: readonly Pick<SweptVariable, 'sets'>[]): number {
  const bySettings = Math.floor(mostSettings / Math.max(1, settingsEach(variables)))
  return Math.max(1, Math.min(mostMembers, bySettings, Math.ceil(members / (atOnce * piecesEach))))
}

/** How many things a member sets. */
export const settingsEach = (variables: readonly Pick<SweptVariable, 'sets'>[]): number => variables.reduce((sum, { sets }) => sum + sets.length, 0)
