import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The embedded server's password: random, made at the first start, readable by the owner only. */
export async function keptPassword(dataDirectory: string): Promise<string> {
  const file = join(dataDirectory, 'neo4j-password')
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const password = randomBytes(24).toString('base64url')
  await writeFile(file, password, { mode: 0o600, flag: 'wx' })
  return password
}
