import { createProcessHost } from '../../../src/adapters/process/engine-host.ts'
import { engineHostContract } from './engine-host.contract.ts'

engineHostContract('Processes as hosts of engines', 'PROCESS', createProcessHost)
