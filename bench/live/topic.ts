/** An in-memory topic, as the usual publish-and-subscribe libraries for GraphQL have: each subscriber iterates over a queue of its own. */
export interface Topic<T> {
  publish(event: T): void
  subscribe(): AsyncIterableIterator<T>
}

export function createTopic<T>(): Topic<T> {
  const subscribers = new Set<(event: T) => void>()
  return {
    publish(event) {
      for (const tell of subscribers) tell(event)
    },
    subscribe() {
      const queue: T[] = []
      let waiting: ((result: IteratorResult<T>) => void) | undefined
      const tell = (event: T): void => {
        if (!waiting) {
          queue.push(event)
          return
        }
        waiting({ value: event, done: false })
        waiting = undefined
      }
      subscribers.add(tell)
      return {
        next: () => {
          const event = queue.shift()
          return event === undefined ? new Promise((resolve) => { waiting = resolve }) : Promise.resolve({ value: event, done: false })
        },
        return: () => {
          subscribers.delete(tell)
          return Promise.resolve({ value: undefined, done: true })
        },
        [Symbol.asyncIterator]() {
          return this
        },
      }
    },
  }
}
