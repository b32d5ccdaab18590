/** What [STATUS] says of a link: OPEN, CLOSED, a speed or setting; undefined: nothing. */
export type StatusOf = (link: string) => string | undefined

/** EPANET 2.2 User Manual, appendix C: a row is of a link, or of all from one to another, by their numbers or letters. The last that is of a link holds. */
export function toStatuses(rows: readonly (readonly string[])[]): StatusOf {
  const ofOne = new Map<string, number>()
  const ofMany: { readonly row: number; readonly includes: (link: string) => boolean }[] = []
  for (const [row, [first = '', second = '', third]] of rows.entries()) {
    if (third === undefined) ofOne.set(first, row)
    else ofMany.push({ row, includes: between(first, second) })
  }
  return (link) => {
    const row = Math.max(ofOne.get(link) ?? -1, ofMany.findLast(({ includes }) => includes(link))?.row ?? -1)
    return rows[row]?.at(rows[row].length > 2 ? 2 : 1)?.toUpperCase()
  }
}

function between(first: string, last: string): (link: string) => boolean {
  const [from, to] = [Number.parseInt(first, 10), Number.parseInt(last, 10)]
  if (from > 0 && to > 0) return (link) => Number.parseInt(link, 10) >= from && Number.parseInt(link, 10) <= to
  return (link) => link >= first && link <= last
}
