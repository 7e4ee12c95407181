import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/architecture/*.test.ts'],
    globalSetup: ['toolchain/install.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
