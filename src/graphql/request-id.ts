import { AsyncLocalStorage } from 'node:async_hooks'

/** The id of the request being answered, for whoever shows or logs an error of it where no context is at hand. */
const requests = new AsyncLocalStorage<string>()

export const currentRequestId = (): string | undefined => requests.getStore()

/** Runs the work as part of the request. */
export const withRequestId = <T>(id: string, work: () => T): T => requests.run(id, work)
