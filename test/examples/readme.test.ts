import { readFileSync } from 'node:fs'
import { expect, inject, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createConfig } from '../../src/config.ts'
import { freshTenant } from '../support/neo4j.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(readme)?.[1] ?? ''

test('the first query of the README gives the answer that the README shows', async () => {
  const { uri, username, password, database = 'neo4j' } = inject('neo4j')
  await using app = await createApp({ ...createConfig({}), port: 0, demo: true, tenant: freshTenant('readme'), logLevel: 'silent', neo4j: { uri, username, password, database } })
  const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: block('graphql') }) })
  expect(await response.json()).toEqual(JSON.parse(block('json')))
})
