import type { Environment } from '../../util/environment.ts'
import type { MqttSourceDefinition, SourceDefinition, SubscriptionDefinition } from './definition.ts'
import { checkMapping } from './mapping.ts'
import { createMemberReader, type MemberReader, type SourcesProblem } from './member-reader.ts'
import { namesOf, parseTopicTemplate, toFilter } from './topic-template.ts'

export type ParsedSources =
  | { readonly ok: true; readonly sources: readonly SourceDefinition[] }
  | { readonly ok: false; readonly problems: readonly SourcesProblem[] }

/**
 * Checks the sources file, `{ "sources": [ { "id", "kind": "mqtt", "url", … } ] }`, and says everything that is wrong at once. The environment is that
 * in which passwords are looked up; they do not come into the definitions.
 */
export function parseSources(document: unknown, environment: Environment): ParsedSources {
  const problems: SourcesProblem[] = []
  const file = createMemberReader(document, '', problems)
  const readers = file.items('sources', 'sources, such as { "id": "plant-broker", "kind": "mqtt", "url": "mqtt://127.0.0.1:1883", "subscriptions": […] }')
  file.finish()
  const sources = readers.map((reader) => parseMqttSource(reader, environment))
  for (const [index, source] of sources.entries()) {
    const reader = readers[index]
    const before = sources.slice(0, index)
    if (source.id !== '' && before.some(({ id }) => id === source.id)) reader?.refuse('id', `There is a source ${JSON.stringify(source.id)} already; give each an id of its own.`)
    else if (before.some(({ url, clientId }) => url === source.url && clientId === source.clientId)) reader?.refuse('clientId', `Another source connects to ${source.url} as ${JSON.stringify(source.clientId)}, and a broker knows a client id once; give this one another.`)
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, sources }
}

function parseMqttSource(reader: MemberReader, environment: Environment): MqttSourceDefinition {
  const id = reader.required('id', 'a name for the source, such as "plant-broker"')
  const kind = reader.oneOf('kind', undefined, ['mqtt'])
  const url = reader.required('url', 'the broker\'s address, such as "mqtt://127.0.0.1:1883"')
  const passwordVariable = reader.text('passwordVariable')
  const source: MqttSourceDefinition = {
    id,
    kind,
    url,
    username: reader.text('username'),
    passwordVariable,
    clientId: reader.text('clientId') ?? `twinfold-${id}`,
    sessionExpirySeconds: reader.whole('sessionExpirySeconds', 86_400, { least: 0, most: 4_294_967_294 }),
    receiveMaximum: reader.whole('receiveMaximum', 100, { least: 1, most: 65_535 }),
    share: reader.text('share'),
    subscriptions: reader.items('subscriptions', 'subscriptions, such as { "topic": "plants/{twin}/telemetry" }').map(parseSubscription),
  }
  reader.finish()

  if (!/^[A-Za-z0-9._-]*$/.test(id)) reader.refuse('id', `${JSON.stringify(id)} cannot be used; take letters, digits, '.', '_' and '-'.`)
  if (url !== '') checkUrl(url, reader)
  if (passwordVariable !== undefined && (environment[passwordVariable] ?? '') === '') reader.refuse('passwordVariable', `The environment variable ${passwordVariable} is not set; set it to the password.`)
  if (source.share !== undefined && /[/+#]/.test(source.share)) reader.refuse('share', 'The name of a group cannot have /, + or #; give it a plain name, such as "twinfold".')
  const filters = source.subscriptions.map(({ topic }) => toFilter(topic))
  const again = filters.find((filter, index) => filter !== '' && filters.indexOf(filter) !== index)
  if (again !== undefined) reader.refuse('subscriptions', `Two subscriptions are of ${again}; leave one out.`)
  return source
}

const schemes: ReadonlySet<string> = new Set(['mqtt:', 'mqtts:', 'ws:', 'wss:'])

function checkUrl(text: string, reader: MemberReader): void {
  const url = URL.parse(text)
  if (url === null || !schemes.has(url.protocol) || url.hostname === '') reader.refuse('url', `${JSON.stringify(text)} is no address of a broker; it takes mqtt://, mqtts://, ws:// or wss:// with a host.`)
  else if (url.username !== '' || url.password !== '') reader.refuse('url', 'The address has a user or a password in it, and addresses are shown; set username and passwordVariable.')
}

function parseSubscription(reader: MemberReader): SubscriptionDefinition {
  const text = reader.required('topic', 'a topic, such as "plants/{twin}/telemetry"')
  const { template, problems } = parseTopicTemplate(text)
  if (text !== '') for (const message of problems) reader.refuse('topic', message)
  const mapping = reader.text('mapping')
  const subscription: SubscriptionDefinition = {
    topic: template,
    payload: reader.oneOf('payload', 'json', ['json', 'number', 'text']),
    mapping,
    telemetry: reader.text('telemetry'),
    origin: reader.text('origin'),
  }
  reader.finish()
  const unmapped = mapping === undefined ? checkTarget(subscription) : checkMapping(mapping)
  if (text !== '' && unmapped !== undefined) reader.refuse(mapping === undefined ? 'topic' : 'mapping', unmapped)
  return subscription
}

/** Whether a payload without a mapping can be told whose value it is. */
function checkTarget({ topic, payload, telemetry }: SubscriptionDefinition): string | undefined {
  const names = new Set(namesOf(topic))
  if (names.has('name') && telemetry !== undefined) return 'The topic names the telemetry, and so does "telemetry"; leave one out.'
  const isValue = payload !== 'json' || names.has('name') || telemetry !== undefined
  if (payload !== 'json' && !names.has('name') && telemetry === undefined) return `A ${payload} is the value of one telemetry; put {name} into the topic, or set "telemetry".`
  return isValue && !names.has('twin') ? 'The payload is a value, and nothing says whose; put {twin} into the topic.' : undefined
}
