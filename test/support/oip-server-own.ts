import { createConfig } from '../../src/config.ts'
import { createInFlight } from '../../src/http/in-flight.ts'
import { addInferenceRoute } from '../../src/http/inference-route.ts'
import type { ServedModel } from '../../src/prediction/served-model.ts'
import { createHttpServer } from '../../src/http/server.ts'
import { logTo } from '../../src/observe/log.ts'
import type { ModelRef, PredictorRuntime } from '../../src/prediction/runtime.ts'
import type { OipServer } from './oip-server.ts'

export interface OwnOipServer extends OipServer {
  /** Lines of the log. */
  readonly logged: readonly string[]
}

/** Our own route, over models by name that a runtime computes. */
export async function serveModels(runtime: PredictorRuntime, models: ReadonlyMap<string, ModelRef>, limits: { readonly bodyBytes?: number; readonly inferenceBytes?: number; readonly operationTimeoutMs?: number } = {}): Promise<OwnOipServer> {
  const logged: string[] = []
  const log = logTo({ write: (line: string) => { logged.push(line) } }, 'warn')
  const { limits: defaults } = createConfig({})
  const inFlight = createInFlight()
  const server = createHttpServer({ limits: defaults, inFlight, log })
  addInferenceRoute(server, {
    version: '1.2.3', inFlight, log, limits: { bodyBytes: 8_000_000, inferenceBytes: 64_000_000, operationTimeoutMs: 30_000, ...limits },
    async find(name, version, signal): Promise<ServedModel | undefined> {
      const model = models.get(name)
      if (model === undefined || (version !== undefined && version !== '7')) return undefined
      return { name, version: '7', versions: ['7'], platform: 'onnx_onnxv1', signature: await runtime.inspect(model, signal), ready: async (until) => { await runtime.inspect(model, until) }, infer: (inputs, until) => runtime.infer(model, inputs, until) }
    },
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    url, logged,
    async [Symbol.asyncDispose]() {
      server.server.closeAllConnections()
      await server.close()
    },
  }
}
