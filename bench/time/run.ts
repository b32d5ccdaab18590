// npm run bench time: what history costs who does not ask for it, what it costs to look at the past and into scenarios, and what a change costs that can be looked back on. Prints Markdown tables.
import { cpus, loadavg, totalmem } from 'node:os'
import { ask } from '../reads.ts'
import { editBuilding } from './edits.ts'
import { doubleStates } from './load-history.ts'
import { type Place, quantile, seeded, timeInTurns, type Timing } from './measure.ts'
import { timeMutations } from './mutations.ts'
import { questionsIn } from './questions.ts'
import { openStage } from './stage.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 60)

const print = (text: string): void => void process.stdout.write(`${text}\n`)
const ms = (value: number): string => value.toFixed(1)
const cell = ({ p50, p95 }: Timing): string => `${ms(p50)} / ${ms(p95)}`
const over = (some: Timing, others: Timing): string => `${(some.p50 / others.p50).toFixed(2)} ×`

await using stage = await openStage()
const { bare, lived, times, database } = stage
const random = seeded(6)
const instant = (from: number, to: number) => (): { readonly asOf: string } => ({ asOf: new Date(from + Math.floor(random() * (to - from))).toISOString() })
const ever = instant(times.related, times.end)
const now: Place = { url: lived.app.url }
const measured = async (question: Parameters<typeof timeInTurns>[0], places: Readonly<Record<string, Place>>) => {
  const timings = await timeInTurns(question, places, rounds)
  return (name: string): Timing => timings[name] ?? (() => { throw new Error(`Nothing was measured of ${name}.`) })()
}

print(`${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load ${loadavg().map(ms).join(' ')}; ${rounds} rounds; ms: p50 / p95\n`)

const everywhere = questionsIn()
print('| read through HTTP | no history | with history, now | ratio (target ≤ 1.15) | as of an instant of 30 days | ratio to now | target |\n|---|---|---|---|---|---|---|')
for (const [key, question] of Object.entries(everywhere)) {
  const of = await measured(question, { bare: { url: bare.app.url }, now, then: { ...now, variables: ever } })
  const isList = ['indexed', 'unindexed', 'connection'].includes(key)
  print(`| ${question.name} | ${cell(of('bare'))} | ${cell(of('now'))} | ${over(of('now'), of('bare'))} | ${cell(of('then'))} | ${over(of('then'), of('now'))} | ≤ ${isList ? 4 : 2} |`)
}

print('\n| in a scenario with | question, in the edited building | now | in the scenario | ratio | target |\n|---|---|---|---|---|---|')
for (const [edits, building, target] of [[300, 1, 2], [3_000, 2, 3]] as const) {
  const id = `with-${edits}`
  await create(id)
  await editBuilding(lived.app, id, building, edits)
  for (const question of Object.values(questionsIn({ firstBuilding: building, buildings: 1 }))) {
    const of = await measured(question, { now, there: { ...now, variables: () => ({ scenario: id }) } })
    print(`| ${edits} edits | ${question.name} | ${cell(of('now'))} | ${cell(of('there'))} | ${over(of('there'), of('now'))} | ≤ ${target} |`)
  }
}

print('\n| a transaction that sets two properties | bare SET, ms | Twinfold\'s service, with journal and history, ms | ratio (target ≤ 3.5) |\n|---|---|---|---|')
for (const [size, each] of [[1_000, 30], [1, 200]] as const) {
  const { bare: least, whole } = await timeMutations(stage, { size, rounds: each })
  print(`| of ${size} twin${size === 1 ? '' : 's'} | ${ms(least)} | ${ms(whole)} | ${(whole / least).toFixed(2)} × |`)
}

const creations: number[] = []
for (let n = 0; n < 60; n++) {
  const start = performance.now()
  await create(`another-${n}`)
  if (n >= 10) creations.push(performance.now() - start)
}
print(`\nA scenario on 100,000 twins is created in ${ms(quantile(creations, 0.5))} ms, p95 ${ms(quantile(creations, 0.95))} (target 20), through HTTP.`)

print('\n| past states | question | now | as of the last day | ratio | as of the first days | ratio |\n|---|---|---|---|---|---|---|')
for (const factor of [1, 2, 4]) {
  if (factor > 1) await doubleStates(database, lived.tenant)
  const { states } = await database.read({ text: `MATCH (v:_Past&${lived.tenant.label}) RETURN count(v) AS states`, parameters: {} })
  for (const key of ['point', 'nested', 'indexed', 'unindexed'] as const) {
    const recent = instant(times.end - 86_400_000, times.end)
    const old = instant(times.related, times.related + 3 * 86_400_000)
    const of = await measured(everywhere[key], { now, recent: { ...now, variables: recent }, old: { ...now, variables: old } })
    print(`| ${Number(states).toLocaleString('en')} | ${everywhere[key].name} | ${cell(of('now'))} | ${cell(of('recent'))} | ${over(of('recent'), of('now'))} | ${cell(of('old'))} | ${over(of('old'), of('now'))} |`)
  }
}

async function create(id: string): Promise<void> {
  const { createScenario } = await ask(lived.app.url, 'mutation($id: ID!, $name: String!) { createScenario(id: $id, name: $name) { __typename } }', { id, name: id }) as { readonly createScenario: { readonly __typename: string } }
  if (createScenario.__typename !== 'CreateScenarioSuccess') throw new Error(`A scenario was refused: ${createScenario.__typename}`)
}
