import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/published-clients/*.test.ts'],
    globalSetup: ['test/published-clients/installation.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
