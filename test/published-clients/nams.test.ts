/** `neo4j-agent-memory` on the profile `nams`. */
import { beforeAll, expect, test } from 'vitest';
import { type Outcome, observe } from './service.ts';

/** A key as the client has read it. */
interface Key {
  readonly id: string;
  readonly label: string | null;
  readonly scopes: readonly string[];
  readonly workspace_id: string | null;
  readonly created_at: string | null;
  readonly expires_at: string | null;
  readonly key: string | null;
}

interface Seen {
  readonly connect: Readonly<Record<'good' | 'wrong' | 'revoked', Outcome>>;
  readonly create: Outcome;
  readonly limit: Outcome;
  readonly refresh: Outcome;
  readonly query: Outcome;
  readonly lifecycle: {
    readonly created: Key;
    readonly listed: Key;
    readonly works: Outcome;
    readonly rotated: Readonly<Record<'old' | 'new', Outcome>>;
    readonly revoked: Outcome;
    readonly unknown: Outcome;
  };
}

let observed: Awaited<ReturnType<typeof observe<Seen>>>;
beforeAll(async () => {
  observed = await observe('nams', 'nams_calls.py');
});

test('connecting with a right key works', () => {
  expect(observed.seen.connect.good).toEqual({ result: 'connected' });
});

test('connecting with a wrong key is its AuthenticationError, with our reason', () => {
  const { wrong, revoked } = observed.seen.connect;
  expect(wrong.error).toBe('AuthenticationError');
  expect(wrong.message).toMatch(/ → 401: The API key or token is invalid\.$/);
  expect(revoked.error).toBe('AuthenticationError');
  expect(revoked.message).toMatch(/ → 401: The API key has been revoked\.$/);
});

test('a key that may too little is its AuthenticationError, with the scope that it lacks', () => {
  expect(observed.seen.create.error).toBe('AuthenticationError');
  expect(observed.seen.create.message).toMatch(/ → 403: Insufficient scope\. Required: admin$/);
});

test('a key over its limit is its RateLimitError, with the seconds that we say', () => {
  const { error, message, retryAfterSeconds = 0 } = observed.seen.limit;
  expect(error).toBe('RateLimitError');
  expect(message).toMatch(/ → 429: Rate limit exceeded\. Try again in [1-9]\d? seconds?\.$/);
  expect(retryAfterSeconds).toBeGreaterThanOrEqual(1);
  expect(retryAfterSeconds).toBeLessThanOrEqual(60);
});

test('its auth client makes a key that works, lists it without its plaintext, rotates and revokes it', () => {
  const { created, listed, works, rotated, revoked, unknown } = observed.seen.lifecycle;
  expect(created).toMatchObject({ label: 'ci-runner', key: expect.stringMatching(/^nams_/) });
  expect(listed).toMatchObject({ id: created.id, label: 'ci-runner', key: null });
  expect(works).toEqual({ result: 'connected' });
  expect(rotated).toMatchObject({ old: { error: 'AuthenticationError' }, new: { result: 'connected' } });
  expect(revoked.error).toBe('AuthenticationError');
  expect(unknown.error).toBe('NotFoundError');
});

test('its auth client exchanges a refresh token for a new pair', () => {
  expect(observed.seen.refresh.result).toMatchObject({
    access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    refresh_token: expect.any(String),
    expires_in: expect.any(Number),
  });
});

test('it reads the scopes, the workspace and the dates of a key that is made and of one that is listed', () => {
  const { created, listed } = observed.seen.lifecycle;
  const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
  for (const key of [created, listed]) {
    expect(key).toMatchObject({
      scopes: ['read'],
      workspace_id: observed.account.workspaceId,
      created_at: timestamp,
      expires_at: timestamp,
    });
  }
});

test('a key that reads may query, though it asks by POST', () => {
  expect(observed.seen.query).toEqual({ result: [] });
});
