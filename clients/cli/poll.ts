import { ConnectionError, RateLimitError, ServerError } from '../typescript/src/index.ts';
import type { Io } from './io.ts';
import { printable } from './output.ts';

const LONGEST_PAUSE_SECONDS = 60;

/**
 * Asks again and again until Ctrl-C, and never sooner than a `Retry-After` says. A server that is away is asked less and
 * less often, and whoever watches is told; what fails at the first time, or for good, is thrown.
 */
export async function poll(ask: () => Promise<void>, intervalSeconds: number, io: Io): Promise<never> {
  await ask();
  for (let pause = intervalSeconds; ; ) {
    await io.sleep(pause);
    try {
      await ask();
      pause = intervalSeconds;
    } catch (error) {
      pause = pauseAfter(error, pause);
      io.stderr.write(`latchkey: ${printable((error as Error).message)} Trying again in ${pause} s.\n`);
    }
  }
}

function pauseAfter(error: unknown, pause: number): number {
  if (error instanceof RateLimitError) return Math.max(pause, error.retryAfter ?? LONGEST_PAUSE_SECONDS);
  if (error instanceof ConnectionError || error instanceof ServerError)
    return Math.min(LONGEST_PAUSE_SECONDS, Math.max(pause * 2, error.retryAfter ?? 0));
  throw error;
}
