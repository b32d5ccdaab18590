import { gunzipSync } from 'node:zlib'
import { postBatch } from '../telemetry/post.ts'
import { type EndedRun, runToEnd } from './client.ts'
import { linkTwin, namesOf, nodeTwin, waterFile, type WaterNetwork } from './networks.ts'

const hourMs = 3_600_000
const from = Date.UTC(2014, 0, 6)

interface Row { readonly [column: string]: number }

/** The hours that are labelled, one after the other; the test set lies in an archive of its own. */
function rows(): readonly Row[] {
  return ['BATADAL_dataset03.csv.gz', 'BATADAL_dataset04.csv.gz'].flatMap((name) => {
    const [header = [], ...lines] = gunzipSync(waterFile(`batadal/${name}`)).toString('utf8').trim().split(/\r?\n/).map((line) => line.split(',').map((cell) => cell.trim()))
    return lines.map((line) => Object.fromEntries(header.map((column, index) => [column, Number(line[index])])))
  })
}

/** Ingests levels and states of the hours, so often that there are at least 15,000, and simulates all of them. */
export async function assimilate(url: string, network: WaterNetwork): Promise<{ readonly hours: number; readonly run: EndedRun }> {
  const measured = rows()
  const hours = 15_000
  const links = [...Array.from({ length: 11 }, (_, index) => `PU${index + 1}`), 'V2']
  const tanks = Array.from({ length: 7 }, (_, index) => `T${index + 1}`)
  let lines: string[] = []
  const send = async (): Promise<void> => {
    const answer = await postBatch(url, Buffer.from(lines.join('\n')))
    if (answer.status !== 200 || !/"quarantined":0/.test(answer.text)) throw new Error(answer.text.slice(0, 500))
    lines = []
  }
  for (let hour = 0; hour <= hours; hour++) {
    const row = measured[hour % measured.length] ?? {}
    const at = new Date(from + hour * hourMs).toISOString()
    for (const id of tanks) lines.push(JSON.stringify({ twin: nodeTwin(network.name, id), at, values: { level: row[`L_${id}`] } }))
    for (const id of links) lines.push(JSON.stringify({ twin: linkTwin(network.name, id), at, values: { status: row[`S_${id}`] } }))
    if (lines.length > 10_000) await send()
  }
  if (lines.length > 0) await send()
  const all = namesOf(network)
  const of = [...tanks.map((id) => nodeTwin(network.name, id)), ...links.map((id) => linkTwin(network.name, id)), ...['J280', 'J269', 'J300', 'J256', 'J289', 'J415', 'J302', 'J306', 'J307', 'J317', 'J14', 'J422'].map((id) => nodeTwin(network.name, id))]
  const run = await runToEnd(url, 'startSimulation', {
    engine: 'epanet', of, over: [], from: new Date(from).toISOString(), horizon: `PT${hours}H`, step: 'PT1H', force: true,
    parameters: { model: network.sha256, names: Object.fromEntries(of.map((twin) => [twin, all[twin]])), assimilate: true, assimilateFrom: { level: 'level', state: 'status', threshold: 0.5, twins: links.map((id) => linkTwin(network.name, id)) }, outputs: ['flow', 'level', 'pressure'] },
  })
  return { hours, run }
}
