import type { Services } from './services.ts'

/** Who asks. Until access control comes, every request is the local administrator of the server's tenant. */
export interface Principal {
  readonly tenant: string
  /** The actor of what it changes. */
  readonly subject: string
}

/** What resolvers know of a request, and the services they reach everything through. */
export interface Context {
  readonly principal: Principal
  readonly requestId: string
  /** Fires when the client is gone or the operation's time is up. */
  readonly signal: AbortSignal
  readonly services: Services
}
