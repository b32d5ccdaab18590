import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, describe, expect, it } from 'vitest'
import { createConfig } from '../../src/config.ts'
import { addGraphiql } from '../../src/http/graphiql.ts'
import { createInFlight } from '../../src/http/in-flight.ts'
import { createHttpServer } from '../../src/http/server.ts'
import { logTo } from '../../src/observe/log.ts'
import { until } from './api.ts'

const config = createConfig()
const cache = await mkdtemp(join(tmpdir(), 'twinfold-graphiql-'))
const lines: string[] = []
function open(): FastifyInstance {
  const log = logTo({ write: (line) => void lines.push(line) }, 'info')
  const server = createHttpServer({ limits: config.limits, inFlight: createInFlight(), log })
  addGraphiql(server, { environment: config.environment, cache, log })
  return server
}
const server = open()
const get = (url: string) => server.inject({ url })

afterAll(async () => {
  await server.close()
  await rm(cache, { recursive: true, force: true })
})

describe('GraphiQL', () => {
  it('says that it is being built, and is there when it is', async () => {
    const waiting = await get('/graphiql')
    expect([waiting.statusCode, waiting.headers['retry-after'], waiting.headers['content-type']]).toEqual([503, '2', 'text/html; charset=utf-8'])
    expect(waiting.body).toContain('http-equiv="refresh"')
    await until(async () => (await get('/graphiql')).statusCode === 200, 'it is built', 60_000)
    expect(lines).toEqual([])
  })

  it('comes from this server alone, under a policy that allows nothing else', async () => {
    const { body, headers } = await get('/graphiql')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain(`default-src 'none'; script-src 'self';`)
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe/)
    const urls = [...body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url = '']) => url)
    expect(urls.length).toBeGreaterThan(1)
    expect(urls.filter((url) => !url.startsWith('/graphiql/assets/') && url !== 'data:,')).toEqual([])
    for (const url of urls.filter((each) => each.startsWith('/'))) {
      const asset = await get(url)
      expect([url, asset.statusCode, asset.headers['cache-control']]).toEqual([url, 200, 'public, max-age=31536000, immutable'])
      expect(asset.headers['content-type']).toMatch(/^text\/(javascript|css); charset=utf-8$/)
    }
  })

  it('loads no style or font from elsewhere', async () => {
    const [directory = ''] = await readdir(join(cache, 'graphiql'))
    const names = await readdir(join(cache, 'graphiql', directory, 'assets'))
    const styles = names.filter((name) => name.endsWith('.css'))
    expect(styles.length).toBeGreaterThan(0)
    for (const name of styles) expect((await get(`/graphiql/assets/${name}`)).body).not.toMatch(/(url\(|@import)\s*["']?(https?:)?\/\//)
    expect(names.some((name) => name.includes('graphql.worker'))).toBe(true)
  })

  it('serves its assets and no other file', async () => {
    for (const path of ['nothing.js', '..%2Findex.html', '%2e%2e%2f%2e%2e%2fpackage.json']) expect((await get(`/graphiql/assets/${path}`)).statusCode).toBe(404)
  })

  it('is built once: another server shows it at once', async () => {
    const other = open()
    expect((await other.inject({ url: '/graphiql' })).statusCode).toBe(200)
    await other.close()
  })
})
