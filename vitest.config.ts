import { defineConfig } from 'vitest/config'

export default defineConfig({
  // graphql 16 has a CommonJS `main` and an ES `module`; without the alias vitest loads both, and types of one are not types of the other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } }, // a deadline that a busy machine keeps, not a wait
    maxWorkers: 2,
  },
})
