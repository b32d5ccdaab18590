/** UTF-8, or, of files that are none, Windows' western code page, in which EPANET's own editor writes. */
export function decodeInp(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
