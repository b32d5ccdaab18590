import type { Channel, ChannelGround, ChannelSecret, ChannelStore, Delivery } from '../../alert/channel.ts'
import type { Neo4jDatabase } from './database.ts'

const lock = 'MERGE (h:_Alerting {_t: $b.t}) ON CREATE SET h.revision = 0, h.rules = 0 SET h.lock = timestamp() WITH h'
const shown = 'c {.id, .name, .kind, .url, .headers, .secretKind, .secret, .isEnabled}'

const look = `${lock}
RETURN head(COLLECT { MATCH (c:_AlertChannel {_t: $b.t, id: $b.id}) RETURN ${shown} }) AS channel, COUNT { MATCH (c:_AlertChannel {_t: $b.t}) } AS count,
  COLLECT { MATCH (c:_AlertChannel) USING INDEX c:_AlertChannel(_t, id) WHERE c._t = $b.t AND c.id STARTS WITH $b.id AND (c.id = $b.id OR c.id STARTS WITH $b.id + '-') RETURN c.id } AS taken`
const write = `MERGE (c:_AlertChannel {_t: $b.t, id: $b.columns.id})
ON CREATE SET c.createdTime = datetime({epochMillis: timestamp()}), c.createdBy = $b.actor
SET c += $b.columns, c.trouble = null RETURN c.id AS id`
const remove = `${lock}
OPTIONAL MATCH (c:_AlertChannel {_t: $b.t, id: $b.id})
WITH c, COLLECT { MATCH (r:_Rule {_t: $b.t}) WHERE $b.id IN r.notify RETURN r.id ORDER BY r.id LIMIT 20 } AS usedBy
WITH c, usedBy, c IS NOT NULL AND size(usedBy) = 0 AS isFree
CALL (isFree) {
  MATCH (d:_AlertDelivery {_t: $b.t, state: 'PENDING', channel: $b.id}) WHERE isFree SET d.state = 'DEAD', d.lastError = 'The channel was deleted.', d.endedAtMs = timestamp() RETURN count(*) AS ended
}
FOREACH (each IN CASE WHEN isFree THEN [c] ELSE [] END | DELETE each)
RETURN c IS NOT NULL AS found, usedBy`
const find = `RETURN COLLECT { UNWIND $b.ids AS id MATCH (c:_AlertChannel {_t: $b.t, id: id}) RETURN ${shown} } AS channels`
const all = `RETURN COLLECT { MATCH (c:_AlertChannel {_t: $b.t}) RETURN ${shown} } AS channels`
const setTrouble = 'OPTIONAL MATCH (c:_AlertChannel {_t: $b.t, id: $b.id}) WHERE coalesce(c.trouble, \'\') <> coalesce($b.trouble, \'\') SET c.trouble = $b.trouble RETURN count(c) AS set'

/** By the order in which alerts changed; of one change in that of ids. Before the projection: behind it, `d` has only what is projected. */
const inOrder = 'ORDER BY d.place, d.id'
const waiting = `RETURN timestamp() AS now, COLLECT { MATCH (c:_AlertChannel {_t: $b.t, isEnabled: true})
  CALL (c) { MATCH (d:_AlertDelivery {_t: $b.t, state: 'PENDING', channel: c.id}) RETURN d ${inOrder} LIMIT 1 }
  RETURN {channel: ${shown}, dueAtMs: d.dueAtMs} } AS channels`
const next = `RETURN timestamp() AS now, COLLECT { MATCH (d:_AlertDelivery {_t: $b.t, state: 'PENDING', channel: $b.channel})
  WITH d ${inOrder} LIMIT toInteger($b.limit) RETURN d {.id, .channel, .alert, .event, .payload, .attempts, .dueAtMs} } AS deliveries`
const delivered = `OPTIONAL MATCH (d:_AlertDelivery {_t: $b.t, id: $b.id})
SET d.state = 'DELIVERED', d.attempts = d.attempts + 1, d.lastError = null, d.endedAtMs = timestamp(), d.deliveredTime = datetime({epochMillis: timestamp()}) RETURN count(d) AS found`
const failed = `OPTIONAL MATCH (d:_AlertDelivery {_t: $b.t, id: $b.id}) WHERE d.state = 'PENDING'
SET d.attempts = d.attempts + 1, d.lastError = $b.error, d.state = CASE WHEN $b.retryInMs IS NULL THEN 'DEAD' ELSE 'PENDING' END,
  d.endedAtMs = CASE WHEN $b.retryInMs IS NULL THEN timestamp() ELSE null END, d.dueAtMs = CASE WHEN $b.retryInMs IS NULL THEN d.dueAtMs ELSE timestamp() + $b.retryInMs END
RETURN count(d) AS found`
const redeliver = `RETURN COLLECT { UNWIND $b.ids AS id MATCH (d:_AlertDelivery {_t: $b.t, id: id}) RETURN d.id } AS ids`
const putBack = `UNWIND $b.ids AS id MATCH (d:_AlertDelivery {_t: $b.t, id: id}) SET d.state = 'PENDING', d.attempts = 0, d.dueAtMs = timestamp(), d.endedAtMs = null, d.deliveredTime = null RETURN count(*) AS found`
const forget = `CALL () { MATCH (d:_AlertDelivery) USING INDEX d:_AlertDelivery(_t, state, channel) WHERE d._t = $b.t AND d.state IN ['DELIVERED', 'DEAD'] AND d.endedAtMs < $b.before
  WITH d LIMIT toInteger($b.limit) DELETE d RETURN count(*) AS gone } RETURN gone`

