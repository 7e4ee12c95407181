import { dev } from './dev.ts';

// What `latchkey dev` loads: it begins at once. A second Ctrl-C does not wait for the first.
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort();
  });
}
const { stdout, stderr, env } = process;
process.exit(
  await dev(process.argv.slice(2), { stdout, stderr, env, cwd: process.cwd(), signal: stopping.signal }),
);
