import { subscribeRaw } from './raw-subscriber.ts'

/** Changes a second, from the beginning of the journal to its end, for one subscriber. */
export async function measureReplay(url: string, withProperties: boolean): Promise<{ readonly changes: number; readonly perSecond: number }> {
  const first = Buffer.from('j1:0').toString('base64url')
  const query = `subscription { changes(after: "${first}") { __typename ... on Change { cursor kind twinId${withProperties ? ' properties { name before after }' : ''} } ... on CaughtUp { cursor } } }`
  let changes = 0
  const { promise: ended, resolve: end } = Promise.withResolvers<number>()
  const start = performance.now()
  const subscriber = await subscribeRaw(url, { query }, (frame) => {
    if (frame.includes('"CaughtUp"')) end(performance.now())
    else changes += 1
  })
  const seconds = (await ended - start) / 1_000
  subscriber.end()
  return { changes, perSecond: changes / seconds }
}
