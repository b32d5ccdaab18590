/**
 * A topic with names for its levels: `plants/{twin}/telemetry/{name}`. `{x}` is any one level, `+` one that nobody asks for, and `{x...}` or `#` at the
 * end all that follow, none included. As an MQTT filter every `{x}` is a `+` (MQTT 5, section 4.7).
 */
export interface TopicTemplate {
  readonly text: string
  readonly levels: readonly Level[]
}

type Level =
  | { readonly kind: 'literal'; readonly text: string }
  /** `name` undefined: a bare wildcard. */
  | { readonly kind: 'one'; readonly name: string | undefined }
  | { readonly kind: 'rest'; readonly name: string | undefined }

/** Name → what the topic has there. */
export type Bindings = ReadonlyMap<string, string>

/** Problems are sentences that say what to do. */
export function parseTopicTemplate(text: string): { readonly template: TopicTemplate; readonly problems: readonly string[] } {
  const parts = text.split('/')
  const problems: string[] = []
  const levels = parts.map((part, index) => parseLevel(part, index === parts.length - 1, problems))
  if (text === '') problems.push('The topic is empty; give one such as plants/{twin}/telemetry.')
  if (text.includes('\0')) problems.push('A topic cannot have a NUL character; leave it out.')
  if (Buffer.byteLength(text) > longestTopic) problems.push(`A topic has at most ${longestTopic} bytes; shorten it.`)
  if (parts[0] === '$share') problems.push('Shared subscriptions are not written into the topic; set "share" on the source to the group, and give the topic alone.')
  for (const name of twice(namesOf({ text, levels }))) problems.push(`{${name}} stands in the topic twice; give each level a name of its own.`)
  return { template: { text, levels }, problems }
}

/** Bytes that MQTT's length of a string can say. */
const longestTopic = 65_535
const nameOf = /^\{([A-Za-z][A-Za-z0-9_]*)(\.\.\.)?\}$/

function parseLevel(part: string, isLast: boolean, problems: string[]): Level {
  const [, name, rest] = nameOf.exec(part) ?? []
  if (part === '#' || rest !== undefined) {
    if (!isLast) problems.push(`${part} stands for all the levels that follow; put it at the end, or use a wildcard for one level.`)
    return { kind: 'rest', name }
  }
  if (part === '+' || name !== undefined) return { kind: 'one', name }
  if (/[{}+#]/.test(part)) problems.push(`${part} cannot be a level of a topic: a wildcard is a whole level, such as {twin} or {rest...}, its name of letters, digits and _. Take the level apart with a mapping.`)
  return { kind: 'literal', text: part }
}

/** The names that the template binds, in its order. */
export const namesOf = ({ levels }: TopicTemplate): readonly string[] => levels.flatMap((level) => (level.kind === 'literal' || level.name === undefined ? [] : [level.name]))

const twice = (names: readonly string[]): ReadonlySet<string> => new Set(names.filter((name, index) => names.indexOf(name) !== index))

export const toFilter = ({ levels }: TopicTemplate): string => levels.map((level) => (level.kind === 'literal' ? level.text : level.kind === 'one' ? '+' : '#')).join('/')

/** What the names stand for in the topic; undefined where the template's filter does not match it. */
export function matchTopic({ levels }: TopicTemplate, topic: string): Bindings | undefined {
  if (topic.startsWith('$') && levels[0]?.kind !== 'literal') return undefined // MQTT 5, 4.7.2: a broker's own topics take no wildcard for their first level
  const parts = topic.split('/')
  const bindings = new Map<string, string>()
  for (const [index, level] of levels.entries()) {
    if (level.kind === 'rest') {
      if (level.name !== undefined) bindings.set(level.name, parts.slice(index).join('/'))
      return bindings
    }
    const part = parts[index]
    if (part === undefined || (level.kind === 'literal' && level.text !== part)) return undefined
    if (level.kind === 'one' && level.name !== undefined) bindings.set(level.name, part)
  }
  return parts.length === levels.length ? bindings : undefined
}
