import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createOipRuntime } from '../../../src/adapters/oip/oip-runtime.ts'
import type { Predictor } from '../../../src/prediction/predictor.ts'
import { createServedModels } from '../../../src/prediction/served-model.ts'
import { newPredictor } from '../catalogue/new-predictor.ts'

it('a model on another server is ready while that server is, whatever is known of it', async () => {
  let isUp = true
  const server = createServer((asked, response) => {
    response.statusCode = isUp ? 200 : 503
    asked.resume().on('end', () => response.end(isUp ? JSON.stringify({ name: 'pump', inputs: [], outputs: [] }) : '{"error":"loading"}'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => { server.close() })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const predictor: Predictor = { ...newPredictor({ name: 'far', runtime: 'OIP', model: { kind: 'remote', url, model: 'pump', version: undefined, encoding: 'JSON', timeoutMs: 2_000 } }), id: 'far;1', version: 1, stage: 'ACTIVE', createdAt: 0, stagedAt: 0 }
  const runtime = createOipRuntime({ attempts: 1, isAllowed: () => true })
  onTestFinished(() => runtime[Symbol.asyncDispose]())
  const find = createServedModels({ book: { find: () => Promise.resolve(predictor) }, runtimes: new Map([['OIP', runtime]]), artifacts: { path: () => Promise.resolve(undefined) } })
  const { signal } = new AbortController()
  const ready = async (): Promise<unknown> => await (await find('far', undefined, signal))?.ready(signal)
  await ready()
  isUp = false
  await expect(ready()).rejects.toMatchObject({ code: 'RUNTIME_UNAVAILABLE', isRetryable: true })
  isUp = true
  await ready()
})
