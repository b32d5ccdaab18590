import { describe, expect, test } from 'vitest'
import { parseDtmiText } from '../../../src/model/dtdl/dtmi-grammar.ts'
import { validate } from '../../../src/model/parse-models.ts'
import { differencesOf } from './expected-elements.ts'
import { agreesAbout, parseCase, toRequest } from './judge.ts'
import { isSuitePresent, readDtmis, readGroup, type Group } from './suite.ts'

if (!isSuitePresent) console.log('The conformance suite of DTDL\'s parser is not beside the project: its tests are skipped.')

/** How much of each group the product agrees with; nothing is skipped. The disagreements are printed. */
const least: Readonly<Record<Group, number>> = { specification: 0.995, generated: 0.995, 'doc-examples': 1 }

describe.skipIf(!isSuitePresent)('The published conformance suite of DTDL', () => {
  test.each(['specification', 'generated', 'doc-examples'] as const)('agrees with us which documents are valid: %s', (group) => {
    const cases = readGroup(group)
    const disagreed = cases.flatMap((one) => {
      const parsed = parseCase(one.case)
      return parsed.ok === one.case.valid ? [] : [`${one.file}[${one.index}]: we say ${parsed.ok ? 'valid' : `invalid: ${parsed.problems[0]?.message}`}`]
    })
    print(group, cases.length, disagreed)
    expect((cases.length - disagreed.length) / cases.length).toBeGreaterThanOrEqual(least[group])
  })

  test('agrees with us which values conform to a schema', () => {
    const values = readGroup('generated').flatMap((one) => (one.case.instances ?? []).map((instance) => ({ ...one, instance })))
    const disagreed = values.flatMap(({ file, instance, case: suiteCase }) => (agreesAbout(instance, suiteCase) ? [] : [`${file}: ${instance.subject} ${instance.submit}`]))
    print('values', values.length, disagreed)
    expect(disagreed).toEqual([])
  })

  test('agrees with us what the elements of valid documents are: their ids, classes, types and properties', () => {
    const elements = readGroup('generated').flatMap(({ file, case: suiteCase }) => {
      const expected = suiteCase.expect?.elements ?? []
      if (!suiteCase.valid || expected.length === 0) return []
      const { documents, context } = toRequest(suiteCase)
      const { graph } = validate(documents, context)
      return expected.map((element) => ({ file, differences: differencesOf(element, graph) }))
    })
    const disagreed = elements.flatMap(({ file, differences }) => (differences.length > 0 ? [`${file}: ${differences.join('; ')}`] : []))
    print('elements', elements.length, disagreed)
    expect(disagreed).toEqual([])
  })

  test('agrees with us about ids, and their parts', () => {
    const cases = readDtmis()
    for (const { file, case: { idText, valid, expect: parts } } of cases) {
      const parsed = parseDtmiText(idText)
      expect(parsed !== undefined, file).toBe(valid)
      if (!parsed || !parts) continue
      expect([parsed.segments, parsed.major ?? 0, parsed.minor ?? 0, parsed.fragment], file).toEqual([parts.Labels, parts.MajorVersion, parts.MinorVersion, parts.Fragment.slice(1)])
    }
    print('ids', cases.length, [])
    expect(cases.length).toBeGreaterThan(0)
  })
})

function print(group: string, count: number, disagreed: readonly string[]): void {
  console.log(`${group}: ${count - disagreed.length} of ${count} agreed, none skipped.${disagreed.slice(0, 50).map((line) => `\n  ${line}`).join('')}`)
}
