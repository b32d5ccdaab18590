import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { run } from './run.mjs'
import { say } from './say.mjs'

/** What tests start for themselves, servers and a compiler for the FMUs they build, and the packages of Debian that bring them. */
const servers = [
  { name: 'Mosquitto', package: 'mosquitto', isThere: () => runs('mosquitto') || existsSync('/usr/sbin/mosquitto') },
  { name: 'Redis', package: 'redis-server', isThere: () => runs('redis-server') },
  { name: 'PostgreSQL', package: 'postgresql', isThere: () => runs('initdb') || (existsSync('/usr/lib/postgresql') && readdirSync('/usr/lib/postgresql').length > 0) },
  { name: 'a C compiler', package: 'gcc libc6-dev', isThere: () => runs('cc') || runs('gcc') },
]

/** `command -v`: some of them would begin to serve. */
const runs = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0

/** Installs what is missing where this may be done without asking: as root, by apt. Elsewhere tests that need it are skipped, and say so. */
export async function installTestServers() {
  const missing = servers.filter(({ isThere }) => !isThere())
  if (missing.length === 0) return
  const names = missing.map(({ name }) => name).join(', ')
  if (process.getuid?.() !== 0 || !runs('apt-get')) {
    say(`without ${names}, which can be installed by: apt install ${missing.map((server) => server.package).join(' ')}; tests with them are skipped`)
    return
  }
  say(`installing ${names} by apt ...`)
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  await run('apt-get', ['-qq', 'update'], options)
  const { code } = await run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...missing.flatMap((server) => server.package.split(' '))], options)
  if (code !== 0) say(`${names} could not be installed; tests with them are skipped`)
}
