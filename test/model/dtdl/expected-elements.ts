import type { Element } from '../../../src/model/dtdl/element.ts'
import type { ElementGraph } from '../../../src/model/dtdl/graph.ts'
import { ancestorsOf } from '../../../src/model/dtdl/rules/inheritance.ts'
import type { ExpectedElement } from './suite.ts'

/** Everything in which an element differs from what the suite expects of it. */
export function differencesOf(expected: ExpectedElement, graph: ElementGraph): readonly string[] {
  const element = graph.elements.find(({ id }) => id === expected.id) ?? graph.find({ to: expected.id, place: { document: -1 }, element: undefined })
  if (!element) return [`${expected.id} is missing`]
  const differences = element.class === expected.type ? [] : [`${expected.id} is of class ${element.class}, not ${expected.type}`]
  // Of the elements that DTDL itself defines, such as units, neither texts nor symbols are kept.
  if (element.context === undefined) return differences
  const types = expected.supplementalTypes ?? []
  if (types.some((type) => !element.adjuncts.some(({ id }) => id === type))) differences.push(`${expected.id} has the types ${element.adjuncts.map(({ id }) => id).join(', ')}, not ${types.join(', ')}`)
  for (const [property, value] of Object.entries({ ...expected.properties, ...expected.supplementalProperties })) {
    const actual = valueOf(element, property, graph)
    if (canonical(actual) !== canonical(property.endsWith(':ttl') ? toIsoDuration(String(value)) : value)) differences.push(`${property} of ${expected.id} is ${canonical(actual)}, not ${canonical(value)}`)
  }
  return differences
}

const contentClasses: Readonly<Record<string, string | undefined>> = { components: 'Component', properties: 'Property', telemetries: 'Telemetry', commands: 'Command', relationships: 'Relationship' }

/** A property's value in the words of the suite: ids for elements, and what the suite's parser derives. */
function valueOf(element: Element, property: string, graph: ElementGraph): unknown {
  if (property === 'languageMajorVersion') return element.dtdl
  if (property === 'definedIn') return element.owner
  if (property === 'extendedBy') return graph.interfaces.filter((one) => graph.targets(one, 'extends').includes(element)).map(({ id }) => id)
  if (element.class === 'Interface' && (property === 'contents' || contentClasses[property] !== undefined)) {
    const contents = [element, ...ancestorsOf(element, graph)].flatMap((owner) => graph.targets(owner, 'contents')).filter(({ class: name }) => property === 'contents' || name === contentClasses[property])
    return Object.fromEntries(contents.map((content) => [String(content.literals.get('name')?.value), content.id]))
  }
  const literal = element.literals.get(property)
  if (literal) return literal.value
  const texts = element.texts.get(property)
  if (texts) return Object.fromEntries(texts)
  if (property === 'writable' || property === 'nullable') return false
  return element.links.get(property)?.map(({ to }) => to)
}

/** The suite writes durations as .NET does: `00:00:15`. */
function toIsoDuration(text: string): string {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number)
  return `PT${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`
}

/** Sets have no order, a set of one is its member, and one of none is nothing. */
function canonical(value: unknown): string {
  if (value === null || value === undefined) return '[]'
  if (Array.isArray(value)) return value.length === 1 ? canonical(value[0]) : JSON.stringify([...value].map(canonical).sort())
  if (typeof value === 'object' && value !== null) return JSON.stringify(Object.entries(value).map(([key, item]) => [key, canonical(item)]).sort())
  return JSON.stringify(value)
}
