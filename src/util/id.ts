import { randomBytes } from 'node:crypto'

/** A random id of 16 characters that need no escaping anywhere. */
export const newId = (): string => randomBytes(12).toString('base64url')
