/** A process of its own that makes load: it is sent one plan, and sends back what it has seen. */
import { setTimeout as sleep } from 'node:timers/promises';
import { httpClient } from '../support/http.ts';
import type { Call, Plan, Seen } from './plan.ts';

process.once('message', (plan: Plan) => void generate(plan));

/** Makes the plan's calls, and sends how they ended. A fault of its own ends the process, which its parent sees. */
async function generate(plan: Plan): Promise<void> {
  const tally: Record<string, number> = {};
  const errors: string[] = [];
  const { send, close } = httpClient(plan.url);
  const [only] = plan.calls;

  async function call({ target, headers }: Call, ofVolley: boolean): Promise<void> {
    try {
      const { status, headers: told } = await send(target, { headers });
      const name = ofVolley ? `${status} ${told['x-ratelimit-reset']}` : `${target} ${status}`;
      tally[name] = (tally[name] ?? 0) + 1;
    } catch (error) {
      errors.push(String(error));
    }
  }

  async function volley(at: number, count: number): Promise<void> {
    await sleep(at - Date.now());
    await Promise.all(Array.from({ length: count }, async () => only && call(only, true)));
  }

  async function keepCalling(until: number, from: number): Promise<void> {
    for (let index = from; Date.now() < until; index += 1) {
      const next = plan.calls[index % plan.calls.length];
      if (next !== undefined) await call(next, false);
    }
  }

  async function callAtRate(until: number, rate: number): Promise<void> {
    const [began, running] = [Date.now(), new Set<Promise<void>>()];
    for (let index = 0; Date.now() < until; index += 1) {
      await sleep(Math.max(0, began + (index * 1000) / rate - Date.now()));
      const next = plan.calls[index % plan.calls.length];
      if (next === undefined) return;
      const answered = call(next, false).finally(() => running.delete(answered));
      running.add(answered);
    }
    await Promise.all(running);
  }

  if ('volleys' in plan) await Promise.all(plan.volleys.map(({ at, calls }) => volley(at, calls)));
  else if ('rate' in plan) await callAtRate(plan.until, plan.rate);
  else await Promise.all(Array.from({ length: plan.callers }, (_, index) => keepCalling(plan.until, index)));
  close();
  process.send?.({ tally, errors } satisfies Seen);
  process.disconnect();
}
