import { replacement, surveyed } from '../examples/water-town/past.ts'
import { models, twins } from '../examples/water-town/town.ts'
import type { RelationshipInput, TwinInput } from '../examples/water-town/twin-input.ts'
import type { Principal } from './graphql/context.ts'
import type { Services } from './graphql/services.ts'
import type { Log } from './observe/log.ts'
import type { CreateTwin, Relate } from './twin/command.ts'

/** What the demo needs of the server. */
export interface DemoGround extends Pick<Services, 'models' | 'twins'> {
  /** From now on changes are stamped so many ms before they are made: of a store that nobody reads yet. */
  setBack(ms: number): Promise<void>
}

const dayMs = 86_400_000

/**
 * Gives an empty store the demo town, and a past: surveyed three days ago, and a pipe replaced the day before yesterday, so that there is something to ask of then.
 * A store that has models is left as it is.
 */
export async function loadDemo({ models: service, twins: twinService, setBack }: DemoGround, { subject: actor }: Principal, log: Log): Promise<void> {
  if (service.registry().models.size > 0) return
  const town = twins()
  const by = { actor, given: 'demo' }
  const { removed, laid, joined } = replacement(town)
  await setBack(3 * dayMs)
  try {
    accepted(await service.publish(models(), { actor }))
    const { items } = accepted(await twinService.createTwins(surveyed(town).map(toCreate), by))
    await setBack(2 * dayMs)
    accepted(await twinService.deleteTwins([{ kind: 'deleteTwin', id: removed, cascade: true }], by))
    accepted(await twinService.createTwins(laid.map(toCreate), by))
    accepted(await twinService.relate(joined.map(({ from, ...each }) => ({ from, ...toRelate(from, each) })), by))
    log.info({ twins: items.length }, 'the demo town is loaded')
  } finally {
    await setBack(0)
  }
}

function accepted<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: { readonly message: string } }): T {
  if (result.ok) return result.value
  throw new Error(`The demo town was refused: ${result.problem.message}`)
}

const toCreate = ({ id, model, properties, components, relationships }: TwinInput): CreateTwin =>
  ({ kind: 'createTwin', id, model, properties, components, relationships: relationships.map((each) => toRelate(id, each)) })

const toRelate = (from: string, { name, to, id, properties }: RelationshipInput): Omit<Relate, 'from'> =>
  ({ kind: 'relate', name, to, id: id ?? `${from}-${name}-${to}`, properties: properties ?? {} })
