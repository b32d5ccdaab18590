/** Tells whether the server may call a URL. */
export type HostRule = (url: URL) => boolean

/**
 * Of entries such as `models.example.org`, `models.example.org:8000`, `*.example.org`, `[::1]:8000`. An entry without a port allows every port. What is not named is
 * refused, so that nobody makes the server look at addresses that only it can reach.
 */
export function createHostRule(allowed: readonly string[]): HostRule {
  const entries = allowed.map((entry) => entry.trim().toLowerCase()).filter((entry) => entry !== '')
  return ({ hostname, port, protocol }) => {
    const full = `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
    return entries.some((entry) => {
      const subject = /:\d+$/.test(entry) ? full : hostname
      return entry.startsWith('*.') ? subject.endsWith(entry.slice(1)) : subject === entry
    })
  }
}
