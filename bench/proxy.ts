import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { nginxBinary, startNginx } from './nginx.ts';
import type { Effort } from './options.ts';
import { type Call, timeSides } from './pairs.ts';
import type { Side } from './proxy-side.ts';
import { type Estimate, estimate } from './statistics.ts';

/** Requests that are under way at once where throughput is measured, and those of a batch. */
const AT_ONCE = 32;
const BATCH = 128;

/** The forwarder and a side beside it: each a quotient, the forwarder's above the other's. */
export interface Comparison {
  /** Time of one answer of 1 KB, and of 4 MB, one request after the other. */
  readonly small: Estimate;
  readonly large: Estimate;
  /** Answers of 1 KB in the same time, with many requests at once. */
  readonly throughput: Estimate;
}

export interface ProxyResult {
  /** Null where nginx is not installed. */
  readonly ofNginx: Comparison | null;
  readonly ofPrevious: Comparison;
  /** What the forwarder adds to a call without any proxy, above what the previous one adds to it; answers of 1 KB. */
  readonly addedOfPrevious: Estimate;
  /** Microseconds of a small answer without any proxy, for orientation only: this machine's. */
  readonly directMicroseconds: number;
  readonly forwarderMicroseconds: number;
}

/**
 * Measures the forwarder beside nginx and beside its predecessor, each in a process of its own, to one upstream in
 * another. All sides take turns in small batches, so that each round gives one quotient of each.
 */
export async function measureProxy(
  { rounds, callsPerBatch }: Pick<Effort, 'rounds' | 'callsPerBatch'>,
  binary = nginxBinary(),
): Promise<ProxyResult> {
  const stops: (() => Promise<void>)[] = [];
  try {
    const start = async (side: Side, upstream = '') => {
      const { url, stop } = await startSide(side, upstream);
      stops.push(stop);
      return url;
    };
    const direct = await start('upstream');
    const nginx = binary === null ? undefined : await startNginx(binary, direct);
    if (nginx !== undefined) stops.push(nginx.stop);
    const urls = {
      direct,
      previous: await start('previous', direct),
      forwarder: await start('forwarder', direct),
      ...(nginx === undefined ? {} : { nginx: nginx.url }),
    };
    const sides = (call: (url: string) => Call) =>
      Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, call(url)])) as Record<
        keyof typeof urls,
        Call
      >;
    const small = await timeSides(
      sides((url) => one(`${url}/v1/small`, 1_000)),
      rounds,
      callsPerBatch,
    );
    const large = await timeSides(
      sides((url) => one(`${url}/v1/large`, 4_000_000)),
      rounds,
      1,
    );
    const many = await timeSides(
      sides((url) => batch(`${url}/v1/small`, 1_000)),
      Math.ceil(rounds / 3),
      1,
    );
    const comparison = (other: 'nginx' | 'previous'): Comparison => ({
      small: quotient(small.forwarder, small[other]),
      large: quotient(large.forwarder, large[other]),
      throughput: quotient(many[other], many.forwarder),
    });
    const added = (times: readonly number[]) => times.map((time, round) => time - (small.direct[round] ?? 0));
    return {
      ofNginx: nginx === undefined ? null : comparison('nginx'),
      ofPrevious: comparison('previous'),
      addedOfPrevious: quotient(added(small.forwarder), added(small.previous)),
      directMicroseconds: estimate(small.direct).median,
      forwarderMicroseconds: estimate(small.forwarder).median,
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

function quotient(above: readonly number[] = [], below: readonly number[] = []): Estimate {
  return estimate(above.map((time, round) => time / (below[round] ?? Number.NaN)));
}

async function startSide(side: Side, upstream: string): Promise<{ url: string; stop: () => Promise<void> }> {
  // Each writes a line for a request, as on Lambda; nobody reads them.
  const child = fork(fileURLToPath(new URL('proxy-side.ts', import.meta.url)), [side, upstream], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const failed = ended.then(() => Promise.reject(new Error(`The process of "${side}" ended.`)));
  const [port] = await Promise.race([once(child, 'message'), failed]);
  failed.catch(() => undefined);
  const stop = async () => {
    child.disconnect();
    await ended;
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

/** One request on a connection that stays open. Throws when the answer is not a 200 of so many bytes. */
function one(url: string, bytes: number, agent = new Agent({ keepAlive: true })): Call {
  return () =>
    new Promise((resolve, reject) => {
      const outgoing = request(url, { agent }, (response) => {
        let received = 0;
        response.on('data', (chunk: Buffer) => (received += chunk.length));
        response.on('error', reject);
        response.on('end', () =>
          response.statusCode === 200 && received === bytes
            ? resolve()
            : reject(new Error(`${url} answers ${response.statusCode} with ${received} bytes.`)),
        );
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
}

/** So many requests, some of them at once. */
function batch(url: string, bytes: number): Call {
  const call = one(url, bytes, new Agent({ keepAlive: true, maxSockets: AT_ONCE }));
  return async () => void (await Promise.all(Array.from({ length: BATCH }, call)));
}
