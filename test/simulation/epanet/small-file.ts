import type { BindRequest } from '../../../src/simulation/engine.ts'
import { fileRequest } from './files.ts'
import { hours, type Ran, simulate } from './runs.ts'

/** A reservoir, two junctions (J1, J2) and the pipes P1, P2 between them; `more`: other sections. */
export const smallFile = ({ options = 'UNITS LPS', more = '' }: { readonly options?: string; readonly more?: string } = {}): Uint8Array => Buffer.from(`[JUNCTIONS]
J1 10 5
J2 12 3
[RESERVOIRS]
R 60
[PIPES]
P1 R J1 500 200 100 0 OPEN
P2 J1 J2 500 150 100 0 OPEN
${more}
[OPTIONS]
HEADLOSS H-W
${options}
[END]
`)

export const simulateFile = (file: Uint8Array, parameters: BindRequest['parameters'] = {}, horizon = 1): Promise<Ran> => simulate({ ...fileRequest(file, parameters), window: hours(horizon, 1) })
