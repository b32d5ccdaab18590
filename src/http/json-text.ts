import { failure } from '../errors.ts'

/** Deeper than any sensible request, and far from the depth at which recursion ends a process. */
const deepest = 200

/** Throws unless the text nests brackets at most so deep, texts inside left out. One pass, no recursion. */
export function checkNesting(text: string): void {
  let depth = 0
  let isInString = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (isInString) {
      if (code === backslash) index++
      else if (code === quote) isInString = false
    } else if (code === quote) isInString = true
    else if (code === openBrace || code === openBracket) {
      if (++depth > deepest) throw failure('MALFORMED_BODY', { message: `The request nests deeper than ${deepest} levels. Send flatter data.` })
    } else if (code === closeBrace || code === closeBracket) depth--
  }
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = ['"', '\\', '{', '}', '[', ']'].map((sign) => sign.charCodeAt(0)) as [number, number, number, number, number, number]
