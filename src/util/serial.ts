/**
 * Runs tasks one after the other, in the order they were given. A task's failure is its own: the next one runs all the same.
 */
export function createSerial(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const run = last.then(task)
    last = run.catch(() => undefined) // whoever gave the task is told of its failure through `run`
    return run
  }
}
