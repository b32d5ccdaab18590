import { models, twins } from '../examples/water-town/town.ts'
import type { Principal } from './graphql/context.ts'
import type { Services } from './graphql/services.ts'
import type { Log } from './observe/log.ts'

/** Gives an empty store the demo town. A store that has models is left as it is. */
export async function loadDemo({ models: service, twins: twinService }: Pick<Services, 'models' | 'twins'>, { subject: actor }: Principal, log: Log): Promise<void> {
  if (service.registry().models.size > 0) return
  const published = await service.publish(models(), { actor })
  if (!published.ok) throw new Error(`The demo's models were refused: ${published.problem.message}`)
  const created = await twinService.createTwins(twins().map((twin) => ({
    kind: 'createTwin', id: twin.id, model: twin.model, properties: twin.properties ?? {}, components: twin.components ?? {},
    relationships: (twin.relationships ?? []).map(({ name, to, id, properties }) => ({ name, to, id: id ?? `${twin.id}-${name}-${to}`, properties: properties ?? {} })),
  })), { actor, given: 'demo' })
  if (!created.ok) throw new Error(`The demo's twins were refused: ${created.problem.message}`)
  log.info({ twins: created.value.items.length }, 'the demo town is loaded')
}
