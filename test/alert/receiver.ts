import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Got {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A server that webhooks are sent to. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  /** Host and port. */
  readonly host: string
  readonly got: readonly Got[]
  /** What the following requests are answered with, in order; when there is no more, 200. */
  answer(...answers: readonly Answer[]): void
  until(isEnough: (got: readonly Got[]) => boolean, withinMs?: number): Promise<readonly Got[]>
}

/** A status, or never, or a closed connection, or more. */
export type Answer = number | 'hang' | 'hang up' | ((response: ServerResponse) => void)

export async function startReceiver(): Promise<Receiver> {
  const got: Got[] = []
  const answers: Answer[] = []
  let woken = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => { chunks.push(chunk) })
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() })
      const answer = answers.shift() ?? 200
      if (typeof answer === 'number') response.writeHead(answer, { 'content-type': 'text/plain' }).end(answer === 200 ? '' : `not now (${answer})`)
      else if (answer === 'hang up') request.socket.destroy()
      else if (answer !== 'hang') answer(response)
      woken.resolve()
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => { server.once('listening', resolve) })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}/hook`, host, got,
    answer(...more) { answers.push(...more) },
    async until(isEnough, withinMs = 30_000) {
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => { late.reject(new Error(`Not within ${withinMs} ms; got were ${got.length}: ${JSON.stringify(got.slice(-3))}`)) }, withinMs)
      try {
        for (;;) {
          woken = Promise.withResolvers()
          if (isEnough(got)) return got
          await Promise.race([woken.promise, late.promise])
        }
      } finally {
        clearTimeout(timer)
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => { server.close(resolve) })
    },
  }
}
