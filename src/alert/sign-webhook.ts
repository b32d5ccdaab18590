import { createHmac, randomBytes } from 'node:crypto'

const prefix = 'whsec_'

/** Of 24 to 64 bytes, as base64 behind `whsec_`; undefined where the text is none. */
export function secretBytes(secret: string): Buffer | undefined {
  const text = secret.startsWith(prefix) ? secret.slice(prefix.length) : undefined
  if (text === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined
}

export const newSecret = (): string => prefix + randomBytes(32).toString('base64')

/** The headers of a message as Standard Webhooks 1.0 has them: the signature is HMAC-SHA256 over `id.timestamp.body`. `at`: seconds since 1970. */
export function webhookHeaders({ id, at, body, secret }: { readonly id: string; readonly at: number; readonly body: string; readonly secret: Buffer | undefined }): Readonly<Record<string, string>> {
  const signature = secret && createHmac('sha256', secret).update(`${id}.${at}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(at), ...(signature !== undefined && { 'webhook-signature': `v1,${signature}` }) }
}
