import { quantile } from './clients.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What came of calls that were offered at random moments. */
export interface Offered {
  /** Calls a second that succeeded. */
  readonly succeeded: number;
  readonly failedShare: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Offers so many calls a second for so many seconds, and waits so many more for the last ones. A call that throws failed. */
export async function offer(
  time: VirtualTime,
  {
    aSecond,
    seconds,
    waited,
  }: { readonly aSecond: number; readonly seconds: number; readonly waited: number },
  call: (index: number) => Promise<unknown>,
): Promise<Offered> {
  const latencies: number[] = [];
  let failed = 0;
  const timed = async (index: number) => {
    const startedMs = time.nowMs;
    try {
      await call(index);
      latencies.push(time.nowMs - startedMs);
    } catch {
      failed += 1;
    }
  };
  for (let index = 0; index < aSecond * seconds; index += 1)
    time.after(Math.random() * seconds * 1000, () => void timed(index));
  await time.run((seconds + waited) * 1000);
  return {
    succeeded: latencies.length / seconds,
    failedShare: failed / (aSecond * seconds),
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}
