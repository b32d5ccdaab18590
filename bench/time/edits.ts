import type { App } from '../../src/app.ts'
import type { Outcome } from '../../src/twin/twin-service.ts'

/**
 * So many edits in a scenario, all in one building of 2,500 twins: of ten, seven set properties of a sensor, two of them its status, which lists are asked
 * by; one makes a sensor and hangs it on a device, one deletes a sensor, one moves a sensor's monitoring to another room.
 */
export async function editBuilding({ services }: Pick<App, 'services'>, id: string, building: number, edits: number): Promise<void> {
  const scenario = await services.scenarios.find(id)
  if (!scenario) throw new Error(`There is no scenario ${id}.`)
  const request = { actor: 'bench', given: null, scenario }
  const { twins } = services
  const sensor = (n: number): string => `sensor-${building * 2_000 + (n % 2_000)}`
  const edit = async (n: number): Promise<readonly Outcome[]> => {
    const turn = Math.floor(n / 10)
    switch (n % 10) {
      case 7: return [await twins.createTwin({
        kind: 'createTwin', id: `${id}-${n}`, model: 'dtmi:campus:Sensor;1', properties: { name: `Another ${n}`, status: 'OK', weight: 50 }, components: {},
        relationships: [{ name: 'monitors', to: `room-${building * 100 + (turn % 100)}`, id: 'monitors', properties: {} }],
      }, request), await twins.relate([{ kind: 'relate', from: `device-${building * 400 + (turn % 400)}`, name: 'hasPoint', to: `${id}-${n}`, id: `${id}-${n}`, properties: {} }], request)]
      case 8: return [await twins.deleteTwins([{ kind: 'deleteTwin', id: sensor(turn * 5 + 4), cascade: true }], request)]
      case 9: {
        const from = sensor(turn * 5 + 3)
        return [await twins.unrelate([{ kind: 'unrelate', from, name: 'monitors', id: `monitors-${from.slice('sensor-'.length)}`, to: undefined }], request),
          await twins.relate([{ kind: 'relate', from, name: 'monitors', to: `room-${building * 100}`, id: `${id}-${n}`, properties: {} }], request)]
      }
      default: return [await twins.updateTwin({ kind: 'updateTwin', id: sensor(Math.floor(((n % 10) + turn * 7) / 3) * 5 + (n % 3)), patch: n % 5 < 3 ? { setpoint: 25 + n } : { setpoint: 25 + n, status: n % 50 === 3 ? 'FAULT' : 'OK' }, ifVersion: undefined, model: undefined }, request)]
    }
  }
  const outcomes = (await Promise.all(Array.from({ length: edits }, (_, n) => edit(n)))).flat()
  const wrong = outcomes.find((outcome) => !outcome.ok)
  if (wrong) throw new Error(`An edit was refused: ${JSON.stringify(wrong)}`)
}
