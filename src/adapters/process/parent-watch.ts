import { workerData } from 'node:worker_threads'
import { endGroup } from '../../util/end-group.ts'

/** A thread beside the one that computes: a native engine that never returns does not learn from a closed channel that its parent was killed. */
const parent = workerData as number // as the parent said it: it may be killed before this thread begins
const everyMs = 1_000

setInterval(() => { if (process.ppid !== parent) endGroup() }, everyMs)
