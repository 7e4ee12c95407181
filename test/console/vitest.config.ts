import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/console/*.test.ts'],
    globalSetup: ['test/browser/tools.ts'],
    testTimeout: 120_000,
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
