import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { absent } from './private-file.ts';

/** Longer than anything takes that is done under a lock; whoever has it for longer is dead. */
const STALE_MS = 60_000;
const POLL_MS = 50;

/**
 * Does something that no other process does at the same time. A lock of a process that died is taken over after a minute.
 * Two processes may then both take it over; of refresh tokens that spends nothing, since the server takes one again for
 * 120 seconds (docs/tokens.md).
 */
export async function locked<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  while (!(await take(path))) {
    const taken = await stat(path).catch(absent);
    if (taken !== undefined && Date.now() - taken.mtimeMs > STALE_MS) await rm(path, { force: true });
    else await pause(POLL_MS);
  }
  try {
    return await act();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
