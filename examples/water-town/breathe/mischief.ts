import type { Chance } from './chance.ts'
import type { Message } from './readings.ts'

/** A message on its way: what it is about, and its text, which need not be JSON. */
export interface Line {
  readonly twin: string
  readonly text: string
}

/** The share of messages that come to harm on their way. */
export const rates = { broken: 0.002, repeated: 0.004, overtaken: 0.006, late: 0.004 } as const

export type Fate = keyof typeof rates | 'well'

export function fateOf({ origin, sequence }: Message, chance: Chance): Fate {
  let throwOf = chance(`${origin} fate`, sequence)
  for (const [fate, rate] of Object.entries(rates)) {
    if (throwOf < rate) return fate as keyof typeof rates
    throwOf -= rate
  }
  return 'well'
}

/**
 * What arrives of what is sent: some messages are broken, some come twice, some are overtaken by the next ones, some come up to an hour late.
 * The same for the same chance and the same instants. `send`: what arrives at the instant (milliseconds since 1970).
 */
export function createMischief(chance: Chance): { readonly send: (instant: number, messages: readonly Message[]) => readonly Line[] } {
  let waiting: { readonly due: number; readonly line: Line }[] = []
  return {
    send(instant, messages) {
      const due = waiting.filter((one) => one.due <= instant)
      waiting = waiting.filter((one) => one.due > instant)
      const now = messages.flatMap((message): Line[] => {
        const fate = fateOf(message, chance)
        const line = toLine(message)
        const delay = 1 + Math.floor(60 * 60_000 * chance(`${message.origin} delay`, message.sequence))
        if (fate === 'overtaken' || fate === 'late' || fate === 'repeated') waiting.push({ due: fate === 'overtaken' ? instant + 1 : instant + delay, line })
        return fate === 'broken' ? [broken(message, chance)] : fate === 'well' || fate === 'repeated' ? [line] : []
      })
      return [...now, ...due.map(({ line }) => line)]
    },
  }
}

export const toLine = (message: Message): Line => ({ twin: message.twin, text: JSON.stringify(message) })

/** One way of being wrong for each reason that there is to refuse a message. */
const ways: readonly ((message: Message) => string)[] = [
  (message) => JSON.stringify(message).slice(0, 40),
  ({ twin, ...rest }) => JSON.stringify({ twin: `${twin}-old`, ...rest }),
  ({ values, ...rest }) => JSON.stringify({ ...rest, values: renamed(values) }),
  ({ values, ...rest }) => JSON.stringify({ ...rest, values: Object.fromEntries(Object.keys(values).map((name) => [name, 'ERR 7'])) }),
  ({ values, ...rest }) => JSON.stringify({ ...rest, values, units: Object.fromEntries(Object.keys(values).map((name) => [name, 'degreeCelsius'])) }),
  ({ at, ...rest }) => JSON.stringify({ ...rest, at: at.replace(/^\d{4}/, '2099') }),
  ({ at, ...rest }) => JSON.stringify({ ...rest, at: at.replace('Z', '') }),
  ({ values, ...rest }) => JSON.stringify({ ...rest, values: Object.values(values) }),
]

const renamed = (values: Message['values']): Record<string, number> => Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name.slice(0, 2)}${name.slice(3)}`, value]))

function broken(message: Message, chance: Chance): Line {
  const way = ways[Math.floor(chance(`${message.origin} harm`, message.sequence) * ways.length)]
  if (!way) throw new RangeError('no way of being wrong')
  return { twin: message.twin, text: way(message) }
}
