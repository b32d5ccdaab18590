import { setTimeout as wait } from 'node:timers/promises'
import { ask } from '../reads.ts'
import { fleet } from './fleet.ts'
import { residentMib } from './metric.ts'
import { postBatch } from './post.ts'
import { batchReadings, createTraffic, minuteText } from './traffic.ts'

export interface OverloadFigures {
  /** Readings a second that were offered, and how many times the limit that is. */
  readonly offered: number
  readonly times: number
  readonly acknowledged: number
  /** Answers by status; by the error's code, where the connection ended before one came. */
  readonly answers: ReadonlyMap<string, number>
  readonly withoutRetryAfter: number
  /** MiB of resident memory: before, and at most. Undefined where the system does not tell. */
  readonly memory: { readonly before: number; readonly most: number } | undefined
  /** Seconds until a batch was taken again. */
  readonly recovery: number
  /** Acknowledged readings that are not there. */
  readonly lost: number
}

/** Requests that the client has open at most. More new connections at once than a listening socket's backlog (511) are reset by the system, which is another limit. */
const mostOpen = 500

/** Offers so many readings a second, whatever comes back; then looks for everything that was acknowledged. Begins at a minute nobody wrote to. */
export async function measureOverload(server: { readonly url: string; readonly pid: number }, { limit, times, seconds, fromMinute }: { readonly limit: number; readonly times: number; readonly seconds: number; readonly fromMinute: number }): Promise<OverloadFigures> {
  const next = stampedBodies(fromMinute)
  const refused: Stamped[] = [] // are offered again as they are
  const acknowledged: { readonly gateway: number; readonly minute: number }[] = []
  const answers = new Map<string, number>()
  let [open, offered, withoutRetryAfter] = [0, 0, 0]
  const memory = watchMemory(server.pid)
  const send = async (): Promise<void> => {
    const stamped = refused.pop() ?? next()
    const { status, retryAfter } = await postBatch(server.url, stamped.body).catch((error: NodeJS.ErrnoException) => ({ status: error.code ?? error.message, retryAfter: undefined }))
    answers.set(String(status), (answers.get(String(status)) ?? 0) + 1)
    if (status === 200) acknowledged.push({ gateway: stamped.gateway, minute: stamped.minute })
    else refused.push(stamped)
    if (status === 429 && !/^\d+$/.test(retryAfter ?? '')) withoutRetryAfter++
  }
  const perSecond = (limit * times) / batchReadings
  const start = performance.now()
  for (let now = start; now - start < seconds * 1_000; now = performance.now()) {
    if (open >= mostOpen || offered >= ((now - start) / 1_000) * perSecond) {
      await wait(1)
      continue
    }
    offered++
    open++
    void send().finally(() => open--)
    if (offered % 16 === 0) await wait(0) // answers are to be read as well
  }
  const elapsed = (performance.now() - start) / 1_000
  while (open > 0) await wait(10)
  const calm = performance.now()
  const before = acknowledged.length
  while (acknowledged.length === before) await send()
  const recovery = (performance.now() - calm) / 1_000
  const rate = (offered * batchReadings) / elapsed
  return { offered: rate, times: rate / limit, acknowledged: acknowledged.length * batchReadings, answers, withoutRetryAfter, memory: await memory(), recovery, lost: await countLost(server.url, fromMinute, acknowledged) }
}

interface Stamped {
  readonly body: Buffer
  readonly gateway: number
  readonly minute: number
}

/** Bodies for other minutes of ten that are made once: making as many as are offered would take the client all its time. Without sequence numbers. */
function stampedBodies(fromMinute: number): () => Stamped {
  const traffic = createTraffic({ values: 1, fromMinute, disorder: false })
  const stamp = minuteText(fromMinute)
  const templates = Array.from({ length: fleet.gateways }, () => {
    const text = traffic.next().body.toString('latin1').replaceAll(/,"origin":"[^"]*","sequence":\d+/g, '')
    return { body: Buffer.from(text, 'latin1'), places: [...text.matchAll(new RegExp(stamp, 'g'))].map(({ index }) => index) }
  })
  let batch = 0
  return () => {
    const gateway = batch % fleet.gateways
    const minute = fromMinute + Math.floor(batch++ / fleet.gateways)
    const template = templates[gateway]
    if (!template) throw new Error('There is a body for every gateway.')
    const body = Buffer.from(template.body)
    const text = minuteText(minute)
    for (const place of template.places) body.write(text, place, 'latin1')
    return { body, gateway, minute }
  }
}

/** Of every gateway every fiftieth series, reading by reading. */
async function countLost(url: string, fromMinute: number, acknowledged: readonly { readonly gateway: number; readonly minute: number }[]): Promise<number> {
  const perGateway = fleet.sensors / fleet.gateways
  const minutesOf = Map.groupBy(acknowledged, ({ gateway }) => gateway)
  let lost = 0
  for (const [gateway, batches] of minutesOf) {
    const last = Math.max(...batches.map(({ minute }) => minute)) + 1
    for (let index = 0; index < perGateway; index += 50) {
      const { sensor } = await ask(url, 'query($id: ID!, $from: DateTime!, $to: DateTime!) { sensor(id: $id) { flow { buckets(from: $from, to: $to, every: "PT1M") { from count } } } }', {
        id: `sensor-${String(gateway * perGateway + index).padStart(5, '0')}`, from: minuteText(fromMinute), to: minuteText(last),
      }) as { readonly sensor: { readonly flow: { readonly buckets: readonly { readonly from: string; readonly count: number }[] } } }
      const there = new Set(sensor.flow.buckets.map(({ from }) => Date.parse(from)))
      lost += batches.filter(({ minute }) => !there.has(Date.parse(minuteText(minute)))).length
    }
  }
  return lost
}

/** Resident memory, several times a second; the function ends it. */
function watchMemory(pid: number): () => Promise<OverloadFigures['memory']> {
  const before = residentMib(pid)
  let most = 0
  const timer = setInterval(() => { void residentMib(pid).then((now = 0) => { most = Math.max(most, now) }) }, 100)
  return async () => {
    clearInterval(timer)
    const first = await before
    return first === undefined ? undefined : { before: first, most: Math.max(most, await residentMib(pid) ?? 0) }
  }
}
