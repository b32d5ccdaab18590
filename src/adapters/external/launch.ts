import type { ExternalLimits } from '../../simulation/external/definition.ts'

/** How a program is started. Secrets are in the environment of the process that starts it, not in here. */
export interface Launch {
  readonly engine: string
  readonly command: readonly [string, ...string[]]
  readonly limits: ExternalLimits
}

const name = 'launch'

/** The address of the module whose `program` starts it: it is all that the process which imports it gets to know. */
export function programOf(launch: Launch): URL {
  const url = new URL('./program.ts', import.meta.url)
  url.searchParams.set(name, JSON.stringify(launch))
  return url
}

export function launchOf(url: string): Launch {
  const text = new URL(url).searchParams.get(name)
  if (text === null) throw new TypeError('The module of external programs is imported without what it is to start.')
  return JSON.parse(text) as Launch // what programOf wrote
}
