import type { Dtmi } from './model.ts'

/** The parts of a valid DTMI: `dtmi:town:water:Pump;1.2` → segments `town water Pump`, version `1.2`; '' where it has none. */
export function parseDtmi(id: Dtmi): { readonly segments: readonly string[]; readonly version: string } {
  const [path = '', version = ''] = id.split(';')
  return { segments: path.split(':').slice(1), version }
}

/** The same for every version of a model. */
export function withoutVersion(id: Dtmi): string {
  return id.split(';', 1)[0] ?? id
}