interface ChannelRow extends Omit<Channel, 'headers' | 'secret'> {
  /** JSON. */
  readonly headers: string
  readonly secretKind: ChannelSecret['kind'] | null
  readonly secret: string | null
}

/** Channels as `(:_AlertChannel {_t, id, …})`, and what is to be sent as `(:_AlertDelivery {_t, id, channel, state, place, …})`. */
export function createNeo4jAlertChannels(database: Pick<Neo4jDatabase, 'read' | 'write' | 'transaction'>, tenant: string): ChannelStore {
  const b = (more: Readonly<Record<string, unknown>> = {}): { readonly b: Readonly<Record<string, unknown>> } => ({ b: { t: tenant, ...more } })
  return {
    put: (id, actor, decide) => database.transaction(async (tx) => {
      const { channel, count, taken } = await tx.run({ text: look, parameters: b({ id }) })
      const ground: ChannelGround = { channel: channel === null ? undefined : toChannel(channel as ChannelRow), count: Number(count), taken: new Set(taken as readonly string[]) }
      const decided = decide(ground)
      if (decided.ok) await tx.run({ text: write, parameters: b({ actor, columns: toColumns(decided.value) }) })
      return decided
    }),
    async remove(id) {
      const { found, usedBy } = await database.write({ text: remove, parameters: b({ id }) })
      return found === true ? { usedBy: usedBy as readonly string[] } : undefined
    },
    async find(ids) {
      const { channels } = await database.read({ text: find, parameters: b({ ids }) })
      const byId = new Map((channels as readonly ChannelRow[]).map((row) => [row.id, toChannel(row)]))
      return ids.map((id) => byId.get(id))
    },
    all: async () => ((await database.read({ text: all, parameters: b() }))['channels'] as readonly ChannelRow[]).map(toChannel),
    async setTrouble(id, trouble) {
      await database.write({ text: setTrouble, parameters: b({ id, trouble }) })
    },
    async waiting() {
      const { now, channels } = await database.read({ text: waiting, parameters: b() })
      return (channels as readonly { readonly channel: ChannelRow; readonly dueAtMs: number }[]).map(({ channel, dueAtMs }) => ({ channel: toChannel(channel), dueInMs: dueAtMs - Number(now) }))
    },
    async next(channel, limit) {
      const { now, deliveries } = await database.read({ text: next, parameters: b({ channel, limit: BigInt(limit) }) })
      return (deliveries as readonly (Omit<Delivery, 'dueInMs'> & { readonly dueAtMs: number })[]).map(({ dueAtMs, ...rest }) => ({ ...rest, dueInMs: dueAtMs - Number(now) }))
    },
    async delivered(id) {
      await database.write({ text: delivered, parameters: b({ id }) })
    },
    async failed(id, error, retryInMs) {
      await database.write({ text: failed, parameters: b({ id, error, retryInMs: retryInMs === undefined ? null : BigInt(retryInMs) }) })
    },
    async redeliver(ids) {
      const found = (await database.read({ text: redeliver, parameters: b({ ids }) }))['ids'] as readonly string[]
      if (found.length > 0 && found.length === new Set(ids).size) await database.write({ text: putBack, parameters: b({ ids: found }) })
      return found
    },
    forget: async (before, limit) => Number((await database.write({ text: forget, parameters: b({ before: BigInt(Math.round(before)), limit: BigInt(limit) }) }))['gone']),
  }
}

const toChannel = ({ headers, secretKind, secret, ...rest }: ChannelRow): Channel => ({ ...rest, headers: JSON.parse(headers) as Channel['headers'], secret: toSecret(secretKind, secret) })

const toSecret = (kind: ChannelRow['secretKind'], text: string | null): ChannelSecret | null =>
  (kind === null || text === null ? null : kind === 'given' ? { kind, value: text } : { kind, name: text })

function toColumns({ headers, secret, ...rest }: Channel): Readonly<Record<string, unknown>> {
  return {
    ...rest, headers: JSON.stringify(headers), headerNames: Object.keys(headers), secretKind: secret?.kind ?? null, secret: secret === null ? null : secret.kind === 'given' ? secret.value : secret.name,
    isSigned: secret !== null, secretVariable: secret?.kind === 'environment' ? secret.name : null,
  }
}
