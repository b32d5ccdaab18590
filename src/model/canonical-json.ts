/**
 * The JSON text of a value with every object's keys in code-unit order: equal values have equal texts, however they were written.
 * Iterative, so that no depth of nesting overflows the stack.
 */
export function canonicalJson(value: unknown): string {
  let text = ''
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (next instanceof Literal) text += next.text
    else if (Array.isArray(next)) open.push(...between('[', next.map((item: unknown): unknown => item), ']').reverse())
    else if (typeof next === 'object' && next !== null) open.push(...between('{', members(next), '}').reverse())
    else text += typeof next === 'bigint' ? String(next) : JSON.stringify(next) ?? 'null'
  }
  return text
}

/** Text that is written as it is. */
class Literal {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A key and its value, as one item of an object. */
class Member {
  readonly key: string
  readonly value: unknown
  constructor(key: string, value: unknown) {
    this.key = key
    this.value = value
  }
}

const members = (object: object): readonly Member[] =>
  Object.entries(object).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([key, value]) => new Member(key, value))

function between(start: string, items: readonly unknown[], end: string): unknown[] {
  const parts: unknown[] = [new Literal(start)]
  for (const [index, item] of items.entries()) {
    if (index > 0) parts.push(new Literal(','))
    if (item instanceof Member) parts.push(new Literal(`${JSON.stringify(item.key)}:`), item.value)
    else parts.push(item)
  }
  parts.push(new Literal(end))
  return parts
}
