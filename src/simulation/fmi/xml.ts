export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
}

/** What a parser of untrusted files gives: the value, or one sentence on what is wrong. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value })
export const unparsable = (problem: string): { readonly ok: false; readonly problem: string } => ({ ok: false, problem })

export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined => element?.children.find((child) => child.name === name)

const deepest = 100
const opening = /<([A-Za-z_:\u0080-\uFFFF][\w.:\-\u0080-\uFFFF]*)/y
const attribute = /\s+([A-Za-z_:\u0080-\uFFFF][\w.:\-\u0080-\uFFFF]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y
const ending = /\s*(\/?)>/y
const closing = /<\/([^\s<>/]+)\s*>/y
const entities: ReadonlyMap<string, string> = new Map([['lt', '<'], ['gt', '>'], ['amp', '&'], ['quot', '"'], ['apos', '\'']])

/** Markup without elements, by how it begins and ends. What else begins with `<!` could define entities, and is refused. */
const passages = [['<!--', '-->'], ['<?', '?>'], ['<![CDATA[', ']]>']] as const

class XmlProblem extends Error {
  override readonly name = 'XmlProblem'
}

/**
 * The root element of a document (XML 1.0); text between elements is left out. Descriptions of FMUs have megabytes and are read on the thread that answers
 * queries, which a parser that can do more holds up several times as long. Each character is looked at a bounded number of times, whatever they are.
 */
export function parseXml(text: string): Parsed<XmlElement> {
  try {
    return parsed(readDocument(text))
  } catch (error) {
    if (error instanceof XmlProblem) return unparsable(`it is not XML that is taken: ${error.message}`)
    throw error
  }
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[]
}

function readDocument(text: string): XmlElement {
  const open: OpenElement[] = []
  let root: XmlElement | undefined
  let position = 0
  for (;;) {
    const next = text.indexOf('<', position)
    if (open.length === 0 && isText(text, position, next < 0 ? text.length : next)) throw problem(text, position, 'there is text outside of its root element')
    if (next < 0) break
    if (next > 0 && text.startsWith('<?xml', next) && !/[\w:.-]/.test(text[next + 5] ?? '')) throw problem(text, next, 'its declaration stands behind its beginning')
    const passed = passOver(text, next)
    if (passed !== undefined) {
      position = passed
      continue
    }
    const parent = open.at(-1)
    if (text.startsWith('</', next)) {
      const [, name] = match(closing, text, next) ?? []
      if (parent === undefined || name !== parent.name) throw problem(text, next, `it closes ${name ?? 'something'}, where ${parent ? `${parent.name} is open` : 'nothing is open'}`)
      open.pop()
      position = closing.lastIndex
      continue
    }
    const { element, isEmpty, end } = readTag(text, next)
    if (parent) parent.children.push(element)
    else if (root) throw problem(text, next, 'it has a second root element')
    root ??= element
    if (!isEmpty && open.push(element) > deepest) throw problem(text, next, `its elements are nested more than ${deepest} deep`)
    position = end
  }
  const unclosed = open.at(-1)
  if (unclosed) throw problem(text, text.length, `${unclosed.name} is not closed`)
  if (!root) throw problem(text, 0, 'it has no element')
  return root
}

/** Where a comment, an instruction or a section of text ends; undefined where there is none. */
function passOver(text: string, at: number): number | undefined {
  for (const [begin, end] of passages) {
    if (!text.startsWith(begin, at)) continue
    const found = text.indexOf(end, at + begin.length)
    if (found < 0) throw problem(text, at, `${begin} does not end`)
    return found + end.length
  }
  if (text.startsWith('<!', at)) throw problem(text, at, 'it has a document type')
  return undefined
}

function readTag(text: string, at: number): { readonly element: OpenElement; readonly isEmpty: boolean; readonly end: number } {
  const [, name] = match(opening, text, at) ?? []
  if (name === undefined) throw problem(text, at, 'a tag has no name')
  const attributes = new Map<string, string>()
  let end = opening.lastIndex
  for (let found = match(attribute, text, end); found; found = match(attribute, text, end)) {
    const [, key = '', double, single] = found
    if (attributes.has(key)) throw problem(text, end, `${name} has ${key} twice`)
    attributes.set(key, decode(double ?? single ?? '', text, end))
    end = attribute.lastIndex
  }
  const close = match(ending, text, end)
  if (!close) throw problem(text, end, `the tag of ${name} is not well-formed`)
  return { element: { name, attributes, children: [] }, isEmpty: close[1] === '/', end: ending.lastIndex }
}

function match(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at
  return expression.exec(text)
}

const isText = (text: string, from: number, to: number): boolean => to > from && text.slice(from, to).replace(/^\uFEFF/, '').trim() !== ''

const reference = /&(?:(lt|gt|amp|quot|apos);|#(\d{1,7});|#x([0-9a-fA-F]{1,6});)?/g

/** References to characters, and to the five entities that XML has by itself. */
function decode(value: string, text: string, at: number): string {
  if (!value.includes('&')) return value
  return value.replace(reference, (_whole, name?: string, decimal?: string, hexadecimal?: string) => {
    const code = decimal !== undefined ? Number(decimal) : hexadecimal !== undefined ? Number.parseInt(hexadecimal, 16) : Infinity
    const character = name !== undefined ? entities.get(name) : code <= 0x10ffff ? String.fromCodePoint(code) : undefined
    if (character === undefined) throw problem(text, at, `& in ${JSON.stringify(value.slice(0, 40))} begins no reference that is known`)
    return character
  })
}

const problem = (text: string, at: number, what: string): XmlProblem => new XmlProblem(`${what.slice(0, 200)} (line ${text.slice(0, at).split('\n').length}).`)
