import type { EngineWork } from '../engine-host.ts'
import type { WorkOrder } from './wire.ts'

/** Work as it can be sent. `root`: a folder for folders of models. */
export const toOrder = ({ run, program, input, artifacts, series, outputs, window, task }: EngineWork, root: string, memoryMb?: number): WorkOrder =>
  ({ run, program: program.href, root, memoryMb, input, artifacts, series, outputs, window, task })
