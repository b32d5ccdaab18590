import type { Command } from '../../src/twin/command.ts'
import type { Request } from '../../src/twin/twin-service.ts'
import type { Outcome, TwinService } from '../../src/twin/twin-service.ts'
import { by } from '../support/twins.ts'

/** One command, as the mutation of its kind sends it. */
export function submit(twins: TwinService, command: Command, request: Request = by()): Promise<Outcome> {
  switch (command.kind) {
    case 'createTwin': return twins.createTwins([command], request)
    case 'updateTwin': return twins.updateTwin(command, request)
    case 'deleteTwin': return twins.deleteTwins([command], request)
    case 'relate': return twins.relate([command], request)
    case 'updateRelationship': return twins.updateRelationship(command, request)
    case 'unrelate': return twins.unrelate([command], request)
  }
}
