import { constants, setPriority } from 'node:os'

/**
 * Lets whoever answers go before what computes, where both want the processor. On Linux a priority is a thread's own, so a thread of a server can give way by itself;
 * elsewhere it is a whole process's, which only a process of its own may lower.
 */
export function yieldToOthers(isWholeProcess: boolean): void {
  if (isWholeProcess || process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
}
