import { serverAudits } from 'graphql-http'
import { afterAll, describe, expect, it } from 'vitest'
import { createTrialApi } from './api.ts'

const api = await createTrialApi()
afterAll(() => api[Symbol.asyncDispose]())

/** The public audits of GraphQL over HTTP; a MUST that fails is an error, a SHOULD a warning. */
describe('GraphQL over HTTP', () => {
  const warned: string[] = []
  const audits = serverAudits({ url: `${api.url}/graphql`, fetchFn: fetch })

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
    const result = await audit.fn()
    if (result.status === 'warn') warned.push(`${result.id} ${result.name}: ${result.reason}`)
    expect(result.status === 'error' ? result.reason : undefined).toBeUndefined()
  })

  it('was held to all audits, with few warnings', () => {
    expect(audits.length).toBeGreaterThan(50)
    expect(warned.length, warned.join('\n')).toBeLessThanOrEqual(3)
  })
})
