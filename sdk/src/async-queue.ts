/** The meeting of one who gives at his own pace and one who takes with `for await`. */
export interface AsyncQueue<T> extends AsyncIterableIterator<T, undefined> {
  return(): Promise<IteratorResult<T, undefined>>
  /** There may be something to take. */
  wake(): void
  /** After what there is to take, the end: with an error, it is thrown. */
  end(error?: Error): void
}

/** `take` gives the next, or undefined where there is none now. `onReturn` is called when the taker leaves. */
export function createAsyncQueue<T>(take: () => T | undefined, onReturn: () => void): AsyncQueue<T> {
  const waiting: PromiseWithResolvers<IteratorResult<T, undefined>>[] = []
  let ended: { readonly error: Error | undefined } | undefined

  const step = (): IteratorResult<T, undefined> | undefined => {
    const value = take()
    if (value !== undefined) return { done: false, value }
    return ended ? { done: true, value: undefined } : undefined
  }
  const serve = (): void => {
    while (waiting.length > 0) {
      const result = step()
      if (!result) return
      const taker = waiting.shift()
      if (result.done && ended?.error) {
        taker?.reject(ended.error)
        ended = { error: undefined } // told once
      } else taker?.resolve(result)
    }
  }
  return {
    next() {
      const taker = Promise.withResolvers<IteratorResult<T, undefined>>()
      waiting.push(taker)
      serve()
      return taker.promise
    },
    async return() {
      onReturn()
      ended = { error: undefined }
      for (const taker of waiting.splice(0)) taker.resolve({ done: true, value: undefined })
      return { done: true, value: undefined }
    },
    wake: serve,
    end(error) {
      ended ??= { error }
      serve()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
