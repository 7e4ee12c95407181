/**
 * Every route under made-up requests: any answer below 500 that the OpenAPI document has for it; a 5xx or a status that
 * is not documented fails. `FUZZ_SECONDS` is how long, over all routes; a failure says the seed that shows it again.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiKey, bearer, ROOMY_TIER, startTestStack, type TestStack } from '../support/stack.ts';
import { type Operation, operationsOf, requestOf } from './document.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 600);
const SEED = process.env.FUZZ_SEED === undefined ? {} : { seed: Number(process.env.FUZZ_SEED) };
/** What the paths below a prefix of the upstream may answer too: the echo takes everything. */
const OF_API_GATEWAY = new Set([400, 404, 413, 431]);

describe.each(['default', 'memgraph'])('%s', (profile) => {
  let stack: TestStack;
  let operations: readonly Operation[];
  let credentials: Record<string, string>[];
  let ids: string[];

  beforeAll(async () => {
    stack = await startTestStack({ profile, config: { tiers: { free: ROOMY_TIER }, initialTier: 'free' } });
    operations = operationsOf((await stack.send('GET /openapi.json')).json);
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const spare = await stack.createKey(token);
    credentials = [bearer(token), apiKey(account.apiKey), bearer(account.apiKey), apiKey('nonsense'), {}];
    ids = [account.keyId, account.userId, spare.id ?? spare.key_id ?? 'x'].map(String);
  });
  afterAll(() => stack.stop());

  test('every route answers only as its document says', async () => {
    const until = SECONDS / 2 / operations.length;
    for (const operation of operations) {
      // A logout would end the session that the others need.
      const used = operation.id === 'logout' ? [apiKey('nonsense'), {}] : credentials;
      const property = fc.asyncProperty(requestOf(operation, used, ids), async ({ target, request }) => {
        const { status, text } = await stack.send(target, request);
        if (status >= 500) throw new Error(`${status} ${text}`);
        if (!operation.statuses.has(status) && !OF_API_GATEWAY.has(status))
          throw new Error(`${operation.id} has no ${status} in its document: ${text}`);
      });
      const result = await fc.check(property, {
        ...SEED,
        numRuns: Number.MAX_SAFE_INTEGER,
        interruptAfterTimeLimit: until * 1000,
        markInterruptAsFailure: false,
      });
      expect(result.failed ? fc.defaultReportMessage(result) : '', operation.id).toBe('');
    }
  });

  test('a page that no method is for is a 404, whatever is sent', async () => {
    const methods = ['PUT', 'PATCH', 'DELETE', 'POST'];
    for (const { path } of operations) {
      for (const method of methods.filter(
        (each) => !operations.some((known) => known.path === path && known.method === each),
      )) {
        const target = `${method} ${path.replaceAll(/\{\w+\}/g, 'x')}`;
        expect((await stack.send(target, { json: {} })).status, target).toBe(404);
      }
    }
  });
});
