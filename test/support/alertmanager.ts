import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'

/** An alert as the API of Alertmanager shows it. */
export interface ShownAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL: string
  readonly status: { readonly state: string }
}

/** A real Alertmanager with an address of its own, which tells nobody. */
export interface Alertmanager extends AsyncDisposable {
  readonly url: string
  /** Those that are not over. */
  alerts(): Promise<readonly ShownAlert[]>
}

/** Where it is installed; undefined where it is not. */
export const alertmanagerPath = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  .flatMap((folder) => ['prometheus-alertmanager', 'alertmanager'].map((name) => join(folder, name))).find((path) => existsSync(path))

export async function startAlertmanager(): Promise<Alertmanager> {
  if (alertmanagerPath === undefined) throw new Error('Alertmanager is not installed.')
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-alertmanager-'))
  const config = join(folder, 'alertmanager.yml')
  await writeFile(config, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n')
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(alertmanagerPath, [`--config.file=${config}`, `--storage.path=${folder}`, `--web.listen-address=${address}`, '--cluster.listen-address='], { stdio: ['ignore', 'ignore', 'pipe'] })
  await untilReady(child, `http://${address}/-/ready`)
  return {
    url: `http://${address}`,
    async alerts() {
      const response = await fetch(`http://${address}/api/v2/alerts`)
      if (!response.ok) throw new Error(`Alertmanager answered ${response.status}: ${await response.text()}`)
      return await response.json() as readonly ShownAlert[]
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** It says nothing when it is ready, so it is asked, until the deadline. */
async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const said: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => { said.push(chunk) })
  for (const deadline = Date.now() + 20_000; ;) {
    const isReady = await fetch(url).then(({ ok }) => ok, () => false)
    if (isReady) return
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`Alertmanager did not start:\n${Buffer.concat(said).toString()}`)
    await delay(20)
  }
}
