import type { Post } from '../../alert/channel.ts'

export interface PostConfig {
  /** Tells whether the server may call a URL; why not is said where it may not. */
  readonly mayCall: (url: URL) => boolean
  readonly timeoutMs?: number
}

/** Of an answer so much is looked at, and told. */
const [mostRead, mostShown] = [65_536, 300]
const longestRetryAfterMs = 3_600_000

/** Sends over HTTP. Redirects are not followed: they would lead past the hosts that are allowed, and turn a POST into a GET. */
export function createPost({ mayCall, timeoutMs = 10_000 }: PostConfig): Post {
  return async ({ url, headers, body }, signal) => {
    const target = URL.parse(url)
    if (!target || !mayCall(target)) return { error: `${target?.host ?? url} is no host that alerts may be sent to. Name it in TWINFOLD_ALERT_HOSTS.` }
    const ending = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    try {
      const response = await fetch(target, { method: 'POST', headers: { 'user-agent': 'twinfold', ...headers }, body, redirect: 'manual', signal: ending })
      const { status, ok } = response
      const text = await readSome(response).catch((error: unknown) => (signal.aborted ? Promise.reject(error as Error) : '')) // the status says it all
      if (ok) return undefined
      const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
      return {
        error: `It answered ${status}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}${text === '' ? '' : `: ${text.slice(0, mostShown)}`}`, refusal: refusalOf(status),
        retryAfterMs: retryAfter > 0 ? Math.min(retryAfter * 1_000, longestRetryAfterMs) : undefined,
      }
    } catch (error) {
      signal.throwIfAborted()
      return { error: ending.aborted ? `It did not answer within ${timeoutMs / 1_000} s.` : `It cannot be reached: ${reasonOf(error)}.` }
    }
  }
}

/** What a client did wrong stays wrong, but for a request that took too long, or came too often. */
const refusalOf = (status: number): 'GONE' | 'NEVER' | undefined => (status === 410 ? 'GONE' : status >= 400 && status < 500 && status !== 408 && status !== 429 ? 'NEVER' : undefined)

/** The rest of an answer is not waited for. */
async function readSome({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) { // a body is bytes
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > mostRead) break // leaving the loop hangs up
  }
  return Buffer.concat(chunks).subarray(0, mostRead).toString('utf8').replace(/[\p{Cc}\s]+/gu, ' ').trim()
}

/** Of fetch, what is wrong is in the cause: a code such as ECONNREFUSED, or a text. */
function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause ? String(cause.code) : cause.message
}
