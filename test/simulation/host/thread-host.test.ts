import { createThreadHost } from '../../../src/adapters/thread/thread-host.ts'
import { engineHostContract } from './engine-host.contract.ts'

engineHostContract('Threads as hosts of engines', 'THREAD', createThreadHost)
