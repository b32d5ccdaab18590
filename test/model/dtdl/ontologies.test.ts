import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createRegistry } from '../../../src/model/registry.ts'
import { assignNames } from '../../../src/model/names.ts'
import { parse } from './documents.ts'

/** Ontologies that people use; each folder has its licence beside it. They are no part of the project: without them, tests of them are skipped. */
const data = new URL('../../../../shared/data/dtdl/', import.meta.url)
const isPresent = existsSync(data)
if (!isPresent) console.log('The ontologies are not beside the project: tests of them are skipped.')

/** The texts of all files below the folder that have models in them. */
function readOntology(folder: string): readonly string[] {
  const base = new URL(`${folder}/`, data)
  const files = readdirSync(base, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(json|jsonld)$/.test(file))
    .sort()
  return files
    .map((file) => readFileSync(new URL(file.split('/').map(encodeURIComponent).join('/'), base), 'utf8'))
    .filter((text) => /"Interface"/.test(text))
}

describe.skipIf(!isPresent)('Ontologies that people use', () => {
  test.each([
    ['ontologies/RealEstateCore-rec', 1364, 0],
    ['ontologies/Azure-opendigitaltwins-energygrid', 113, 20],
    ['ontologies/Azure-opendigitaltwins-smartcities', 63, 1],
    ['ontologies/ADT-getting-started/advanced-home-example', 7, 0],
    ['graphs/AAS/Ontology', 68, 0],
  ])('are valid, with Relationships to what is not there: %s', (folder, interfaces, missing) => {
    const parsed = parse(readOntology(folder))
    expect(parsed).toMatchObject({ ok: true })
    if (parsed.ok) expect([parsed.models.length, parsed.unresolved.length]).toEqual([interfaces, missing])
  })

  test('of 1,364 Interfaces are read in less than a second and a half, each after what it needs', () => {
    const texts = readOntology('ontologies/RealEstateCore-rec')
    const before = process.cpuUsage()
    const parsed = parse(texts)
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_500)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    const seen = new Set<string>()
    for (const model of parsed.models) {
      expect(
        model.extends.filter((parent) => !seen.has(parent)),
        model.id,
      ).toEqual([])
      seen.add(model.id)
    }
    const names = assignNames([], parsed.models)
    const registry = createRegistry(
      parsed.models.map((model) => ({
        model,
        names: names.get(model.id) ?? { type: '', singular: '', plural: '' },
        state: 'ACTIVE',
        publishedAt: '',
      })),
    )
    expect([...registry.models.values()].reduce((sum, { contents }) => sum + contents.size, 0)).toBe(20_605)
  })

  test('that define an Interface twice are refused, and told where', () => {
    const parsed = parse(readOntology('ontologies/XMPro'))
    expect(parsed.ok ? [] : parsed.problems.filter(({ message }) => message.includes('is defined twice')).map(({ message }) => message)).not.toEqual(
      [],
    )
  })
})
