import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** What is subscribed to. */
export interface Subscription {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

/** Ends the connection without a word. */
export interface RawSubscriber {
  end(): void
}

/**
 * A subscriber over graphql-transport-ws that costs next to nothing, so that what is measured is the server: frames are told apart by their headers, and only
 * `onNext` looks into one. Resolves when the server took the connection; rejects with what it said instead.
 */
export async function subscribeRaw(url: string, { query, variables = {} }: Subscription, onNext: (frame: Buffer) => void): Promise<RawSubscriber> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setNoDelay(true)
  const { promise, resolve, reject } = Promise.withResolvers<RawSubscriber>()
  socket.on('error', reject).on('close', () => { reject(new Error('The server closed the connection.')) })
  socket.write([
    'GET /graphql HTTP/1.1', `Host: ${hostname}:${port}`, 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: graphql-transport-ws', '', '',
  ].join('\r\n'))
  const say = (message: object): void => { writeFrame(socket, text, Buffer.from(JSON.stringify(message))) }
  readFrames(socket, {
    onUpgraded: () => { say({ type: 'connection_init' }) },
    onRefused: (answer) => { reject(new Error(answer)) },
    onFrame(opcode, body) {
      if (opcode === ping) writeFrame(socket, pong, body)
      if (opcode !== text) return
      if (body.includes('"type":"next"')) return onNext(body)
      if (body.includes('"type":"ping"')) return say({ type: 'pong' })
      if (body.includes('"type":"error"')) return reject(new Error(body.toString()))
      if (!body.includes('"type":"connection_ack"')) return
      say({ id: '1', type: 'subscribe', payload: { query, variables } })
      resolve({ end: () => { socket.destroy() } })
    },
  })
  return await promise
}

const [text, ping, pong] = [1, 9, 10]

/** A client's frame is masked; the key may be zero, which leaves it as it is. */
function writeFrame(socket: Socket, opcode: number, body: Buffer): void {
  const header = body.length < 126 ? Buffer.alloc(6) : Buffer.alloc(8)
  header[0] = 0x80 | opcode
  header[1] = 0x80 | Math.min(body.length, 126)
  if (body.length >= 126) header.writeUInt16BE(body.length, 2)
  socket.write(Buffer.concat([header, body]))
}

interface FrameReader {
  onUpgraded(): void
  onRefused(answer: string): void
  onFrame(opcode: number, body: Buffer): void
}

function readFrames(socket: Socket, { onUpgraded, onRefused, onFrame }: FrameReader): void {
  let rest: Buffer = Buffer.alloc(0)
  let isUpgraded = false
  socket.on('data', (chunk: Buffer) => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    if (!isUpgraded) {
      const end = data.indexOf('\r\n\r\n')
      if (end < 0) {
        rest = data
        return
      }
      if (!data.toString('latin1', 0, 12).endsWith('101')) return onRefused(data.toString())
      isUpgraded = true
      data = data.subarray(end + 4)
      onUpgraded()
    }
    let at = 0
    for (let frame = frameAt(data, at); frame && frame.end <= data.length; frame = frameAt(data, at)) {
      onFrame((data[at] ?? 0) & 15, data.subarray(frame.start, frame.end))
      at = frame.end
    }
    rest = data.subarray(at)
  })
}

/** Where the body of a server's frame lies; undefined where its header is not there yet. */
function frameAt(data: Buffer, at: number): { readonly start: number; readonly end: number } | undefined {
  if (data.length < at + 2) return undefined
  const short = (data[at + 1] ?? 0) & 127
  if (short < 126) return { start: at + 2, end: at + 2 + short }
  const start = at + (short === 126 ? 4 : 10)
  if (data.length < start) return undefined
  return { start, end: start + (short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2))) }
}
