import type { Decoded } from './decoder.ts'

/** Cuts a batch into portions of at most so many bodies, in their order, so that one large message does not make a batch that no queue has room for. A message with more is in several. */
export function toPortions(messages: readonly Decoded[], most: number): readonly (readonly Decoded[])[] {
  const portions: Decoded[][] = []
  let room = 0
  for (const message of messages) {
    for (let from = 0; from < message.bodies.length; from += most) {
      const part = from === 0 && message.bodies.length <= most ? message : { ...message, bodies: message.bodies.slice(from, from + most) }
      if (part.bodies.length > room) {
        portions.push([])
        room = most
      }
      portions.at(-1)?.push(part)
      room -= part.bodies.length
    }
  }
  return portions
}
