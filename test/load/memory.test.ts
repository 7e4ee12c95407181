import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpClient } from '../support/http.ts';
import { ROOMY_TIER } from '../support/stack.ts';
import type { Call, Plan, Seen } from './plan.ts';
import { type Memory, StackProcess } from './stack-process.ts';

/**
 * Load at a constant rate from another process, below what a machine serves: `LOAD_MINUTES` of `LOAD_RATE` calls a second.
 * A stack that leaks grows by each call, however slowly; one that does not goes on holding what it held once it was warm.
 */
const MINUTES = Number(process.env.LOAD_MINUTES ?? 5);
const RATE = Number(process.env.LOAD_RATE ?? 30);

/** For so long calls come as fast as they are answered, so that what compiles does, and what has a bound fills. */
const WARM_UP_SECONDS = 20;
const WARM_UP_CALLERS = 8;
/** What V8 goes on compiling in fifteen threads, and what a call may leave: less than a string, and its entry in a map. */
const MOST_BYTES = 8_000_000;
const MOST_BYTES_A_CALL = 100;
/** From its end on a session's token is refused. */
const TOKEN_MINUTES = 15;
const SAMPLES = 30;
const FEWEST_SAMPLES = 5;
const ACCOUNTS = 4;

let stack: StackProcess;
beforeAll(async () => {
  stack = await StackProcess.start({ tiers: { free: ROOMY_TIER } });
});
afterAll(() => stack?.stop());

interface Sample extends Memory {
  readonly seconds: number;
}

test(
  `${MINUTES} minutes of ${RATE} calls a second leave the stack as large as it was, and none without its answer`,
  async () => {
    const { calls, expected } = await mixture(stack.url);
    const warm = Date.now() + WARM_UP_SECONDS * 1000;
    expect((await load({ url: stack.url, calls, callers: WARM_UP_CALLERS, until: warm })).errors).toEqual([]);
    const until = Date.now() + MINUTES * 60_000;
    const [{ tally, errors }, samples] = await Promise.all([
      load({ url: stack.url, calls, rate: RATE, until }),
      sample(until),
    ]);
    const count = Object.values(tally).reduce((sum, each) => sum + each, 0);
    const growth = (of: keyof Memory) => bytesASecond(samples, of) * MINUTES * 60;
    const row = (of: keyof Memory) => [
      `${of}: ${samples.map((each) => megabytes(each[of])).join(' ')} MB`,
      `grew by ${megabytes(growth(of))} MB, ${Math.round(growth(of) / count)} bytes a call`,
    ];
    console.log([`${count} calls: ${JSON.stringify(tally)}`, ...MEMORY.flatMap(row)].join('\n'));
    expect(errors).toEqual([]);
    expect(Object.keys(tally).sort()).toEqual([...expected].sort());
    expect(count).toBeGreaterThan(0.9 * MINUTES * 60 * RATE);
    expect(samples.length).toBeGreaterThan(FEWEST_SAMPLES);
    expect(growth('live')).toBeLessThan(MOST_BYTES + MOST_BYTES_A_CALL * count);
  },
  (MINUTES + 4) * 60_000,
);

const MEMORY = ['live', 'resident', 'engine'] as const;

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

async function load(plan: Plan): Promise<Seen> {
  const generator = fork(new URL('generator.ts', import.meta.url), { execArgv: [] });
  generator.send(plan);
  const [seen] = (await once(generator, 'message')) as [Seen];
  return seen;
}

/** Calls that pass and calls that are refused, by key and by session, of several accounts in turn. */
async function mixture(url: string): Promise<{ calls: readonly Call[]; expected: readonly string[] }> {
  const { send, close } = httpClient(url);
  const calls: Call[] = [];
  for (let index = 1; index <= ACCOUNTS; index += 1) {
    const json = { email: `load${index}@example.com`, password: 'correct horse battery staple' };
    const { json: account } = await send('POST /v1/auth/onboard', { json });
    const { json: session } = await send('POST /v1/auth/login', { json });
    const key = { 'X-API-Key': account.api_key };
    const bearer = { Authorization: `Bearer ${session.access_token}` };
    calls.push(
      { target: 'GET /v1/auth/me', headers: key },
      { target: 'GET /v1/things', headers: key },
      { target: 'GET /v1/auth/me', headers: bearer },
      { target: 'GET /v1/api-keys', headers: bearer },
      { target: 'GET /health', headers: {} },
      { target: 'GET /v1/unknown', headers: { 'X-API-Key': `${account.api_key}x` } },
    );
  }
  close();
  const expected = ['GET /v1/auth/me 200', 'GET /v1/things 200', 'GET /v1/api-keys 200', 'GET /health 200'];
  const ended = MINUTES + 1 < TOKEN_MINUTES ? [] : ['GET /v1/auth/me 401', 'GET /v1/api-keys 401'];
  return { calls, expected: [...expected, 'GET /v1/unknown 401', ...ended] };
}

/** Looks at the stack while calls come. On a busy machine a look takes long, and there are fewer. */
async function sample(until: number): Promise<readonly Sample[]> {
  const [began, samples] = [Date.now(), [] as Sample[]];
  const interval = (until - began) / SAMPLES;
  for (let at = began + interval; at < until; at = Math.max(at + interval, Date.now())) {
    await sleep(Math.max(0, at - Date.now()));
    samples.push({ seconds: (Date.now() - began) / 1000, ...(await stack.memory()) });
  }
  return samples;
}

/** The median of the slopes between any two samples (Theil and Sen): a few that are off do not count. */
function bytesASecond(samples: readonly Sample[], of: keyof Memory): number {
  const slopes = samples.flatMap((from, index) =>
    samples.slice(index + 1).map((to) => (to[of] - from[of]) / (to.seconds - from.seconds)),
  );
  return slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? Number.NaN;
}
