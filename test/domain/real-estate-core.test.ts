import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execute, parse, validate, validateSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { assembleSchema } from '../../src/graphql/assemble.ts'
import { ensureTenant } from '../../src/adapters/neo4j/head.ts'
import { createNeo4jModelStore } from '../../src/adapters/neo4j/model-store.ts'
import { ensureSchema } from '../../src/adapters/neo4j/schema.ts'
import { createTwinReader } from '../../src/domain/twin-reader.ts'
import { createModelService } from '../../src/model/model-service.ts'
import { presentOnly } from '../support/domain.ts'
import { freshTenant, testDatabase } from '../support/neo4j.ts'
import { platformSchema } from '../support/platform.ts'
import { createTestTwinsOf, by, newTwin } from '../support/twins.ts'

const file = join(import.meta.dirname, '../../../shared/data/dtdl/ontologies/RealEstateCore-rec/RealEstateCore.DTDLv2.jsonld')

describe.skipIf(!existsSync(file))('RealEstateCore, 1,364 interfaces (skipped where its file is absent)', () => {
  test('publishes, becomes a valid schema, and is queried by type and by supertype', async () => {
    const database = testDatabase()
    await ensureSchema(database)
    const tenant = await ensureTenant(database, freshTenant('rec'))
    const models = await createModelService({ store: createNeo4jModelStore(database, tenant.tenant) })
    const published = await models.publish([readFileSync(file, 'utf8')], { actor: 'tester' })
    expect(published).toMatchObject({ ok: true })
    expect(models.registry().models.size).toBe(1364)

    const schema = assembleSchema(await platformSchema, models.registry(), new Set())
    expect(validateSchema(schema).map(({ message }) => message)).toEqual([])
    const { twins } = createTestTwinsOf(database, tenant, models)
    const created = await twins.createTwins([
      newTwin('b', 'dtmi:org:w3id:rec:Building;1', { name: 'House' }),
      newTwin('l', 'dtmi:org:w3id:rec:Level;1', { name: 'Ground' }),
      newTwin('r', 'dtmi:org:w3id:rec:Room;1', { name: 'Hall' }),
    ], by())
    expect(created).toMatchObject({ ok: true })
    expect(await twins.relate([{ kind: 'relate', from: 'b', name: 'hasPart', to: 'l', id: '1', properties: {} }, { kind: 'relate', from: 'l', name: 'hasPart', to: 'r', id: '1', properties: {} }], by())).toMatchObject({ ok: true })

    const reader = createTwinReader({ graph: database, tenant: tenant.tenant, tenantLabel: tenant.label, ...presentOnly })
    const document = parse('{ building(id: "b") { name hasPart { __typename name hasPart { __typename name } } } spaces(where: { hasPart: { some: { name: { eq: "Hall" } } } }) { _id } }')
    expect(validate(schema, document)).toEqual([])
    const { data, errors } = await execute({ schema, document, contextValue: { services: { reader }, signal: undefined } })
    expect(errors).toBeUndefined()
    expect(data).toEqual({
      building: { name: 'House', hasPart: [{ __typename: expect.stringMatching(/^Level_?$/) as unknown, name: 'Ground', hasPart: [{ __typename: expect.stringMatching(/^Room_?$/) as unknown, name: 'Hall' }] }] },
      spaces: [{ _id: 'l' }],
    })
  }, 120_000)
})
