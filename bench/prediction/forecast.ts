// How well series of public data are forecast and how often the truth lies in the band, and what a thousand forecasts cost through the API. Prints Markdown tables.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedNeo4j } from '../../src/adapters/neo4j/embedded/server.ts'
import { serve } from '../serve.ts'
import { postBatch } from '../telemetry/post.ts'
import { hasSeries, readSeries, roll } from './rolling.ts'

const print = (text: string): void => void process.stdout.write(`${text}\n`)
const digits = (value: number): string => value.toPrecision(3)

export function measureAccuracy(): void {
  if (!hasSeries) throw new Error('This part needs the data sets of ../shared/data/ml/nab and ../shared/data/water/batadal.')
  const levels = [0.8, 0.9]
  print('\n| a day ahead | origins | in the band of 80 % (its backtests said) | of 90 % | mean error over that of the better naive season | over that of MSTL and ETS | ms a forecast | MSTL and ETS alone, ms |\n|---|---|---|---|---|---|---|---|')
  for (const series of readSeries()) {
    const { origins, coverage, error, naive, mstl, ms } = roll(series, 97, levels)
    const shares = levels.map((level) => `${(100 * (coverage.get(level)?.empirical ?? NaN)).toFixed(1)} % (${(100 * (coverage.get(level)?.reported ?? NaN)).toFixed(1)} %)`)
    print(`| ${series.name} | ${origins} | ${shares.join(' | ')} | ${(error / Math.min(naive.day, naive.week)).toFixed(2)} | ${(mstl.own / mstl.error).toFixed(2)} | ${digits(ms)} | ${digits(mstl.ms)} |`)
  }
}

/** On Linux, in its ticks of a hundredth of a second: what a process has used, whatever else the machine does. */
async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

export async function measureSpeed(): Promise<void> {
  const [count, length, hour] = [1_000, 1_500, 3_600_000]
  await using parts = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-bench-'))
  parts.defer(() => rm(directory, { recursive: true, force: true }))
  const { connection } = parts.use(await createEmbeddedNeo4j({ dataDirectory: join(directory, 'neo4j'), environment: process.env, log: console }))
  const { url, pid } = parts.use(await serve('../src/main.ts', {
    NEO4J_URI: connection.uri, NEO4J_USERNAME: connection.username, NEO4J_PASSWORD: connection.password, TWINFOLD_PORT: '0', TWINFOLD_DEMO: 'off', TWINFOLD_LOG: 'error', TWINFOLD_DATA: join(directory, 'server'),
    TWINFOLD_OPERATION_TIMEOUT_MS: '300000', // what takes too long is to be seen
  }))
  const ask = async (query: string, variables: object = {}): Promise<Readonly<Record<string, unknown>>> => {
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) })
    const { data, errors } = await response.json() as { readonly data?: Readonly<Record<string, unknown>>; readonly errors?: unknown }
    if (errors || !data) throw new Error(JSON.stringify(errors).slice(0, 500))
    return data
  }
  const model = { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:bench:Meter;1', '@type': 'Interface', contents: [{ '@type': 'Telemetry', name: 'flow', schema: 'double' }] }
  await ask('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [model] })
  await ask('mutation ($t: [TwinInput!]!) { createTwins(twins: $t) { __typename } }', { t: Array.from({ length: count }, (_, index) => ({ id: `meter-${index}`, model: 'dtmi:bench:Meter;1' })) })
  const end = Math.floor(Date.now() / hour) * hour - hour
  for (let twin = 0; twin < count; twin += 10) {
    const lines = Array.from({ length: 10 * length }, (_, index) => {
      const [id, step] = [twin + Math.floor(index / length), index % length]
      const value = 20 + 5 * Math.sin(((step + id) / 24) * 2 * Math.PI) + 2 * Math.sin((step / 168) * 2 * Math.PI) + Math.sin(step * step * 1.7 + id)
      return `{"twin":"meter-${id}","at":"${new Date(end - (length - 1 - step) * hour).toISOString()}","values":{"flow":${value.toFixed(4)}}}`
    })
    const { status, text } = await postBatch(url, Buffer.from(lines.join('\n')))
    if (status >= 300) throw new Error(text.slice(0, 300))
  }
  const forecasts = async (args: string): Promise<{ readonly ms: number; readonly slowest: number; readonly processor: number }> => {
    const before = await processorSeconds(pid)
    let [isOver, slowest] = [false, 0]
    const others = (async () => {
      while (!isOver) {
        const begun = performance.now()
        await ask('{ meter(id: "meter-7") { _id } }')
        slowest = Math.max(slowest, performance.now() - begun)
      }
    })()
    others.catch(() => undefined) // told when it is waited for
    const begun = performance.now()
    const { meters } = await ask(`{ meters(limit: ${count}) { flow { forecast(${args}) { points { value lower upper } backtest { coverage } problem } } } }`) as { readonly meters: readonly { readonly flow: { readonly forecast: { readonly problem: string | null } } }[] }
    const ms = performance.now() - begun
    isOver = true
    await others
    if (meters.length !== count || meters.some(({ flow }) => flow.forecast.problem !== null)) throw new Error('Not every series was forecast.')
    return { ms, slowest, processor: await processorSeconds(pid) - before }
  }
  print(`\n| ${count.toLocaleString('en')} forecasts of a day, from ${length} hours each, in one query | s (target ≤ 20) | s of a processor, all threads | slowest point query beside it, ms |\n|---|---|---|---|`)
  for (const [name, args] of [['for the first time', 'horizon: "P1D"'], ['again, from the cache', 'horizon: "P1D"'], ['of another level', 'horizon: "P1D", level: 0.5'], ['of another horizon', 'horizon: "P2D"']] as const) {
    const { ms, slowest, processor } = await forecasts(args)
    print(`| ${name} | ${(ms / 1_000).toFixed(2)} | ${processor.toFixed(1)} | ${slowest.toFixed(0)} |`)
  }
  print(`\nload ${loadavg().map((each) => each.toFixed(1)).join(' ')}`)
}
