import { createTwinfoldClient, type Live, type TwinfoldClient, TwinfoldError } from '@twinfold/client'
import { changesOfPumps, pumps, runningPumps, setPump } from './operations.ts'

const say = (text: string): void => { process.stdout.write(`${text}\n`) }

/**
 * Shows the pumps that run, and everything that happens to pumps, until the signal is aborted, while it starts and stops pumps itself. What the server's restart
 * means for the code: nothing.
 */
export async function show(url: string, signal: AbortSignal, onCaughtUp: () => void): Promise<void> {
  await using client = createTwinfoldClient({ url, backoff: { maxMs: 2_000 } })
  using live = client.live(runningPumps)
  let shown = ''
  live.subscribe(() => {
    const { nodes, isCaughtUp, status } = live.getSnapshot()
    if (status.kind === 'closed') return
    const names = [...nodes.values()].map(({ name }) => name).sort()
    const line = `  live  ${isCaughtUp ? 'running now:' : 'last known: '} ${names.join(', ') || 'none'}`
    if (line !== shown) say(shown = line)
    if (isCaughtUp) onCaughtUp()
  })
  await live.caughtUp()
  await Promise.all([follow(client, signal), operate(client, live, signal)])
}

/** Every change, once, over any number of connections. */
async function follow(client: TwinfoldClient, signal: AbortSignal): Promise<void> {
  using feed = client.feed(changesOfPumps)
  signal.addEventListener('abort', () => { feed.close() }, { once: true })
  let count = 0
  for await (const event of feed) {
    if (event.__typename === 'Change') say(`  feed  change ${++count}: ${event.kind} ${event.twinId ?? ''} ${event.properties.map(({ name, after }) => `${name} = ${JSON.stringify(after)}`).join(', ')}`)
    if (event.__typename === 'Gap') say('  feed  some changes are forgotten already')
  }
}

/** Turns pumps on and off, two a second, while the server is there. */
async function operate(client: TwinfoldClient, live: Pick<Live<unknown>, 'caughtUp'>, signal: AbortSignal): Promise<void> {
  const { data } = await client.query(pumps)
  const aborted = new Promise<void>((resolve) => { signal.addEventListener('abort', () => { resolve() }, { once: true }) })
  for (let turn = 0; !signal.aborted; turn++) {
    const pump = data.pumps[turn % data.pumps.length]
    if (!pump) throw new Error('There are no pumps. Start a server with the demo town.')
    const isStopped = (pump.status === 'STOPPED') === (Math.floor(turn / data.pumps.length) % 2 === 0)
    await set(client, pump._id, isStopped ? 'RUNNING' : 'STOPPED')
    await Promise.race([wait(500), aborted])
    await Promise.race([live.caughtUp(), aborted])
  }
}

/** Nothing is sent twice by itself: a mutation without an answer may have happened. */
async function set(client: TwinfoldClient, id: string, status: string): Promise<void> {
  try {
    const { data: { updatePump: result } } = await client.mutate(setPump, { id, properties: { status } })
    if ('code' in result) say(`  ask   ${id} ${status}: refused, ${result.message}`)
  } catch (error) {
    if (!(error instanceof TwinfoldError && error.isRetryable)) throw error
    say(`  ask   ${id} ${status}: ${error.message}`)
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms) })
