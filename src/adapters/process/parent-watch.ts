import { endGroup } from './end-group.ts'

/** A thread beside the one that computes: a native engine that never returns does not learn from a closed channel that its parent was killed. */
const parent = process.ppid
const everyMs = 1_000

setInterval(() => { if (process.ppid !== parent) endGroup() }, everyMs)
