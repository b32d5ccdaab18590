import type { Intake } from '../../telemetry/message.ts'
import type { MqttSourceDefinition } from '../../telemetry/source/definition.ts'
import { createInlet, type SourceLog } from '../../telemetry/source/inlet.ts'
import type { Mapper } from '../../telemetry/source/mapping.ts'
import type { Source, SourceState } from '../../telemetry/source/source.ts'
import { nowMicroseconds } from '../../util/clock.ts'
import type { Environment } from '../../util/environment.ts'
import { createMqttConnection } from './connection.ts'

export interface MqttSourceOptions {
  readonly mapper: Mapper
  readonly log: SourceLog
  /** Holds the password. */
  readonly environment: Environment
  /** Tells apart the processes that share subscriptions: stable, as the broker keeps a session for each. It becomes a part of the client id. */
  readonly instance?: string | undefined
  /** How long what is in flight is waited for at the end. */
  readonly graceMs?: number | undefined
}

/** Connects to a broker and stays connected; resolves nothing and throws nothing: what goes wrong is in its status. Disposing it leaves the session with the broker. */
export function createMqttSource(definition: MqttSourceDefinition, intake: Intake, { mapper, log, environment, instance, graceMs = 5_000 }: MqttSourceOptions): Source {
  const { id, url, kind, subscriptions, receiveMaximum, passwordVariable } = definition
  const inlet = createInlet({ source: id, subscriptions, mostWaiting: receiveMaximum, intake, mapper, log })
  let now: { readonly state: SourceState; readonly since: number; readonly problem: string | null } = { state: 'CONNECTING', since: nowMicroseconds(), problem: null }

  const onState = (state: SourceState, problem: string | null): void => {
    if (state === now.state && problem === now.problem) return
    if (state === 'CONNECTED') log.info(`source ${id}: connected to ${url}`)
    else if (state !== now.state) log.error(`source ${id}: ${problem ?? state}`)
    now = { state, since: state === now.state ? now.since : nowMicroseconds(), problem }
  }
  const connection = createMqttConnection({
    definition,
    clientId: instance === undefined ? definition.clientId : `${definition.clientId}-${instance}`,
    password: passwordVariable === undefined ? undefined : environment[passwordVariable],
    take: inlet.take,
    onResumed: inlet.forgetUnacknowledged,
    onState,
  })

  return {
    id, url, kind,
    status() {
      const { problem, ...counts } = inlet.status()
      return { ...now, problem: now.problem ?? problem, ...counts }
    },
    async [Symbol.asyncDispose]() {
      connection.pause()
      await inlet.close(graceMs)
      await connection.close()
    },
  }
}
