/**
 * Every route under made-up requests, wide ones too: any answer below 500 that the OpenAPI document has for it; a 5xx, a
 * status that is not documented, or a refusal of more than 64 KB fails. `FUZZ_SECONDS` is how long, over all routes; a
 * failure says the seed that shows it again.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { covers } from '../../lambdas/kernel/api-rows.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { type Operation, operationsOf } from '../support/documented.ts';
import {
  apiKey,
  bearer,
  contents,
  expectStatus,
  PASSWORD,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import { complaint, requestOf, wideRequestOf } from './document.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 600);
const SEED = process.env.FUZZ_SEED === undefined ? {} : { seed: Number(process.env.FUZZ_SEED) };

describe.each(PROFILES.map(({ name }) => name))('%s', (profile) => {
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
    // Not the caller: who removes or demotes themselves is refused ever after.
    const json = { email: 'spare@example.com', password: PASSWORD, role: 'editor' };
    const created = await stack.send('POST /v1/users', { headers: bearer(token), json });
    const person = contents(expectStatus(created, 201)).id;
    ids = [account.keyId, person, account.workspaceId, spare.id ?? spare.key_id ?? 'x'].map(String);
  });
  afterAll(() => stack.stop());

  test('every route answers only as its document says', async () => {
    const faults: string[] = [];
    const until = SECONDS / PROFILES.length / operations.length;
    for (const operation of operations) {
      // A logout would end the session that the others need.
      const used = operation.id === 'logout' ? [apiKey('nonsense'), {}] : credentials;
      const requests = fc.oneof(
        { weight: 4, arbitrary: requestOf(operation, used, ids) },
        { weight: 1, arbitrary: wideRequestOf(operation, used, ids) },
      );
      const property = fc.asyncProperty(requests, async (made) => {
        const answer = await stack.send(made.target, made.request);
        const wrong = complaint(operation, made, answer);
        if (wrong !== undefined) throw new Error(`${wrong}: ${answer.text.slice(0, 2000)}`);
      });
      const result = await fc.check(property, {
        ...SEED,
        numRuns: Number.MAX_SAFE_INTEGER,
        interruptAfterTimeLimit: until * 1000,
        markInterruptAsFailure: false,
      });
      // On a machine that is busy the first request may outlast its share of the time: that shows nothing.
      if (result.failed && result.counterexample !== null)
        faults.push(`${(result.errorInstance as Error).message}\n${fc.defaultReportMessage(result)}`);
    }
    expect(faults).toEqual([]);
  });

  test('a path that lacks a method is a 405 that says which it has, whatever is sent', async () => {
    const methods = ['PUT', 'PATCH', 'DELETE', 'POST'];
    for (const { path } of operations) {
      for (const method of methods.filter(
        (each) => !operations.some((known) => known.method === each && covers(known.path, path)),
      )) {
        const target = `${method} ${path.replaceAll(/\{\w+\}/g, 'x')}`;
        const { status, headers } = await stack.send(target, { json: {} });
        expect([target, status, headers.allow]).toEqual([target, 405, expect.not.stringContaining(method)]);
      }
    }
  });
});
