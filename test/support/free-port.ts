import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that systems give to outgoing connections (from 32768 on Linux), as one of them could take it while the server is away. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => server.once('error', () => { resolve(false) }).listen(port, '127.0.0.1', () => { resolve(true) }))
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
