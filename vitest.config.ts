import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Need more than npm, or more time, and have scripts of their own.
    exclude: ['test/{clients,emulator,fuzz,chaos,load}/**'],
    // Ends what hangs. How long a test takes is the machine's affair, and no test's failure.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    maxWorkers: 2,
    // Of the published pages every command and promise is shown by its name.
    ...(process.argv.includes('acceptance') ? { reporters: ['verbose'] } : {}),
  },
});
