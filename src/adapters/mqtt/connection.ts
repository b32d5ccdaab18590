import { connect, type IPublishPacket, type MqttClient } from 'mqtt'
import type { MqttSourceDefinition } from '../../telemetry/source/definition.ts'
import type { Taken } from '../../telemetry/source/inlet.ts'
import type { SourceState } from '../../telemetry/source/source.ts'
import { toFilter } from '../../telemetry/source/topic-template.ts'
import { explainError, explainLoss, isRefusal } from './reasons.ts'

export interface MqttConnectionConfig {
  readonly definition: MqttSourceDefinition
  readonly clientId: string
  readonly password: string | undefined
  take(message: Taken): void
  /** The broker still has the session, and delivers again what was not acknowledged. */
  onResumed(): void
  onState(state: SourceState, problem: string | null): void
}

export interface MqttConnection {
  /** Takes no more messages; they stay with the broker. Acknowledgements still go out. */
  pause(): void
  /** Leaves, and has the broker keep the session. */
  close(): Promise<void>
}

/** Between attempts to connect: from the first to the last, doubling; and after the broker said no, when somebody has to mend something. */
const leastPauseMs = 250
const mostPauseMs = 10_000
const refusedPauseMs = 30_000
/** A connection that lasted so long was a good one. */
const steadyMs = 10_000
const leaveMs = 2_000

/**
 * MQTT 5 with a session that outlives the connection. Messages are acknowledged by whoever took them: mqtt.js sends a PUBACK when the callback of
 * `handleMessage` is called, but reads nothing more until then, not even the answer to its pings. Called with an error, it goes on to the next packet and
 * sends none. So every message is let go like that, and its PUBACK is sent when it is stored. The order of acknowledgements (MQTT 5, 4.6) is the taker's to
 * keep; the receive maximum has the broker wait once so many are owed.
 */
export function createMqttConnection(config: MqttConnectionConfig): MqttConnection {
  const { definition, clientId, password, take, onResumed, onState } = config
  const client = connect(definition.url, {
    protocolVersion: 5, clientId, clean: false, keepalive: 30, connectTimeout: 10_000, reconnectPeriod: leastPauseMs, reconnectOnConnackError: true, resubscribe: false,
    properties: { sessionExpiryInterval: definition.sessionExpirySeconds, receiveMaximum: definition.receiveMaximum },
    ...(definition.username === undefined ? {} : { username: definition.username }),
    ...(password === undefined ? {} : { password }),
  })
  let connections = 0
  /** Connections in a row that were lost before they were steady. */
  let shortLived = 0
  let steady: NodeJS.Timeout | undefined
  let isPaused = false
  let isRefused = false
  let problem: string | null = null
  let asking: NodeJS.Timeout | undefined

  const pauseFor = (ms: number): void => { client.options.reconnectPeriod = ms }
  const refused = (why: string): void => {
    isRefused = true
    pauseFor(refusedPauseMs)
    onState('FAILED', why)
  }
  const ask = (): void => void subscribe(client, definition).then((why) => {
    if (!client.connected || isPaused) return
    if (why === undefined) return onState('CONNECTED', null)
    refused(why)
    asking = setTimeout(ask, refusedPauseMs).unref()
  })
  const acknowledgement = (messageId: number): (() => void) => {
    const connection = connections
    return () => {
      // An identifier means another message on another connection.
      if (connection === connections && client.connected && !client.stream.destroyed) sendPuback(client, messageId)
    }
  }

  client.handleMessage = (packet, callback) => {
    if (!isPaused) take(toTaken(packet, packet.qos > 0 && packet.messageId !== undefined ? acknowledgement(packet.messageId) : undefined))
    callback(packet.qos > 0 ? new Error('It is acknowledged when it is stored.') : undefined)
  }
  // Before the messages that may come with it; mqtt.js says 'connect' some turns later.
  client.on('packetreceive', (packet) => {
    if (packet.cmd !== 'connack' || packet.reasonCode !== 0) return
    connections++
    if (packet.sessionPresent) onResumed()
  })
  client.on('connect', () => {
    isRefused = false
    problem = null
    steady = setTimeout(() => {
      shortLived = 0
      pauseFor(leastPauseMs)
    }, steadyMs).unref()
    ask()
  })
  client.on('error', (error) => {
    problem = explainError(definition, error)
    if (isRefusal(error)) refused(problem)
  })
  client.on('disconnect', ({ reasonCode }) => {
    problem = explainError(definition, { code: reasonCode })
    if (isRefusal({ code: reasonCode })) refused(problem)
  })
  client.on('reconnect', () => {
    pauseFor(isRefused ? refusedPauseMs : Math.min((client.options.reconnectPeriod ?? leastPauseMs) * 2, mostPauseMs))
  })
  client.on('close', () => {
    clearTimeout(asking)
    clearTimeout(steady)
    shortLived++
    if (!isRefused && !isPaused) onState('DISCONNECTED', problem ?? explainLoss(definition, clientId, shortLived))
  })

  return {
    pause() { isPaused = true },
    close: () => leave(client, definition.sessionExpirySeconds),
  }
}

/** mqtt.js has no public way to send one by itself; its own handlers send theirs like this (5.16). */
function sendPuback(client: MqttClient, messageId: number): void {
  const sender = client as unknown as { _sendPacket(packet: { readonly cmd: 'puback'; readonly messageId: number; readonly reasonCode: number }): void }
  sender._sendPacket({ cmd: 'puback', messageId, reasonCode: 0 })
}

function toTaken({ topic, payload, properties }: IPublishPacket, acknowledge: (() => void) | undefined): Taken {
  const texts = Object.entries(properties?.userProperties ?? {}).map(([name, value]): [string, string] => [name, Array.isArray(value) ? value.at(-1) ?? '' : value])
  return { topic, payload: typeof payload === 'string' ? Buffer.from(payload) : payload, properties: new Map(texts), acknowledge }
}

/** Why the broker does not grant some of the subscriptions; undefined when it grants all. Those that the session still has stay as they are. */
async function subscribe(client: MqttClient, { subscriptions, share }: MqttSourceDefinition): Promise<string | undefined> {
  const refusals = await Promise.all(subscriptions.map(async ({ topic }) => {
    const filter = share === undefined ? toFilter(topic) : `$share/${share}/${toFilter(topic)}`
    try {
      await client.subscribeAsync({ [filter]: { qos: 1, rh: 1 } }) // rh 1: what the broker retains is sent for a new subscription only
      return []
    } catch (error) {
      return [`The broker does not grant the subscription ${filter}: ${error instanceof Error ? error.message : String(error)}.`]
    }
  }))
  const all = refusals.flat()
  return all.length === 0 ? undefined : all.join(' ')
}

async function leave(client: MqttClient, sessionExpiryInterval: number): Promise<void> {
  if (!client.connected) return await client.endAsync(true)
  const late = setTimeout(() => { client.stream.destroy() }, leaveMs) // a broker that hangs does not hold up the end
  await client.endAsync(false, { reasonCode: 0, properties: { sessionExpiryInterval } })
  clearTimeout(late)
}
