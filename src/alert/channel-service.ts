import { type Conflict, type Invalid, type ItemProblem, type LimitReached, type NotFound, toInvalid } from '../problem.ts'
import { freeId, toSlug } from '../scenario/slug.ts'
import { idRule, isValidId } from '../twin/id.ts'
import { done, refused, type Result } from '../util/result.ts'
import type { Channel, ChannelSecret, ChannelStore } from './channel.ts'
import { sayer } from './check-condition.ts'
import { newSecret, secretBytes } from './sign-webhook.ts'

export interface ChannelRequest {
  readonly id?: string | null
  readonly name: string
  readonly kind?: Channel['kind'] | null
  readonly url: string
  readonly secret?: string | null
  readonly secretVariable?: string | null
  /** Texts by name. */
  readonly headers?: unknown
  readonly isEnabled?: boolean | null
}

/** Absent: as it is. */
export type ChannelChanges = Partial<Omit<ChannelRequest, 'id' | 'kind'>>

export interface MadeChannel {
  readonly channel: Channel
  /** One that was made for it, which is told this once. */
  readonly secret: string | null
}

/** Channels as clients make and change them. Fails with STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
export interface ChannelService {
  create(request: ChannelRequest, actor: string): Promise<Result<MadeChannel, Invalid | Conflict | LimitReached>>
  update(id: string, changes: ChannelChanges, actor: string): Promise<Result<Channel, Invalid | NotFound>>
  remove(id: string): Promise<Result<string, NotFound | Conflict>>
  redeliver(ids: readonly string[]): Promise<Result<readonly string[], NotFound | LimitReached>>
}

export interface ChannelServiceConfig {
  readonly store: ChannelStore
  /** Tells whether the server may call a URL. */
  readonly mayCall: (url: URL) => boolean
  /** There may be something to send. */
  readonly onChanged: () => void
}

const [mostChannels, mostAtOnce] = [200, 1_000]

export function createChannelService({ store, mayCall, onChanged }: ChannelServiceConfig): ChannelService {
  return {
    async create(request, actor) {
      const isOwn = typeof request.secret === 'string' || typeof request.secretVariable === 'string'
      const secret = isOwn || request.kind === 'ALERTMANAGER' ? null : newSecret()
      const problems: ItemProblem[] = []
      const channel = checkChannel({ ...request, ...(secret !== null && { secret }) }, ['channel'], mayCall, problems)
      const wrong = toInvalid(problems)
      if (wrong) return refused(wrong)
      const put = await store.put(channel.id, actor, ({ taken, count }) => {
        if (count >= mostChannels) return refused({ kind: 'LimitReached', code: 'TOO_LARGE', message: `There are ${count} channels, as many as there can be.`, limit: mostChannels, actual: count + 1 })
        if (typeof request.id === 'string' && taken.has(channel.id)) return refused({ kind: 'Conflict', code: 'ALREADY_EXISTS', message: `There is a channel ${JSON.stringify(channel.id)}. Choose another id, or leave it out to get one.`, path: ['channel', 'id'] })
        return done({ ...channel, id: freeId(channel.id, taken) })
      }) as Result<Channel, Invalid | Conflict | LimitReached>
      return put.ok ? done({ channel: put.value, secret }) : put
    },
    async update(id, changes, actor) {
      let problems: ItemProblem[] = []
      const put = await store.put(id, actor, ({ channel }) => {
        if (!channel) return refused(unknown('channel', id))
        const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null && value !== undefined))
        const isResecured = 'secret' in given || 'secretVariable' in given
        const { secret, ...rest } = channel
        problems = [] // a transaction may be repeated
        if (isElsewhere(channel, given['url'])) sayMissing(channel, given, problems)
        const next = checkChannel({ ...rest, ...given, id }, ['set'], mayCall, problems)
        const wrong = toInvalid(problems)
        return wrong ? refused(wrong) : done({ ...next, secret: isResecured ? next.secret : secret })
      }) as Result<Channel, Invalid | NotFound>
      onChanged()
      return put
    },
    async remove(id) {
      const removed = await store.remove(id)
      if (!removed) return refused(unknown('channel', id))
      if (removed.usedBy.length === 0) return done(id)
      return refused({ kind: 'Conflict', code: 'CHANNEL_IN_USE', message: `The rules ${removed.usedBy.join(', ')} tell the channel ${JSON.stringify(id)}. Take it out of them first.`, path: ['id'] })
    },
    async redeliver(ids) {
      if (ids.length > mostAtOnce) return refused({ kind: 'LimitReached', code: 'TOO_LARGE', message: `At most ${mostAtOnce} messages are sent anew at once, not ${ids.length}.`, path: ['ids'], limit: mostAtOnce, actual: ids.length })
      const found = new Set(await store.redeliver(ids))
      const missing = ids.findIndex((id) => !found.has(id))
      if (missing >= 0) return refused(unknown('delivery', ids[missing] ?? '', ['ids', String(missing)]))
      onChanged()
      return done(ids)
    },
  }
}

