import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/frameworks/*.test.ts'],
    globalSetup: ['toolchain/install.ts', 'test/frameworks/installation.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
