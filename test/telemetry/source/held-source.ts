/** A process of its own for tests that kill it: a source whose readings never become durable. Says on stdout when it is connected, and what is in flight. */
import { createMqttSource } from '../../../src/adapters/mqtt/mqtt-source.ts'
import { createProcessMapper } from '../../../src/adapters/process/mapper.ts'
import type { MqttSourceDefinition } from '../../../src/telemetry/source/definition.ts'
import { createRecordingIntake } from './recording-intake.ts'

const definition = JSON.parse(process.argv[2] ?? '') as MqttSourceDefinition // as the test wrote it
const intake = createRecordingIntake()
intake.hold()
const source = createMqttSource(definition, intake, { mapper: createProcessMapper(), log: { info: () => undefined, error: console.error }, environment: {} })
let said = ''
setInterval(() => {
  const { state, inFlight } = source.status()
  const now = inFlight === 0 ? state : `in flight: ${inFlight}`
  if (now !== said && now !== 'CONNECTING') console.log(now)
  said = now
}, 5)
