import fc from 'fast-check'
import type { Command } from '../../src/twin/command.ts'
import { aTwin } from '../domain/arbitraries.ts'
import { link, newTwin, patch, remove } from '../support/twins.ts'

const anId = fc.constantFrom('t0', 't1', 't2', 't3', 't4', 't5', 't6')
const aName = fc.constantFrom('partOf', 'feeds', 'feeds', 'guards')
const aLinkId = fc.constantFrom('a', 'b')
const present = (values: object): object => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))

/** Any command on the plant of test/domain/plant.ts; many are refused, which changes nothing. */
export const plantCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(anId, aTwin).map(([id, { kind, values, motor }]) => newTwin(id, `dtmi:plant:${kind};1`, present(values), motor ? { components: { motor: present(motor) } } : {})) },
  { weight: 6, arbitrary: fc.tuple(anId, aTwin, fc.nat(20)).map(([id, { values, motor }, which]) => patch(id, some({ ...values, ...(motor && { motor }) }, which))) },
  { weight: 1, arbitrary: fc.tuple(anId, fc.boolean()).map(([id, cascade]) => remove(id, cascade)) },
  { weight: 5, arbitrary: fc.tuple(anId, aName, anId, aLinkId, fc.constantFrom(0, 1, 2.25)).map(([from, name, to, id, share]) => link(from, name, to, id, name === 'guards' ? {} : { share })) },
  { weight: 1, arbitrary: fc.tuple(anId, aName, aLinkId, fc.constantFrom(-1.5, 3)).map(([from, name, id, share]) => ({ kind: 'updateRelationship' as const, from, name, id, patch: { share }, ifVersion: undefined })) },
  { weight: 2, arbitrary: fc.tuple(anId, aName, anId).map(([from, name, to]) => ({ kind: 'unrelate' as const, from, name, id: undefined, to })) },
)

/** One or two of the values: a patch of a kind's every value would suit no other kind. */
function some(values: object, which: number): object {
  const all = Object.entries(values)
  return Object.fromEntries([all[which % all.length], ...(which % 3 === 0 ? [all[(which + 1) % all.length]] : [])].filter((entry) => entry !== undefined))
}
