import type { FmiVersion } from './model-description.ts'

/** What computes: names of Node's `process.platform` and `process.arch`. */
export interface Platform {
  readonly platform: string
  readonly arch: string
}

const systems: Readonly<Record<string, { readonly name: string; readonly of2: string; readonly extension: string }>> = {
  linux: { name: 'linux', of2: 'linux', extension: 'so' },
  darwin: { name: 'darwin', of2: 'darwin', extension: 'dylib' },
  win32: { name: 'windows', of2: 'win', extension: 'dll' },
}
const architectures: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64', ia32: 'x86' }

/** Where the binary for a platform lies in an FMU: FMI 2.0 knows `linux64`, `win64`, `darwin64`; 3.0 `x86_64-linux` and the like. Undefined: FMI has no name for it. */
export function binaryPath(version: FmiVersion, identifier: string, { platform, arch }: Platform): string | undefined {
  const system = systems[platform]
  const architecture = architectures[arch]
  if (!system || architecture === undefined) return undefined
  if (version === '3.0') return `binaries/${architecture}-${system.name}/${identifier}.${system.extension}`
  return arch === 'arm64' && platform !== 'darwin' ? undefined : `binaries/${system.of2}${arch === 'ia32' ? '32' : '64'}/${identifier}.${system.extension}`
}

/** The platforms that an FMU has binaries for, as their folders are named. */
export const platformsOf = (files: Iterable<string>): readonly string[] =>
  [...new Set([...files].flatMap((name) => /^binaries\/([^/]+)\/[^/]+$/.exec(name)?.[1] ?? []))].sort()
