import { createHash } from 'node:crypto'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

/** What is asked of a server here. Everything throws where the server refuses. */
export interface Client {
  ask<Answer>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>
  /** A mutation's answer: of its union the success. */
  change<Success>(name: string, input: { readonly type: string; readonly value: unknown; readonly argument?: string }, selection: string): Promise<Success>
  ingest(lines: readonly object[]): Promise<void>
  /** Puts bytes under their SHA-256, which it answers. */
  store(bytes: Uint8Array): Promise<string>
  /** Resolves when the run has succeeded. */
  finished(run: string): Promise<void>
}

export function connect(url: string): Client {
  const ask = async <Answer>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> => {
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) })
    const { data, errors } = await response.json() as { readonly data?: Answer; readonly errors?: unknown }
    if (errors !== undefined || !data) throw new Error(JSON.stringify(errors).slice(0, 2_000))
    return data
  }
  return {
    ask,
    async change<Success>(name: string, { type, value, argument = 'input' }: { readonly type: string; readonly value: unknown; readonly argument?: string }, selection: string) {
      const success = `${name.charAt(0).toUpperCase()}${name.slice(1)}Success`
      const query = `mutation($value: ${type}) { ${name}(${argument}: $value) { __typename ... on ${success} { ${selection} } ... on Invalid { problems { code path message } } ... on Problem { message } } }`
      const answer = (await ask<Readonly<Record<string, Success & { readonly __typename: string }>>>(query, { value }))[name]
      if (answer?.__typename !== success) throw new Error(`${name}: ${JSON.stringify(answer).slice(0, 2_000)}`)
      return answer
    },
    async ingest(lines) {
      const response = await fetch(`${url}/ingest`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: lines.map((line) => JSON.stringify(line)).join('\n') })
      const text = await response.text()
      if (!response.ok || (JSON.parse(text) as { readonly quarantined: number }).quarantined > 0) throw new Error(`/ingest answered ${response.status}: ${text.slice(0, 500)}`)
    },
    async store(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const response = await fetch(`${url}/artifacts/${sha256}`, { method: 'PUT', body: bytes as Uint8Array<ArrayBuffer> })
      if (!response.ok) throw new Error(await response.text())
      return sha256
    },
    async finished(run) {
      await untilEnded(url, run)
      const { run: ended } = await ask<{ readonly run: { readonly state: string } }>('query($id: ID!) { run(id: $id) { state failure { code message } problems { code twin message count } } }', { id: run })
      if (ended.state !== 'SUCCEEDED') throw new Error(JSON.stringify(ended))
    },
  }
}

async function untilEnded(url: string, run: string): Promise<void> {
  const socket = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, lazy: true, retryAttempts: 0 })
  try {
    for await (const { errors } of socket.iterate({ query: 'subscription($ids: [ID!]) { runProgressed(ids: $ids) { state } }', variables: { ids: [run] } })) {
      if (errors) throw new Error(JSON.stringify(errors)) // it ends by itself when the run has
    }
  } finally {
    await socket.dispose()
  }
}
