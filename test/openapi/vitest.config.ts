import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/openapi/*.test.ts'],
    globalSetup: ['test/openapi/tools.ts'],
    testTimeout: 900_000,
    hookTimeout: 180_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
