import { readFile } from 'node:fs/promises'

/** A figure without labels of the server's `/metrics`. */
export async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(text) ?? []
  if (value === undefined) throw new Error(`/metrics has no ${name}.`)
  return Number(value)
}

/** Resident memory of a process; undefined where the system does not tell as Linux does. */
export async function residentMib(pid: number): Promise<number | undefined> {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')) ?? []
  return kib === undefined ? undefined : Number(kib) / 1_024
}
