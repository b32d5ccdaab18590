const longest = 80

/**
 * A name as an id that travels well: lower case, words joined by `-`. Letters of every script stay; accents on Latin letters go, for they are typed in more than one way.
 * A name without letters or digits gives `scenario`.
 */
export function toSlug(name: string): string {
  const plain = name.normalize('NFKD').replace(/(\p{Script=Latin})\p{M}+/gu, '$1').normalize('NFC').toLowerCase()
  const folded = plain.replace(/[ßæœøđłþ]/gu, (letter) => foldings[letter] ?? letter)
  const words = folded.replace(/[^\p{L}\p{M}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '')
  return [...words].slice(0, longest).join('').replace(/-+$/, '') || 'scenario'
}

/** Latin letters that have no accent to take off. */
const foldings: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ł: 'l', þ: 'th' }

/** The slug itself, or with the first number from 2 on that makes it free. */
export function freeId(slug: string, taken: ReadonlySet<string>): string {
  if (!taken.has(slug)) return slug
  for (let number = 2; ; number++) if (!taken.has(`${slug}-${number}`)) return `${slug}-${number}`
}
