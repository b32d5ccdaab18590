import { isValidId } from '../../twin/id.ts'

/** Characters of what an engine tells of itself: it is kept with the run and shown to clients, whatever the engine makes of it. */
const [longestCode, longestMessage] = [64, 2_000]

/** Cut, and without characters that are no text. */
export function toldText(text: string, length = longestMessage): string {
  const plain = text.slice(0, length).replace(/(?![\n\t])\p{Cc}/gu, '\ufffd').toWellFormed()
  return text.length > length ? `${plain.slice(0, -1)}…` : plain
}

export const toldCode = (code: string): string => toldText(code, longestCode)

/** Undefined: what is named can be no twin. */
export const toldTwin = (twin: string | undefined): string | undefined => (twin !== undefined && isValidId(twin) ? twin : undefined)
