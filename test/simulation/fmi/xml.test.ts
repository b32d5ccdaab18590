import fc from 'fast-check'
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect, it } from 'vitest'
import { parseXml, type XmlElement } from '../../../src/simulation/fmi/xml.ts'

const parser = new XMLParser({ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', parseAttributeValue: false, trimValues: false, ignoreDeclaration: true })
const builder = new XMLBuilder({ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', suppressBooleanAttributes: false })

/** What another parser makes of a document, in the form of ours. */
function toElements(nodes: readonly Readonly<Record<string, unknown>>[]): readonly XmlElement[] {
  return nodes.flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text')
    return name === undefined ? [] : [{ name, attributes: new Map(Object.entries(node[':@'] ?? {}) as [string, string][]), children: toElements(node[name] as []) }]
  })
}

const name = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,6}$/)
const value = fc.string({ unit: fc.constantFrom('a', ' ', '<', '>', '&', '"', '\'', 'ü', '😀', '/', '=', ';', '#'), maxLength: 12 })
const { document } = fc.letrec<{ document: Readonly<Record<string, unknown>> }>((tie) => ({
  document: fc.tuple(name, fc.dictionary(name, value, { maxKeys: 3 }), fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(fc.oneof(tie('document'), fc.constant({ '#text': ' some text ' })), { maxLength: 4 })))
    .map(([tag, attributes, children]) => ({ [tag]: children, ':@': attributes })),
}))

it('XML is read as another parser reads it', () => {
  fc.assert(fc.property(document, (made) => {
    const text = `<?xml version="1.0"?><!-- made -->${builder.build([made])}\n`
    if (XMLValidator.validate(text) !== true) return
    const outcome = parseXml(text)
    expect(outcome.ok ? [outcome.value] : outcome.problem).toEqual(toElements(parser.parse(text) as []))
  }), { numRuns: 300 })
})

it('what is not XML is refused where another parser refuses it, and nothing is thrown', () => {
  expect(parseXml(' <?xml version="1.0"?><a/>').ok).toBe(false)
  const valid = '<?xml version="1.0"?><a b="c"><d e=\'f &lt; g\'/><!-- no --><h i="j">k</h></a>'
  fc.assert(fc.property(fc.nat(valid.length), fc.nat(3), fc.string({ unit: fc.constantFrom('<', '>', '/', '"', '\'', '=', 'a', ' ', '!', '-'), maxLength: 3 }), (at, cut, put) => {
    const text = valid.slice(0, at) + put + valid.slice(at + cut)
    const outcome = parseXml(text)
    if (outcome.ok) expect(XMLValidator.validate(text, { allowBooleanAttributes: false })).toBe(true)
  }), { numRuns: 1_000 })
})

it('hostile text of megabytes is read, or refused, in one pass', { timeout: 120_000 }, () => {
  const million = 1_000_000
  const hostile = ['<a '.repeat(million), '<a>'.repeat(million), '<a b="'.repeat(million), '<!-- '.repeat(million), `<a ${'x="1" '.repeat(million / 2)}/>`, `<a b='${'&amp;'.repeat(million)}'/>`, `<a b='${'&'.repeat(million)}'/>`, `${' '.repeat(7 * million)}<`, `<a>${'\n'.repeat(7 * million)}</a`, `<${'a'.repeat(7 * million)}`, `<a${' '.repeat(7 * million)}`, '<?'.repeat(million), '<![CDATA['.repeat(million / 2), `<a ${Array.from({ length: million / 10 }, (_, index) => `b${index}=" "`).join(' ')}/>`]
  for (const text of hostile) {
    const since = performance.now()
    parseXml(text)
    expect(performance.now() - since, text.slice(0, 12)).toBeLessThan(8_000) // what looks at text again and again takes hours
  }
})
