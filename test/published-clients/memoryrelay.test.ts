/** `memoryrelay` on the profile `memoryrelay`. */
import { beforeAll, expect, test } from 'vitest';
import { type Outcome, observe } from './service.ts';

type Every = Readonly<Record<'good' | 'wrong' | 'revoked', Outcome>>;
interface Seen {
  readonly agents: Every;
  readonly asyncAgents: Every;
  readonly capabilities: Every;
  readonly create: Outcome;
  readonly delete: Outcome;
  readonly workspaces: Outcome;
  readonly limit: Outcome;
}

let observed: Awaited<ReturnType<typeof observe<Seen>>>;
beforeAll(async () => {
  observed = await observe('memoryrelay', 'memoryrelay_calls.py');
});

test('a right key works', () => {
  const { agents, asyncAgents } = observed.seen;
  for (const { good } of [agents, asyncAgents])
    expect(good.result).toMatchObject({ data: [], has_more: false });
});

test('a wrong key is its MemoryRelayError, with our reason', () => {
  const { agents, asyncAgents } = observed.seen;
  for (const { wrong, revoked } of [agents, asyncAgents]) {
    expect(wrong).toEqual({
      error: 'MemoryRelayError',
      status: 401,
      message: 'The API key or token is invalid.',
    });
    expect(revoked).toEqual({
      error: 'MemoryRelayError',
      status: 401,
      message: 'The API key has been revoked.',
    });
  }
});

test('a key that may too little is its MemoryRelayError, with the scope that it lacks', () => {
  const { create, delete: deletion } = observed.seen;
  const refused = { error: 'MemoryRelayError', status: 403 };
  expect(create).toEqual({ ...refused, message: 'Insufficient scope. Required: write' });
  expect(deletion).toEqual({ ...refused, message: 'Insufficient scope. Required: delete' });
});

test('a key over its limit is its MemoryRelayError, with the seconds', () => {
  const { limit } = observed.seen;
  expect(limit).toMatchObject({ error: 'MemoryRelayError', status: 429 });
  expect(limit.message).toMatch(/^Rate limit exceeded\. Try again in [1-9]\d? seconds?\.$/);
});

test('its pinned contexts below /v2/icm reach the service, behind the same door', () => {
  const { capabilities, workspaces } = observed.seen;
  expect(capabilities.good.result).toMatchObject({ supported: true, asked: 'GET /v2/icm/capabilities' });
  expect(workspaces).toEqual({ result: [] });
  for (const { error, status } of [capabilities.wrong, capabilities.revoked])
    expect([error, status]).toEqual(['IcmError', 401]);
});
