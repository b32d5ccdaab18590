import { once } from 'node:events'
import { createServer, connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** A TCP proxy in front of a store. What the store says is held back by `delayMs`; Infinity: for ever, while connections stay open and new ones are taken. */
export interface SlowProxy extends AsyncDisposable {
  readonly port: number
  delayMs: number
}

export async function createSlowProxy(target: { readonly host: string; readonly port: number }): Promise<SlowProxy> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
  }
  const proxy = { delayMs: 0 }
  /** A delay that grows or ends while it lasts is followed. */
  const pass = async (chunk: Buffer, to: Socket): Promise<void> => {
    const since = performance.now()
    while (performance.now() - since < proxy.delayMs && !to.destroyed) await wait(Math.min(20, proxy.delayMs))
    to.write(chunk)
  }
  const server = createServer((client) => {
    const store = connect(target.port, target.host)
    keep(client)
    keep(store)
    client.pipe(store)
    let last = Promise.resolve()
    store.on('data', (chunk: Buffer) => { last = last.then(() => pass(chunk, client)) }).on('end', () => { void last.then(() => client.end()) })
    client.on('close', () => store.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return Object.assign(proxy, {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  })
}
