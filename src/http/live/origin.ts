/**
 * Whether a request may come from a page of that origin: the server's own, one of this machine, or one that was allowed. Requests that no page made
 * have none. Browsers let any page open a WebSocket to any server; this header is the one thing that tells.
 */
export function isKnownOrigin(origin: string | undefined, host: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(origin.toLowerCase())) return true
  const url = URL.canParse(origin) ? new URL(origin) : undefined // `null` is a sandboxed page's, or a file's
  return url !== undefined && (url.host === host?.toLowerCase() || isLoopbackName(url.hostname))
}

/** Names and addresses that are this machine's and nobody else's to point elsewhere. */
export const isLoopbackName = (hostname: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname)
