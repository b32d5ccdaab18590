import type { ExternalInput } from './input.ts'
import { type FromProgram, protocolError } from './protocol.ts'

/** Puts the values of a frame where they belong; what the program leaves out, or gives as null, is NaN. Throws PROTOCOL_ERROR for what is no output. */
export function createFrameReader(outputs: ExternalInput['outputs']): (frame: Extract<FromProgram, { readonly type: 'frame' }>) => Float64Array {
  const places = new Map<string, Map<string, number>>()
  for (const [index, { twin, name }] of outputs.entries()) places.set(twin, (places.get(twin) ?? new Map<string, number>()).set(name, index))
  const values = new Float64Array(outputs.length)
  return (frame) => {
    values.fill(NaN)
    for (const [twin, named] of Object.entries(frame.values)) {
      for (const [name, value] of Object.entries(named)) {
        const place = places.get(twin)?.get(name)
        if (place === undefined) throw protocolError(JSON.stringify(frame), `${JSON.stringify(name)} of twin ${JSON.stringify(twin)} is none of the outputs that it was opened with`)
        if (value !== null && typeof value !== 'number' && typeof value !== 'boolean') throw protocolError(JSON.stringify(frame), `${JSON.stringify(name)} of twin ${JSON.stringify(twin)} is no number`)
        values[place] = value === null ? NaN : Number(value)
      }
    }
    return values
  }
}
