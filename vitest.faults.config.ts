import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** npm run test:faults: kills, full disks, damaged files. One at a time, since each needs the machine for itself. */
export default defineConfig({ ...base, test: { ...base.test, include: ['test/faults/*.fault.ts'], fileParallelism: false } })
