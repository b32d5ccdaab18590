/** The run of a series, and which member of a sweep where it is one's: `<run>:<member>`. */
export function memberOf(run: string): { readonly run: string; readonly member: number | undefined } {
  const [, id, member] = /^(.+):(\d{1,9})$/.exec(run) ?? []
  return id === undefined ? { run, member: undefined } : { run: id, member: Number(member) }
}
