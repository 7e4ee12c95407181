import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Need more than npm, or more time, and have scripts of their own.
    exclude: ['test/{emulator,fuzz,chaos,load}/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // Of the published pages every command and promise is shown by its name.
    ...(process.argv.includes('acceptance') ? { reporters: ['verbose'] } : {}),
  },
});
