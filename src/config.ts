/** Everything that can be set from outside; the only reader of the environment. */
export interface Config {
  /** The address to listen on. Until access control comes, only the loopback is right. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Where the embedded stores keep everything. */
  readonly dataDirectory: string
  /** Whether an empty store gets the demo town. */
  readonly demo: boolean
  readonly tenant: string
  /** Undefined: the embedded server. */
  readonly neo4j: { readonly uri: string; readonly username: string; readonly password: string; readonly database: string } | undefined
  /** Of the embedded server, in MiB. */
  readonly neo4jHeapMb: number
  readonly neo4jPageCacheMb: number
  /** Hides from clients what helps only developers: suggestions in validation errors. */
  readonly production: boolean
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'
  readonly limits: Limits
  /** The environment that child processes get. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface Limits {
  /** Of a request. */
  readonly bodyBytes: number
  /** Of a document. */
  readonly tokens: number
  readonly depth: number
  readonly aliases: number
  readonly rootFields: number
  /** Of `first` and of ids in a list. */
  readonly pageSize: number
  /** Objects an operation may ask for, by its page sizes. */
  readonly cost: number
  readonly operationTimeoutMs: number
  /** How long operations in flight are waited for when the server stops. */
  readonly drainMs: number
}

const limits: Limits = { bodyBytes: 8_000_000, tokens: 8_000, depth: 16, aliases: 100, rootFields: 50, pageSize: 1_000, cost: 1_000_000, operationTimeoutMs: 30_000, drainMs: 10_000 }

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Reads the configuration; throws a ConfigError that names the variable and what it takes. */
export function createConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const uri = env['NEO4J_URI']
  return Object.freeze({
    host: env['TWINFOLD_HOST'] ?? '127.0.0.1',
    port: whole(env, 'TWINFOLD_PORT', 4000, 0, 65_535),
    dataDirectory: env['TWINFOLD_DATA'] ?? '.data',
    demo: oneOf(env, 'TWINFOLD_DEMO', ['on', 'off'], 'on') === 'on',
    tenant: 'main',
    neo4j: uri === undefined || uri === '' ? undefined : { uri, username: env['NEO4J_USERNAME'] ?? 'neo4j', password: env['NEO4J_PASSWORD'] ?? '', database: env['NEO4J_DATABASE'] ?? 'neo4j' },
    neo4jHeapMb: whole(env, 'TWINFOLD_NEO4J_HEAP_MB', 1_024, 256, 65_536),
    neo4jPageCacheMb: whole(env, 'TWINFOLD_NEO4J_PAGE_CACHE_MB', 384, 16, 65_536),
    production: env['NODE_ENV'] === 'production',
    logLevel: oneOf(env, 'TWINFOLD_LOG', ['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'info'),
    limits,
    environment: env,
  })
}

function whole(env: Readonly<Record<string, string | undefined>>, name: string, fallback: number, least: number, most: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new ConfigError(`${name} is ${JSON.stringify(text)}; it takes a whole number from ${least} to ${most}.`)
}

function oneOf<T extends string>(env: Readonly<Record<string, string | undefined>>, name: string, values: readonly T[], fallback: T): T {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const found = values.find((value) => value === text)
  if (found) return found
  throw new ConfigError(`${name} is ${JSON.stringify(text)}; it takes ${values.join(', ')}.`)
}
