/**
 * How deep brackets nest in a GraphQL document, or more; strings and comments are left out. One pass, no recursion, no memory: it runs before the parser
 * and the validation, whose recursion a document of a hundred thousand levels would end. Wrong brackets are the parser's to refuse.
 */
export function documentNesting(source: string): number {
  let [depth, deepest] = [0, 0]
  for (let at = 0; at < source.length; at++) {
    const sign = source[at]
    if (sign === '{' || sign === '(' || sign === '[') deepest = Math.max(deepest, ++depth)
    else if (sign === '}' || sign === ')' || sign === ']') depth--
    else if (sign === '#') at = endOfLine(source, at)
    else if (sign === '"') at = source.startsWith('"""', at) ? endOfBlock(source, at + 3) : endOfString(source, at + 1)
  }
  return deepest
}

/** How deep arrays and objects nest in a JSON text; for the parser's sake as for that of everyone who walks the value. */
export function jsonNesting(text: string): number {
  let [depth, deepest] = [0, 0]
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '{' || sign === '[') deepest = Math.max(deepest, ++depth)
    else if (sign === '}' || sign === ']') depth--
    else if (sign === '"') at = endOfString(text, at + 1)
  }
  return deepest
}

/** The index of the sign that ends it, or of the last one. A line end ends a GraphQL string, so that one left open hides nothing; JSON has none in strings. */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const sign = text[at]
    if (sign === '\\') at++
    else if (sign === '"' || sign === '\n' || sign === '\r') return at
  }
  return text.length
}

function endOfBlock(text: string, from: number): number {
  for (let at = text.indexOf('"""', from); at >= 0; at = text.indexOf('"""', at + 3)) if (text[at - 1] !== '\\') return at + 2
  return text.length
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '\n' || text[at] === '\r') return at
  return text.length
}
