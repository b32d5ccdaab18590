import { Agent, request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly text: string
}

const agent = new Agent({ keepAlive: true, maxSockets: 4_096, maxFreeSockets: 64 })

/** NDJSON to `/ingest`, over a kept connection. Rejects where no answer comes. */
export async function postBatch(url: string, body: Buffer): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const sent = request(`${url}/ingest`, { agent, method: 'POST', headers: { 'content-type': 'application/x-ndjson', 'content-length': body.length } }, (response) => {
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part)).on('error', reject).on('end', () => {
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text: Buffer.concat(parts).toString() })
    })
  })
  sent.on('error', reject).end(body)
  return await promise
}

export interface Report {
  readonly accepted: number
  readonly duplicates: number
  readonly quarantined: number
}

/** Throws where the answer is a refusal, or says that readings were put into quarantine: then something else than ingest would be measured. */
export function reportOf({ status, text }: Answer): Report {
  if (status !== 200) throw new Error(`/ingest answered ${status}: ${text.slice(0, 300)}`)
  const report = JSON.parse(text) as Report
  if (report.quarantined > 0) throw new Error(`Readings were put into quarantine: ${text}`)
  return report
}
