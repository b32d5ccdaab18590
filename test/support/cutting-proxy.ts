import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that does what networks do. */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number
  /** Connections that stand. */
  readonly connectionCount: number
  /** Where it leads; a server that was restarted has another. */
  target: number
  /** Everything, in both directions, comes so many ms later. */
  delayMs: number
  /** Ends a share of the connections, without a word; returns how many. */
  cut(share: number): number
  /** From now on a share of the connections that stand carries nothing in either direction, and stays open; returns how many. */
  stall(share: number): number
  /** New connections are refused. */
  isClosed: boolean
}

export interface CuttingProxyConfig {
  readonly target: number
  /** From [0, 1). */
  readonly random: () => number
}

interface Pair {
  readonly sockets: readonly [Socket, Socket]
  isStalled: boolean
}

export async function createCuttingProxy({ target, random }: CuttingProxyConfig): Promise<CuttingProxy> {
  const pairs = new Set<Pair>()
  const state = { target, delayMs: 0, isClosed: false }
  const some = (share: number): readonly Pair[] => [...pairs].filter(() => random() < share)
  const end = (pair: Pair): void => {
    pairs.delete(pair)
    for (const socket of pair.sockets) socket.destroy()
  }

  const server = createServer((client) => {
    if (state.isClosed) {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(state.target, '127.0.0.1')
    const pair: Pair = { sockets: [client, upstream], isStalled: false }
    pairs.add(pair)
    for (const socket of pair.sockets) socket.setNoDelay(true).on('error', () => { end(pair) }).on('close', () => { if (!pair.isStalled || pair.sockets.every(({ destroyed }) => destroyed)) end(pair) })
    pass(client, upstream, pair)
    pass(upstream, client, pair)
  })
  const pass = (from: Socket, to: Socket, pair: Pair): void => {
    from.on('data', (chunk: Buffer) => {
      if (pair.isStalled) return
      from.pause() // so that what is late stays in order, and does not pile up here
      const send = (): void => {
        if (to.writable && !pair.isStalled) to.write(chunk)
        from.resume()
      }
      if (state.delayMs > 0) setTimeout(send, state.delayMs)
      else send()
    })
  }
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return Object.defineProperties(state, Object.getOwnPropertyDescriptors({
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get connectionCount() {
      return pairs.size
    },
    cut(share: number) {
      const chosen = some(share)
      for (const pair of chosen) end(pair)
      return chosen.length
    },
    stall(share: number) {
      const chosen = some(share)
      for (const pair of chosen) pair.isStalled = true
      return chosen.length
    },
    async [Symbol.asyncDispose]() {
      for (const pair of pairs) end(pair)
      server.close()
      await once(server, 'close')
    },
  })) as CuttingProxy // of both parts, since some fields are changed in place
}
