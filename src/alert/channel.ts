/** Where alerts are sent to. */
export interface Channel {
  readonly id: string
  readonly name: string
  readonly kind: 'WEBHOOK' | 'ALERTMANAGER'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** What messages are signed with; undefined: they are not. */
  readonly secret: ChannelSecret | undefined
  readonly isEnabled: boolean
}

/** Itself, or the name of an environment variable that holds it. */
export type ChannelSecret = { readonly kind: 'given'; readonly value: string } | { readonly kind: 'environment'; readonly name: string }

/** A message that is to be sent. Its id stays the same however often it is sent, so that receivers can tell. */
export interface NewDelivery {
  readonly id: string
  readonly channel: string
  readonly alert: string
  readonly event: string
  /** JSON. */
  readonly payload: string
}

export type DeliveryState = 'PENDING' | 'DELIVERED' | 'DEAD'

export interface Delivery extends NewDelivery {
  readonly state: DeliveryState
  readonly attempts: number
  readonly dueAt: number
  readonly lastError: string | null
}
