import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(readme)?.[1] ?? ''

test('the first query of the README gives the answer that the README shows', async () => {
  await using app = await openTestApp({ demo: true })
  expect(await app.ask(block('graphql'))).toEqual(JSON.parse(block('json')))
})
