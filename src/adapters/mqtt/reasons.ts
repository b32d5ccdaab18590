import type { MqttSourceDefinition } from '../../telemetry/source/definition.ts'

/** Reason codes of MQTT 5 (section 2.4) that pass by themselves: the server is unavailable, busy, shutting down, full, moved for now, or limits the rate. */
const passing: ReadonlySet<number> = new Set([136, 137, 139, 141, 147, 151, 156, 159])

const remedies: ReadonlyMap<number, string> = new Map([
  [133, 'the broker does not take the client id; set another clientId'],
  [134, 'the broker does not know the user, or the password is wrong; check username and passwordVariable'],
  [135, 'the user has no right to connect; check username and the broker\'s access rules'],
  [138, 'the broker has banned the client'],
  [139, 'the broker is shutting down'],
  [140, 'the broker wants another way of authentication'],
  [142, 'another client has connected with the same client id; give each process its own, and set share so that they divide the messages'],
])

interface Coded {
  readonly message?: string
  /** An MQTT reason code, or a system error such as ECONNREFUSED. */
  readonly code?: unknown
}

/** Whether the broker said no, and would say so again. */
export const isRefusal = ({ code }: Coded): boolean => typeof code === 'number' && code >= 128 && !passing.has(code)

/** One sentence. Errors of a host with several addresses have no message of their own, but a code. */
export function explainError({ url }: MqttSourceDefinition, error: Coded): string {
  const remedy = typeof error.code === 'number' ? remedies.get(error.code) : undefined
  const told = remedy ?? (error.message || undefined) ?? (error.code === undefined ? 'no reason was given' : `reason ${String(error.code)}`)
  return `The broker at ${url} cannot be used: ${told}.`
}

/** Brokers need not say why they close a connection; Mosquitto 2.0 does not when a client id is taken over. `times`: in a row, each time soon after it was made. */
export const explainLoss = ({ url }: MqttSourceDefinition, clientId: string, times: number): string =>
  (times < 3 ? `The connection to the broker at ${url} was lost.` : `The broker at ${url} has closed the connection ${times} times soon after it was made. Look whether another client connects as ${JSON.stringify(clientId)} too, and what the broker's log says.`)