const unknown = (what: string, id: string, path: readonly string[] = ['id']): NotFound => ({ kind: 'NotFound', code: 'NOT_FOUND', message: `There is no ${what} ${JSON.stringify(id.slice(0, 80))}.`, path, id })

function checkChannel(request: ChannelRequest, path: readonly string[], mayCall: (url: URL) => boolean, problems: ItemProblem[]): Channel {
  const say = sayer(problems, path)
  const { id, name, url, secret, secretVariable } = request
  const kind = request.kind ?? 'WEBHOOK'
  if (name.trim() === '' || [...name].length > 200 || !name.isWellFormed() || /\p{Cc}/u.test(name)) say('INVALID_INPUT', ['name'], 'A channel\'s name has 1 to 200 characters, not all of them blank and none a control character.')
  if (typeof id === 'string' && !isValidId(id)) say('INVALID_ID', ['id'], `${JSON.stringify(id.slice(0, 80))} cannot be a channel's id. ${idRule}`)
  const wrongUrl = urlProblem(url, mayCall)
  if (wrongUrl !== undefined) say('INVALID_INPUT', ['url'], wrongUrl)
  if (typeof secret === 'string' && typeof secretVariable === 'string') say('INVALID_INPUT', ['secret'], 'Give the secret, or the variable that holds it, not both.')
  if (typeof secret === 'string' && !secretBytes(secret)) say('INVALID_INPUT', ['secret'], 'A secret is whsec_ and 24 to 64 bytes in base64.')
  if (typeof secretVariable === 'string' && !/^[A-Za-z_]\w{0,199}$/.test(secretVariable)) say('INVALID_NAME', ['secretVariable'], `${JSON.stringify(secretVariable.slice(0, 80))} is no name of an environment variable.`)
  const own: ChannelSecret | null = typeof secretVariable === 'string' ? { kind: 'environment', name: secretVariable } : typeof secret === 'string' ? { kind: 'given', value: secret } : null
  if (own && kind === 'ALERTMANAGER') say('INVALID_INPUT', ['secret'], 'Alertmanager knows no signatures. Give it a header, such as authorization.')
  return { id: id ?? (/[\p{L}\p{N}]/u.test(name) ? toSlug(name) : 'channel'), name, kind, url, headers: checkHeaders(request.headers, [...path, 'headers'], problems), secret: own, isEnabled: request.isEnabled ?? true }
}

const isElsewhere = ({ url }: Channel, next: unknown): boolean => typeof next === 'string' && URL.parse(next)?.host !== URL.parse(url)?.host

/** What one host is trusted with is not sent to another because somebody changed an address. */
function sayMissing({ headers, secret }: Channel, given: Readonly<Record<string, unknown>>, problems: ItemProblem[]): void {
  const say = sayer(problems, ['set'])
  if (Object.keys(headers).length > 0 && !('headers' in given)) say('MISSING_INPUT', ['headers'], 'The address is of another host: say which headers it is sent, {} for none.')
  if (secret && !('secret' in given || 'secretVariable' in given)) say('MISSING_INPUT', ['secret'], 'The address is of another host: say what its messages are signed with, by secret or secretVariable.')
}

function urlProblem(text: string, mayCall: (url: URL) => boolean): string | undefined {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol) || text.length > 2_000) return `${JSON.stringify(text.slice(0, 80))} is no address: it begins with http:// or https://, and has at most 2,000 characters.`
  if (url.username !== '' || url.password !== '') return 'Names and passwords do not belong in an address, which everybody sees. Give a header, such as authorization.'
  return mayCall(url) ? undefined : `${url.host} is no host that alerts may be sent to. Name it in TWINFOLD_ALERT_HOSTS.`
}

/** Those that say how a message travels, or what it is, are not a client's to set. */
const ownHeaders = /^(?:host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|content-.*|webhook-.*|proxy-.*|cookie)$/i

function checkHeaders(given: unknown, path: readonly string[], problems: ItemProblem[]): Readonly<Record<string, string>> {
  if (given === undefined || given === null) return {}
  const say = sayer(problems, path)
  if (typeof given !== 'object' || Array.isArray(given)) {
    say('WRONG_TYPE', [], 'Give an object of texts, such as { "authorization": "Bearer …" }.')
    return {}
  }
  const entries = Object.entries(given as Readonly<Record<string, unknown>>)
  if (entries.length > 20) say('TOO_LARGE', [], `There are at most 20 headers, not ${entries.length}.`)
  return Object.fromEntries(entries.flatMap(([name, value]): readonly (readonly [string, string])[] => {
    if (!/^[A-Za-z0-9-]{1,100}$/.test(name) || ownHeaders.test(name)) say('INVALID_NAME', [name.slice(0, 100)], `${JSON.stringify(name.slice(0, 80))} cannot be set as a header.`)
    else if (typeof value !== 'string' || value.length > 2_000 || !/^[\x20-\x7e]*$/.test(value)) say('WRONG_TYPE', [name], `${name} is a text of at most 2,000 characters of ASCII, none of them a control character.`)
    else return [[name.toLowerCase(), value]]
    return []
  }))
}
