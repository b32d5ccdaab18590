/** EPANET's ids have at most 31 characters (EPANET 2.2 User Manual, appendix C), of which blanks, quotes and semicolons have a meaning of their own, and `[` at the start of a line. */
const isElementName = (text: string): boolean => /^[!#-:<-Z\\-~][!#-:<-~]{0,30}$/.test(text)

/** Names for the twins: their ids where EPANET can read them, others are numbered. */
export function nameElements(ids: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(ids)
  let number = 0
  const next = (): string => {
    do number += 1
    while (taken.has(`_${number}`))
    return `_${number}`
  }
  return new Map(ids.map((id) => [id, isElementName(id) ? id : next()]))
}
