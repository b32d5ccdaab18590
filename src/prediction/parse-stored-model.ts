import { isSha256 } from '../artifact/artifact-store.ts'
import { parseDuration } from '../telemetry/duration.ts'
import type { HostRule } from './allowed-hosts.ts'
import { type CardProblems, shown } from './card-problems.ts'
import type { StoredModel } from './predictor.ts'
import type { RegisterRequest, RemoteRequest } from './predictor-service.ts'
import type { RuntimeId, StatisticsMethod } from './runtime.ts'

/** What each runtime takes a model as, and nothing else. */
const fieldOf = { ONNX: 'artifact', OIP: 'remote', STATISTICS: 'method' } as const satisfies Record<RuntimeId, keyof RegisterRequest>

const [usualTimeoutMs, leastTimeoutMs, mostTimeoutMs] = [10_000, 10, 300_000]
const [longestName, mostOptions] = [200, 100]

/** Where the model is, as it is kept; undefined where that is wrong. */
export function parseStoredModel(request: RegisterRequest, isAllowed: HostRule, problems: CardProblems): StoredModel | undefined {
  const { wrong } = problems
  const field = fieldOf[request.runtime]
  for (const other of Object.values(fieldOf)) {
    if (other !== field && isGiven(request[other])) wrong('INVALID_INPUT', [other], `${request.runtime} takes its model as \`${field}\`, not as \`${other}\`.`)
  }
  if (isGiven(request.options) && field !== 'method') wrong('INVALID_INPUT', ['options'], `${request.runtime} takes no options.`)
  if (!isGiven(request[field])) {
    wrong('REQUIRED_MISSING', [field], `${request.runtime} takes its model as \`${field}\`, which is missing.`)
    return undefined
  }
  switch (field) {
    case 'artifact': return toArtifact(request.artifact ?? '', problems)
    case 'remote': return request.remote ? toRemote(request.remote, isAllowed, problems) : undefined
    case 'method': return request.method ? toMethod(request.method, request, problems) : undefined
  }
}

const isGiven = (value: unknown): boolean => value !== null && value !== undefined

function toArtifact(sha256: string, { wrong }: CardProblems): StoredModel | undefined {
  if (isSha256(sha256)) return { kind: 'artifact', sha256 }
  wrong('UNKNOWN_ARTIFACT', ['artifact'], `${shown(sha256)} is no SHA-256 of 64 hexadecimal digits in lower case, under which a model is PUT to /artifacts.`)
  return undefined
}

function toRemote({ url, model, version, encoding, timeout }: RemoteRequest, isAllowed: HostRule, problems: CardProblems): StoredModel | undefined {
  const before = problems.all.length
  const wrong = (code: Parameters<CardProblems['wrong']>[0], field: keyof RemoteRequest, message: string): void => { problems.wrong(code, ['remote', field], message) }
  const address = toAddress(url, isAllowed, wrong)
  for (const [field, name] of [['model', model], ['version', version]] as const) {
    if (typeof name === 'string' && (name === '' || name.length > longestName || /\p{Cc}/u.test(name))) wrong('INVALID_NAME', field, `The ${field} has from 1 to ${longestName} characters, none of them a control character.`)
  }
  const parsed = typeof timeout === 'string' ? parseDuration(timeout) : undefined
  if (parsed && !parsed.ok) wrong('WRONG_TIME', 'timeout', parsed.problem)
  const timeoutMs = parsed?.ok ? Math.round(parsed.value / 1_000) : usualTimeoutMs
  if (timeoutMs < leastTimeoutMs || timeoutMs > mostTimeoutMs) wrong('OUT_OF_BOUNDS', 'timeout', 'A timeout is from PT0.01S to PT5M.')
  return problems.all.length > before || address === undefined ? undefined : { kind: 'remote', url: address, model, version: version ?? undefined, encoding: encoding ?? 'BINARY', timeoutMs }
}

/** Without a slash, or `/v2`, at its end. */
function toAddress(text: string, isAllowed: HostRule, wrong: (code: Parameters<CardProblems['wrong']>[0], field: 'url', message: string) => void): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || text.length > 2_000) wrong('INVALID_INPUT', 'url', `${shown(text)} is no address such as "http://127.0.0.1:8000".`)
  else if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') wrong('INVALID_INPUT', 'url', 'The address has no user, password, query or fragment: what is registered can be read by everybody.')
  else if (!isAllowed(url)) wrong('FORBIDDEN_HOST', 'url', `The server may not call ${url.host}. Add it to TWINFOLD_PREDICTOR_HOSTS.`)
  else return (url.origin + url.pathname).replace(/\/+$/, '').replace(/\/v2$/, '')
  return undefined
}

/** Undefined where one of them is no number. */
function toMethod(method: StatisticsMethod, { options }: RegisterRequest, { wrong }: CardProblems): StoredModel | undefined {
  const given = options ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) {
    wrong('WRONG_TYPE', ['options'], 'options is an object of numbers, such as { season: 24 }.')
    return undefined
  }
  if (Object.keys(given).length > mostOptions) wrong('OUT_OF_BOUNDS', ['options'], `There are at most ${mostOptions} options.`)
  const numbers = Object.entries(given).slice(0, mostOptions).flatMap(([name, value]): readonly (readonly [string, number])[] => {
    if (typeof value === 'number' && Number.isFinite(value)) return [[name, value]]
    wrong('WRONG_TYPE', ['options', name.slice(0, 100)], 'An option is a finite number.')
    return []
  })
  return numbers.length < Object.keys(given).length ? undefined : { kind: 'method', method, options: Object.fromEntries(numbers) }
}
