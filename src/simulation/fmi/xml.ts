import { XMLParser, XMLValidator } from 'fast-xml-parser'

export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
}

/** What a parser of untrusted files gives: the value, or one sentence on what is wrong. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value })
export const unparsable = (problem: string): { readonly ok: false; readonly problem: string } => ({ ok: false, problem })

const attributesKey = ':@'
const parser = new XMLParser({ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', parseAttributeValue: false, parseTagValue: false, ignoreDeclaration: true, ignorePiTags: true })

/** The root element of a document without a document type, so that no entity can be defined; text between elements is left out. */
export function parseXml(text: string): Parsed<XmlElement> {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return unparsable('it has a document type, which is not taken.')
  try {
    const problem = XMLValidator.validate(text)
    if (problem !== true) return unparsable(`it is not XML: ${problem.err.msg} (line ${problem.err.line}).`)
    const [root] = toElements(parser.parse(text) as unknown)
    return root ? parsed(root) : unparsable('it has no element.')
  } catch (error) {
    return unparsable(`it is not XML: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Of what the parser makes of a list of nodes: each an object with its name as the one key besides that of the attributes. */
function toElements(nodes: unknown): readonly XmlElement[] {
  if (!Array.isArray(nodes)) return []
  return (nodes as readonly Readonly<Record<string, unknown>>[]).flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== attributesKey)
    if (name === undefined || name === '#text') return []
    const attributes = new Map(Object.entries(node[attributesKey] ?? {}).map(([key, value]) => [key, String(value)]))
    return [{ name, attributes, children: toElements(node[name]) }]
  })
}

export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined => element?.children.find((child) => child.name === name)
