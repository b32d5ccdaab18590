import { unzipSync } from 'fflate'
import { type Parsed, parsed, unparsable } from './xml.ts'

/** What an FMU may hold; a compressed file of few bytes can name terabytes. */
export const archiveLimits = { entries: 20_000, bytes: 1_000_000_000, descriptionBytes: 8_000_000, nameLength: 500 }

const descriptionName = 'modelDescription.xml'

/** What is inside an FMU: a zip file with `modelDescription.xml`, `binaries/<platform>/…` and `resources/…`. */
export interface FmuArchive {
  /** Names of its files. */
  readonly files: ReadonlySet<string>
  readonly description: string
}

/** Reads the directory and the description, and inflates nothing else. */
export function readArchive(bytes: Uint8Array, limits = archiveLimits): Parsed<FmuArchive> {
  const files = new Set<string>()
  let [total, problem, descriptionBytes] = [0, undefined as string | undefined, 0]
  try {
    const found = unzipSync(bytes, {
      filter({ name, originalSize }) {
        total += originalSize
        if (problem !== undefined || name.endsWith('/')) return false
        problem = problemOf(name, files.size, total, limits)
        files.add(name)
        if (name !== descriptionName) return false
        descriptionBytes = originalSize
        return descriptionBytes <= limits.descriptionBytes
      },
    })
    if (problem !== undefined) return unparsable(problem)
    if (descriptionBytes > limits.descriptionBytes) return unparsable(`its ${descriptionName} has more than ${limits.descriptionBytes} bytes.`)
    const description = found[descriptionName]
    if (!description) return unparsable(`it has no ${descriptionName}: it is a zip file, but no FMU.`)
    return parsed({ files, description: new TextDecoder('utf-8', { fatal: true }).decode(description) })
  } catch (error) {
    return unparsable(`it cannot be read as a zip file: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

/** Its files of which the names pass, inflated. Throws where the archive cannot be read; its names are those that `readArchive` took. */
export function extractArchive(bytes: Uint8Array, isWanted: (name: string) => boolean): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(unzipSync(bytes, { filter: ({ name }) => !name.endsWith('/') && isWanted(name) })))
}

function problemOf(name: string, entries: number, bytes: number, limits: typeof archiveLimits): string | undefined {
  if (entries >= limits.entries) return `it has more than ${limits.entries} files.`
  if (bytes > limits.bytes) return `its files have more than ${limits.bytes} bytes.`
  return isSafeName(name, limits.nameLength) ? undefined : `one of its files has the name ${JSON.stringify(name.slice(0, 80))}, which does not stay inside of a folder.`
}

/** A path below a folder, wherever it is unpacked. */
const isSafeName = (name: string, most: number): boolean =>
  name.length <= most && !/[\\:\0]/.test(name) && !name.startsWith('/') && !name.split('/').some((part) => part === '..' || part === '.' || part === '')
