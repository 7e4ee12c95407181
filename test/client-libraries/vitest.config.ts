import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/client-libraries/**/*.test.ts'],
    globalSetup: ['toolchain/install.ts', 'test/client-libraries/installation.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
