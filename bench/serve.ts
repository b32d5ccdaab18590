import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface Served extends AsyncDisposable {
  readonly url: string
  readonly pid: number
}

/** A server in a process of its own; resolves when it prints its address. `script` is relative to this folder. */
export async function serve(script: string, env: Readonly<Record<string, string>>): Promise<Served> {
  const child = spawn(process.execPath, [new URL(script, import.meta.url).pathname], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  const exit = once(child, 'exit')
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>,
    exit.then(() => { throw new Error(`${script} ended before it was ready.`) }),
  ])
  return {
    url: line.replace(/^.* (?=http)/, ''), pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill()
      await exit
    },
  }
}
