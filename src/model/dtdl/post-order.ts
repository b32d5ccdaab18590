/**
 * Everything reachable, each once, after what it leads to; on a circle, what was met first comes last.
 * Without recursion: a chain can be as long as the documents.
 */
export function* postOrder<T>(roots: readonly T[], next: (item: T) => readonly T[]): Generator<T> {
  const done = new Set<T>()
  const open = new Set<T>()
  const stack = [...roots].reverse()
  for (let item = stack.at(-1); item !== undefined; item = stack.at(-1)) {
    if (done.has(item)) stack.pop()
    else if (open.has(item)) {
      stack.pop()
      done.add(item)
      yield item
    } else {
      open.add(item)
      const ahead = next(item)
      for (let index = ahead.length - 1; index >= 0; index -= 1) {
        const one = ahead[index]
        if (one !== undefined && !open.has(one)) stack.push(one)
      }
    }
  }
}
