import { execute, type ExecutionResult, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { assembleSchema, exposedModels, isShown } from '../../src/graphql/assemble.ts'
import { createTwinReader } from '../../src/domain/twin-reader.ts'
import { presentOnly } from '../support/domain.ts'
import { registryOf } from '../support/models.ts'
import { storedTenant, testDatabase } from '../support/neo4j.ts'
import { platformSchema } from '../support/platform.ts'
import { by, createTestTwinsOf, fixedModels, newTwin } from '../support/twins.ts'

const model = (name: string, parent?: string, target?: string) => ({
  '@context': 'dtmi:dtdl:context;3', '@id': `dtmi:large:${name};1`, '@type': 'Interface', ...(parent && { extends: `dtmi:large:${parent};1` }),
  contents: [{ '@type': 'Property', name: `p${name}`, schema: 'string' }, ...(target ? [{ '@type': 'Relationship', name: 'leads', target: `dtmi:large:${target};1` }] : [])],
})

test('of more than 1,500 models those in use are shown; a twin of another is read as its nearest shown ancestor, or as Twin_', async () => {
  const registry = registryOf([model('Root'), model('Leaf', 'Root', 'Goal'), model('Goal'), model('Other', 'Root'), ...Array.from({ length: 1_500 }, (_, index) => model(`M${index}`))])
  const inUse = new Set(['dtmi:large:Leaf;1'])
  expect(exposedModels(registry, inUse).map(({ names }) => names.type).sort()).toEqual(['Goal', 'Leaf', 'Root'])

  const [platform, database, tenant] = [await platformSchema, testDatabase(), await storedTenant('large')]
  const schema = assembleSchema(platform, registry, inUse)
  expect([isShown(schema, 'dtmi:large:Leaf;1'), isShown(schema, 'dtmi:large:M7;1')]).toEqual([true, false])
  const { twins } = createTestTwinsOf(database, tenant, fixedModels(registry))
  expect(await twins.createTwins([newTwin('l', 'dtmi:large:Leaf;1'), newTwin('o', 'dtmi:large:Other;1', { pOther: 'x' }), newTwin('m', 'dtmi:large:M7;1')], by())).toMatchObject({ ok: true })

  const services = { reader: createTwinReader({ graph: database, tenant: tenant.tenant, tenantLabel: tenant.label, ...presentOnly }) }
  const ask = async (text: string): Promise<ExecutionResult> => {
    const document = parse(text)
    expect(validate(schema, document)).toEqual([])
    return await execute({ schema, document, contextValue: { services, signal: undefined } })
  }
  expect(await ask('{ twins(sort: [{ _id: ASC }]) { _id __typename _properties } roots(sort: [{ _id: ASC }]) { _id __typename pRoot } }')).toEqual({
    data: {
      twins: [{ _id: 'l', __typename: 'Leaf', _properties: {} }, { _id: 'm', __typename: 'Twin_', _properties: {} }, { _id: 'o', __typename: 'Root_', _properties: { pOther: 'x' } }],
      roots: [{ _id: 'l', __typename: 'Leaf', pRoot: null }, { _id: 'o', __typename: 'Root_', pRoot: null }],
    },
  })
})
