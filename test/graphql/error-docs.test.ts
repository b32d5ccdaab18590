import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { failureCodes } from '../../src/errors.ts'
import { errorDocs } from '../../src/graphql/error-docs.ts'
import { problemCodes } from '../../src/problem.ts'

const written = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8')

describe('docs/errors.md', () => {
  it('is what the registries of the code say; run `npm run docs:errors` where it is not', () => {
    expect(written).toBe(errorDocs())
  })

  it('has every code once', () => {
    const codes = [...written.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code)
    expect(codes).toEqual(expect.arrayContaining([...Object.keys(problemCodes), ...Object.keys(failureCodes)]))
    expect(new Set(codes).size).toBe(codes.length)
  })
})
