import { conform } from '../../conform.ts'
import { createSchemaBuilder } from '../build/schema.ts'
import type { Element } from '../element.ts'
import type { ElementGraph } from '../graph.ts'
import type { Report } from '../read/report.ts'

/** Values that stand in models conform to the schemas that the models give: an Enum's values, and what adjunct types say of a value, such as `maximum`. */
export function checkValues(graph: ElementGraph, report: Report): void {
  for (const element of graph.elements) {
    if (element.class === 'Enum') checkEnum(element, graph, report)
    for (const type of element.adjuncts)
      for (const [id, { instanceProperty }] of type.properties)
        if (instanceProperty !== undefined) checkLiteral(element, id, instanceProperty, graph, report)
  }
}

function checkEnum(element: Element, graph: ElementGraph, report: Report): void {
  const [valueSchema] = graph.targets(element, 'valueSchema')
  const expected = valueSchema?.class === 'Integer' ? 'number' : valueSchema?.class === 'String' ? 'string' : undefined
  if (expected === undefined) return
  for (const value of graph.targets(element, 'enumValues')) {
    const literal = value.literals.get('enumValue')
    if (literal && typeof literal.value !== expected)
      report.add(
        literal.place,
        'nonConformantDatatype',
        `"enumValue" is ${JSON.stringify(literal.value)}; the Enum's "valueSchema" asks for ${expected === 'number' ? 'an integer' : 'a string'}.`,
      )
  }
}

function checkLiteral(element: Element, id: string, property: string, graph: ElementGraph, report: Report): void {
  const literal = element.literals.get(id)
  const [schema] = graph.targets(element, property)
  if (!literal || !schema) return
  const [problem] = conform(createSchemaBuilder(graph).schemaOf(element, property), literal.value)
  if (problem)
    report.add(
      literal.place,
      'nonConformantPropertyValue',
      `"${id.replace(/;\d+$/, '').split(':').at(-1) ?? id}" is a value of the schema: ${problem.message}`,
    )
}
