/** `memgraph-sdk` on the profile `memgraph`. */
import { beforeAll, expect, test } from 'vitest';
import { type Outcome, observe } from './service.ts';

type Every = Readonly<Record<'good' | 'wrong' | 'revoked', Outcome>>;
interface Seen {
  readonly ping: Every;
  readonly setup: Every;
  readonly beliefs: Every;
  readonly analytics: Every;
  readonly search: Every;
  readonly remember: Readonly<Record<'good' | 'reader', Outcome>>;
  readonly limit: Outcome;
  readonly pauses: readonly number[];
}

let observed: Awaited<ReturnType<typeof observe<Seen>>>;
beforeAll(async () => {
  observed = await observe('memgraph', 'memgraph_calls.py');
});

test('a right key works', () => {
  const { beliefs, remember, search } = observed.seen;
  expect(beliefs.good.result).toMatchObject({ asked: 'GET /v1/beliefs' });
  expect(remember.good.result).toMatchObject({ asked: 'POST /v1/beliefs' });
  expect(search.good.result).toEqual({ results: [], total: 0 });
});

test('a wrong key is its MemgraphAuthError, with our reason', () => {
  const { beliefs, search } = observed.seen;
  for (const { wrong, revoked } of [beliefs, search]) {
    expect(wrong).toMatchObject({
      error: 'MemgraphAuthError',
      status: 401,
      message: 'Authentication failed: The API key or token is invalid.',
    });
    expect(revoked).toMatchObject({ error: 'MemgraphAuthError', status: 401 });
    expect(revoked.message).toContain('revoked');
  }
});

test('a key that may too little is its MemgraphAuthError, with the scope that it lacks', () => {
  expect(observed.seen.remember.reader).toMatchObject({
    error: 'MemgraphAuthError',
    status: 403,
    message: 'Authentication failed: Insufficient scope. Required: write',
  });
});

test('a key over its limit is its MemgraphRateLimitError, and it waits as long as we say', () => {
  const { limit, pauses } = observed.seen;
  expect(limit).toMatchObject({ error: 'MemgraphRateLimitError', status: 429 });
  const { retryAfterSeconds = 0 } = limit;
  expect(retryAfterSeconds).toBeGreaterThanOrEqual(1);
  expect(retryAfterSeconds).toBeLessThanOrEqual(60);
  expect(pauses).toEqual([retryAfterSeconds]);
  expect(limit.message).toContain(`Try again in ${retryAfterSeconds} second`);
});

test('its check of a key tells a right one, whose tenant it names, from a wrong one', () => {
  const { ping } = observed.seen;
  expect(ping.good.result).toMatchObject({
    status: 'ok',
    tenant_id: observed.account.tenantId,
    tenant_name: expect.any(String),
  });
  for (const { error, status } of [ping.wrong, ping.revoked])
    expect([error, status]).toEqual(['MemgraphAuthError', 401]);
});

test('its set-up takes a right key, and says that a wrong one is invalid', () => {
  const { setup } = observed.seen;
  expect(setup.good.result).toContain(`(${observed.account.tenantId})`);
  for (const { result } of [setup.wrong, setup.revoked]) expect(result).toContain('Invalid API key.');
});

test('its second version of the API reaches the service, behind the same door', () => {
  const { analytics } = observed.seen;
  expect(analytics.good.result).toMatchObject({ asked: 'GET /v2/analytics' });
  for (const { error, status } of [analytics.wrong, analytics.revoked])
    expect([error, status]).toEqual(['MemgraphAuthError', 401]);
});
