import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface UnreliableLink extends AsyncDisposable {
  /** The address that stands for the server's. */
  readonly uri: string
  /** Cuts every connection once a Bolt message with this signature was passed on: the server gets it, its answer gets lost. */
  cutAfter(message: 'RUN' | 'COMMIT', how: 'closed' | 'reset'): void
}

/** The first bytes of a Bolt message: a structure of that many fields, and its signature. https://neo4j.com/docs/bolt/current/bolt/message/ */
const signatures = { RUN: Buffer.from([0xb3, 0x10]), COMMIT: Buffer.from([0xb0, 0x12]) } as const

/** A TCP relay before a server, on a network that breaks when it is told to. */
export async function createUnreliableLink(uri: string): Promise<UnreliableLink> {
  const { hostname, port } = new URL(uri)
  const sockets = new Set<Socket>()
  let cut: { readonly signature: Buffer; readonly how: 'closed' | 'reset' } | undefined
  const relay = createServer((client) => {
    const server = connect(Number(port), hostname)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => { sockets.delete(socket); client.destroy(); server.destroy() })
    }
    server.on('data', (bytes) => { client.write(bytes) })
    client.on('data', (bytes: Buffer) => {
      const { signature, how } = cut ?? {}
      if (!signature || !bytes.includes(signature)) return void server.write(bytes)
      cut = undefined
      server.removeAllListeners('data')
      server.write(bytes)
      server.once('data', () => { if (how === 'reset') client.resetAndDestroy(); else client.end() }) // it has done what it was told
    })
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const address = relay.address()
  if (address === null || typeof address === 'string') throw new Error('The relay got no port.')
  return {
    uri: `bolt://127.0.0.1:${address.port}`,
    cutAfter(message, how) { cut = { signature: signatures[message], how } },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      relay.close()
      await once(relay, 'close')
    },
  }
}
