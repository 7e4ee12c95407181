/** A function dies while it makes something for a call with an idempotency key: the repetition never makes it twice. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, ROOMY_TIER, startTestStack, type TestStack } from '../support/stack.ts';
import { startWatchedEngine, type WatchedCall, type WatchedEngine } from '../support/watched-engine.ts';

let engine: WatchedEngine;
let stack: TestStack;
let headers: { authorization: string };
beforeAll(async () => {
  engine = await startWatchedEngine();
  stack = await startTestStack(
    { profile: 'default', config: { tiers: { free: ROOMY_TIER } } },
    { dynamodb: { endpoint: engine.endpoint } },
  );
  headers = bearer(await stack.logIn(await stack.onboard()));
});
afterAll(async () => {
  await stack?.stop();
  await engine?.stop();
});

const makesKey = ({ action, body }: WatchedCall) =>
  action === 'TransactWriteItems' && body.includes('SET answer = :answer');
const create = (key: string, name: string) =>
  stack.send('POST /v1/api-keys', { headers: { ...headers, 'idempotency-key': `"${key}"` }, json: { name } });
const named = async (name: string) => {
  const { data } = (await stack.send('GET /v1/api-keys?limit=100', { headers })).json;
  return (data as { id: string; name: string }[]).filter((each) => each.name === name);
};

test('killed after the write: the repetition tells what was made, and makes no other', async () => {
  engine.after = async (call) => {
    if (makesKey(call)) await stack.local.kill('Functionsmanagement');
  };
  expect((await create('after', 'after')).status).toBeGreaterThanOrEqual(500);
  engine.after = async () => undefined;
  const { status, json } = await create('after', 'after');
  expect([status, json.key]).toEqual([201, undefined]);
  expect(await named('after')).toEqual([expect.objectContaining({ id: json.id })]);
});

test('killed before the write: nothing is made, and until the claim ends a repetition is told to wait', async () => {
  engine.before = async (call) => {
    if (!makesKey(call)) return true;
    await stack.local.kill('Functionsmanagement');
    return false;
  };
  expect((await create('before', 'before')).status).toBeGreaterThanOrEqual(500);
  engine.before = async () => true;
  const { status, json } = await create('before', 'before');
  expect([status, json.code]).toEqual([409, 'request_in_flight']);
  expect(await named('before')).toEqual([]);
});

test('of 20 calls at once over HTTP one makes it', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => create('at once', 'at once')));
  expect(answers.filter(({ json }) => json.key !== undefined)).toHaveLength(1);
  expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
  expect(await named('at once')).toHaveLength(1);
  // A header that came twice reaches the function as two.
  const twice = await stack.send('POST /v1/api-keys', {
    headers: { ...headers, 'idempotency-key': ['a', 'b'] },
    json: { name: 'twice' },
  });
  expect(twice.status).toBe(400);
});
