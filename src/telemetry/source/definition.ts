import type { TopicTemplate } from './topic-template.ts'

/** What the sources file says, checked and with its defaults. */
export type SourceDefinition = MqttSourceDefinition

export interface MqttSourceDefinition {
  readonly id: string
  readonly kind: 'mqtt'
  /** mqtt, mqtts, ws or wss; without user and password. */
  readonly url: string
  readonly username: string | undefined
  /** The environment variable that holds the password. */
  readonly passwordVariable: string | undefined
  /** Stable, as the broker keeps the session by it. */
  readonly clientId: string
  /** How long the broker keeps the session, and with it what was not delivered, while the source is away. */
  readonly sessionExpirySeconds: number
  /** How many messages may be unacknowledged at a time: the memory a source may take, and its backpressure. */
  readonly receiveMaximum: number
  /** The group in which several processes share the subscriptions: each message goes to one of them. */
  readonly share: string | undefined
  readonly subscriptions: readonly SubscriptionDefinition[]
}

export type PayloadKind = 'json' | 'number' | 'text'

export interface SubscriptionDefinition {
  readonly topic: TopicTemplate
  readonly payload: PayloadKind
  /** JSONata from the payload to a message, or a list of them. */
  readonly mapping: string | undefined
  /** The telemetry that the payload is a value of, where the topic has no `{name}`. */
  readonly telemetry: string | undefined
  /** Of messages that name none. */
  readonly origin: string | undefined
}
