import { describe, expect, it } from 'vitest'
import { ConfigError, createConfig } from '../../src/config.ts'

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    createConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  return []
}

describe('The configuration', () => {
  it('needs nothing: an embedded store beside the code, the loopback, port 4000, and the demo', () => {
    expect(createConfig({})).toMatchObject({
      host: '127.0.0.1', port: 4000, dataDirectory: '.data', demo: true, tenant: 'main', neo4j: undefined, telemetryUrl: undefined, redisUrl: undefined, sourcesFile: undefined, production: false, introspection: true, logLevel: 'info',
      limits: { bodyBytes: 8_000_000, pageSize: 1_000, cost: 1_000_000, operationTimeoutMs: 30_000, drainMs: 10_000 },
    })
  })

  it('is what the environment says', () => {
    expect(createConfig({
      TWINFOLD_HOST: '::1', TWINFOLD_PORT: '0', TWINFOLD_DATA: '/var/town', TWINFOLD_DEMO: 'off', NEO4J_URI: 'neo4j://db:7687', NEO4J_USERNAME: 'ada', NEO4J_PASSWORD: 'p', NEO4J_DATABASE: 'town',
      TWINFOLD_TELEMETRY_URL: 'postgres://t', TWINFOLD_REDIS_URL: 'rediss://r', TWINFOLD_SOURCES: '/etc/twinfold/sources.json', NODE_ENV: 'production', TWINFOLD_INTROSPECTION: 'off', TWINFOLD_LOG: 'silent', TWINFOLD_MAX_COST: '5000', TWINFOLD_OPERATION_TIMEOUT_MS: '1000',
    })).toMatchObject({
      host: '::1', port: 0, dataDirectory: '/var/town', demo: false, neo4j: { uri: 'neo4j://db:7687', username: 'ada', password: 'p', database: 'town' },
      telemetryUrl: 'postgres://t', redisUrl: 'rediss://r', sourcesFile: '/etc/twinfold/sources.json', production: true, introspection: false, logLevel: 'silent', limits: { cost: 5_000, operationTimeoutMs: 1_000 },
    })
  })

  it('takes an empty variable for one that is not set', () => {
    expect(createConfig({ TWINFOLD_PORT: '', NEO4J_URI: '', TWINFOLD_DEMO: '' })).toMatchObject({ port: 4000, neo4j: undefined, demo: true })
  })

  it('cannot be changed once it is read', () => {
    const config = createConfig({})
    expect([config, config.limits].map((each) => Object.isFrozen(each))).toEqual([true, true])
  })

  it('says everything that is wrong at once, and what would be right', () => {
    expect(problemsOf({ TWINFOLD_PORT: '70000', TWINFOLD_DEMO: 'yes', TWINFOLD_LOG: 'loud', TWINFOLD_MAX_DEPTH: '1.5' })).toEqual([
      'TWINFOLD_PORT is "70000"; it takes a whole number from 0 to 65535.',
      'TWINFOLD_DEMO is "yes"; it takes on or off.',
      'TWINFOLD_LOG is "loud"; it takes fatal, error, warn, info, debug or silent.',
      'TWINFOLD_MAX_DEPTH is "1.5"; it takes a whole number from 1 to 100.',
    ])
  })

  it('takes the address of a Redis for one only where it is one', () => {
    expect(problemsOf({ TWINFOLD_REDIS_URL: 'localhost:6379' })).toEqual([expect.stringContaining('such as redis://127.0.0.1:6379')])
  })

  it('does not listen beyond the loopback while there is no access control', () => {
    expect(problemsOf({ TWINFOLD_HOST: '0.0.0.0' })).toEqual([expect.stringContaining('no access control yet')])
    for (const host of ['127.0.0.1', '::1', 'localhost']) expect(problemsOf({ TWINFOLD_HOST: host })).toEqual([])
  })

  it('knows a variable that is misspelt, and leaves others alone', () => {
    expect(problemsOf({ TWINFOLD_PORTS: '80' })).toEqual(['TWINFOLD_PORTS means nothing here; did you mean TWINFOLD_PORT?'])
    expect(problemsOf({ TWINFOLD_SOMETHING_ELSE: 'x', PORT: '80' })).toEqual([])
  })
})
