/** Where something stands in the documents: a chain from the inside out, so that going down costs nothing. */
export type Place = { readonly document: number; readonly up?: undefined } | { readonly up: Place; readonly key: string | number }

export const within = (up: Place, key: string | number): Place => ({ up, key })

export function documentOf(place: Place): number {
  let next = place
  while (next.up) next = next.up
  return next.document
}

/** The JSON pointer inside the document (RFC 6901). */
export function pointerOf(place: Place): string {
  const keys: string[] = []
  for (let next = place; next.up; next = next.up) keys.push(String(next.key).replaceAll('~', '~0').replaceAll('/', '~1'))
  return keys
    .reverse()
    .map((key) => `/${key}`)
    .join('')
}
