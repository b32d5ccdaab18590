import type { TestApp } from '../support/app.ts'

/** When the last change of a tenant was committed, in ms since 1970. */
export async function lastStamp({ app }: TestApp): Promise<number> {
  const { at } = await app.database.read({ text: 'MATCH (h:_Head {_t: $b.t}) RETURN h.at AS at', parameters: { b: { t: app.config.tenant } } })
  return Number(at)
}
