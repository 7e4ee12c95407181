import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/console/*.test.ts'],
    globalSetup: ['test/browser/tools.ts'],
    testTimeout: 120_000,
    // A busy machine takes its time.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
