// Many subscribers in a process of their own, so that they do not weigh on the server that is measured. Told what to do over IPC: see crowd.ts.
import type { CrowdAnswer, CrowdOrder } from './crowd.ts'
import { type RawSubscriber, subscribeRaw } from './raw-subscriber.ts'

const subscribers: RawSubscriber[] = []
let received = 0
let [awaited, reached] = [Infinity, (): void => undefined]
let arrivals: Record<string, number> = {}
const epochMs = (): number => performance.timeOrigin + performance.now()

function onNext(frame: Buffer, mark: RegExp | undefined): void {
  received += 1
  if (mark) {
    const found = mark.exec(frame.toString())?.[1]
    if (found !== undefined) arrivals[found] ??= epochMs()
  }
  if (received >= awaited) reached()
}

async function obey(order: CrowdOrder): Promise<CrowdAnswer> {
  switch (order.kind) {
    case 'join': {
      const mark = order.mark === undefined ? undefined : new RegExp(order.mark)
      for (let start = 0; start < order.subscriptions.length; start += 100) {
        const some = order.subscriptions.slice(start, start + 100)
        subscribers.push(...await Promise.all(some.map((subscription) => subscribeRaw(order.url, subscription, (frame) => { onNext(frame, mark) }))))
      }
      return { received, at: epochMs() }
    }
    case 'await':
      awaited = order.count
      if (received < awaited) await new Promise<void>((resolve) => { reached = resolve })
      awaited = Infinity
      return { received, at: epochMs() }
    case 'arrivals': {
      const told = arrivals
      arrivals = {}
      return { received, at: epochMs(), arrivals: told }
    }
    case 'leave':
      for (const subscriber of subscribers.splice(0)) subscriber.end()
      received = 0
      return { received, at: epochMs() }
  }
}

process.on('message', (order: CrowdOrder) => {
  obey(order).then((answer) => process.send?.(answer), (error: unknown) => process.send?.({ received, at: epochMs(), error: String(error) } satisfies CrowdAnswer))
})
process.on('disconnect', () => process.exit(0))
