// npm run bench time: what history costs who does not ask for it, what it costs to look at the past and into scenarios, and what a change costs that can be looked back on. Prints Markdown tables.
import { cpus, loadavg, totalmem } from 'node:os'
import { ask } from '../reads.ts'
import { editBuilding } from './edits.ts'
import { days } from './load-campus.ts'
import { doubleStates } from './load-history.ts'
import { type Place, quantile, type Question, seeded, timed, timeInTurns, type Timing } from './measure.ts'
import { timeMutations } from './mutations.ts'
import { lists, questionsIn } from './questions.ts'
import { openStage } from './stage.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 40)

/** Parts of the bench; all of them where nothing is said. */
const wanted = process.env['BENCH_PARTS']?.split(',')

const print = (text: string): void => void process.stdout.write(`${text}\n`)
const ms = (value: number): string => value.toFixed(1)
const whole = (value: number): string => Math.round(value).toLocaleString('en')
const cell = ({ p50, p95 }: Timing): string => `${ms(p50)} / ${ms(p95)}`
const over = (some: Timing, others: Timing): string => `${(some.p50 / others.p50).toFixed(2)} ×`

await using stage = await openStage()
const { bare, lived, times, database } = stage
const now: Place = { url: lived.app.url }
const everywhere = questionsIn()
const random = seeded(6)
const between = (from: number, to: number): Place => ({ ...now, variables: () => ({ asOf: new Date(from + Math.floor(random() * (to - from))).toISOString() }) })
const dayMs = 86_400_000

print(`${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load ${loadavg().map(ms).join(' ')}; ${rounds} rounds; ms: p50 / p95\n`)
for (const [name, compare] of Object.entries({ past: comparePast, scenarios: compareScenarios, growth: compareGrowth, mutations: compareMutations })) if (!wanted || wanted.includes(name)) await compare()
print(`\nload ${loadavg().map(ms).join(' ')}`)

/** What history costs now, and what the past costs. */
async function comparePast(): Promise<void> {
  print(`| read through HTTP | no history | with history, now | ratio (target ≤ 1.15) | as of any instant of ${days} days | ratio to now | target |\n|---|---|---|---|---|---|---|`)
  for (const [key, question] of Object.entries(everywhere)) {
    const of = await measured(question, { bare: { url: bare.app.url }, now, then: between(times.related, times.end) })
    print(`| ${question.name} | ${cell(of('bare'))} | ${cell(of('now'))} | ${over(of('now'), of('bare'))} | ${cell(of('then'))} | ${over(of('then'), of('now'))} | ≤ ${lists.has(key) ? 4 : 2} |`)
  }
  const [from, to] = [times.end - 5 * dayMs, times.end - 4 * dayMs].map((at) => new Date(at).toISOString())
  const query = 'query($from: DateTime, $to: DateTime) { diff(from: $from, to: $to) { twins { counts { added removed changed } edges { node { id kind properties { name before after } } } } } }'
  const took = await repeated(5, () => ask(now.url, query, { from, to }))
  print(`\ndiff of two instants a day apart, the first 100 twins that differ and how many there are: ${ms(took.p50)}`)
}

/** The same question of the graph and of a scenario, in the building that was edited; then it is promoted. */
async function compareScenarios(): Promise<void> {
  print('\n| in a scenario with | question, in the edited building | now | in the scenario | ratio | target |\n|---|---|---|---|---|---|')
  const promotions: string[] = []
  for (const [edits, building, target] of [[300, 1, 2], [3_000, 2, 3]] as const) {
    const id = `with-${edits}`
    await create(id)
    await editBuilding(lived.app, id, building, edits)
    for (const question of Object.values(questionsIn({ firstBuilding: building, buildings: 1 }))) {
      const of = await measured(question, { now, there: { ...now, variables: () => ({ scenario: id }) } })
      print(`| ${whole(edits)} edits | ${question.name} | ${cell(of('now'))} | ${cell(of('there'))} | ${over(of('there'), of('now'))} | ≤ ${target} |`)
    }
    const took = await timed(() => mutate('promoteScenario', id, 'mutation($id: ID!) { promoteScenario(id: $id) { __typename } }'))
    promotions.push(`${whole(edits)} edits ${whole(took)} ms`)
  }
  const took = await repeated(60, (n) => create(`another-${n}`), 10)
  print(`\nA scenario on 100,000 twins is created in ${ms(took.p50)} ms, p95 ${ms(took.p95)} (target ≤ 20), through HTTP; promoted, with ${promotions.join(', with ')}.`)
}

async function compareMutations(): Promise<void> {
  print('\n| a transaction that sets two properties | bare SET, ms | Twinfold\'s service, with journal and history, ms | ratio (target ≤ 3.5) |\n|---|---|---|---|')
  for (const [size, each] of [[1_000, 30], [1, 200]] as const) {
    const cost = await timeMutations(stage, { size, rounds: each })
    print(`| of ${whole(size)} twin${size === 1 ? '' : 's'} | ${ms(cost.bare)} | ${ms(cost.whole)} | ${(cost.whole / cost.bare).toFixed(2)} × |`)
  }
}

/** The same past with twice and four times as many states. */
async function compareGrowth(): Promise<void> {
  print('\n| past states | question | now | as of the last day | ratio | as of the first three days | ratio |\n|---|---|---|---|---|---|---|')
  for (const factor of [1, 2, 4]) {
    if (factor > 1) await doubleStates(database, lived.tenant)
    const { states } = await database.read({ text: `MATCH (v:_Past&${lived.tenant.label}) RETURN count(v) AS states`, parameters: {} })
    for (const key of ['point', 'nested', 'subtree', 'indexed', 'unindexed'] as const) {
      const of = await measured(everywhere[key], { now, recent: between(times.end - dayMs, times.end), old: between(times.related, times.related + 3 * dayMs) })
      print(`| ${whole(Number(states))} | ${everywhere[key].name} | ${cell(of('now'))} | ${cell(of('recent'))} | ${over(of('recent'), of('now'))} | ${cell(of('old'))} | ${over(of('old'), of('now'))} |`)
    }
  }
}

async function measured(question: Question, places: Readonly<Record<string, Place>>): Promise<(name: string) => Timing> {
  const timings = await timeInTurns(question, places, rounds)
  return (name) => {
    const timing = timings[name]
    if (!timing) throw new Error(`Nothing was measured of ${name}.`)
    return timing
  }
}

async function repeated(count: number, work: (n: number) => Promise<unknown>, warmUp = 2): Promise<{ readonly p50: number; readonly p95: number }> {
  const samples: number[] = []
  for (let n = 0; n < count; n++) samples.push(await timed(() => work(n)))
  return { p50: quantile(samples.slice(warmUp), 0.5), p95: quantile(samples.slice(warmUp), 0.95) }
}

async function create(id: string): Promise<void> {
  await mutate('createScenario', id, 'mutation($id: ID!, $name: String!) { createScenario(id: $id, name: $name) { __typename } }')
}

async function mutate(field: string, id: string, query: string): Promise<void> {
  const data = await ask(now.url, query, query.includes('$name') ? { id, name: id } : { id }) as Readonly<Record<string, { readonly __typename: string }>>
  if (data[field]?.__typename.endsWith('Success') !== true) throw new Error(`${field} was refused: ${JSON.stringify(data)}`)
}
