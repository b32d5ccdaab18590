import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EngineError } from '../../simulation/engine-program.ts'
import { extractArchive, readArchive } from '../../simulation/fmi/archive.ts'

/** Unpacks what an FMU needs to compute: the binaries of this platform, its resources, its description. */
export async function unpack(file: string, folder: string, binary: string, pulse: () => void): Promise<void> {
  const bytes = await readFile(file)
  const archive = readArchive(bytes) // its limits hold here, too
  if (!archive.ok) throw new EngineError('BAD_ARTIFACT', `The FMU cannot be unpacked: ${archive.problem}`)
  const binaries = `${dirname(binary)}/`
  await mkdir(join(folder, 'resources'), { recursive: true })
  for (const [name, content] of extractArchive(bytes, (each) => each.startsWith(binaries) || each.startsWith('resources/') || each === 'modelDescription.xml')) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
    pulse()
  }
}
