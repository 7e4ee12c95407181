/** `neuroloom-mcp` on the profile `neuroloom`. */
import { beforeAll, expect, test } from 'vitest';
import { type Outcome, observe } from './service.ts';

interface Seen {
  readonly server: Readonly<Record<'good' | 'wrong' | 'revoked', Outcome>>;
  readonly workspaces: Readonly<Record<'good' | 'wrong' | 'revoked', Outcome>>;
  readonly store: Readonly<Record<'good' | 'reader', Outcome>>;
  readonly searches: Readonly<Record<'search' | 'explore' | 'context', Outcome>>;
  readonly limit: Outcome;
}

let observed: Awaited<ReturnType<typeof observe<Seen>>>;
beforeAll(async () => {
  observed = await observe('neuroloom', 'neuroloom_calls.py');
});

test('a right key works, and its server lets it in', () => {
  const { server, workspaces, store } = observed.seen;
  expect(server.good).toEqual({ result: 200 });
  expect(workspaces.good.result).toMatchObject({ asked: 'GET /api/v1/workspaces/' });
  expect(store.good.result).toMatchObject({ asked: 'POST /api/v1/memories/store' });
});

test('a wrong key is a 401 of its server, and an APIError of its client with our reason', () => {
  const { server, workspaces } = observed.seen;
  for (const key of ['wrong', 'revoked'] as const) {
    expect(server[key]).toEqual({ result: 401 });
    expect(workspaces[key]).toMatchObject({ error: 'APIError', status: 401 });
  }
  expect(workspaces.wrong.message).toContain("'detail': 'The API key or token is invalid.'");
  expect(workspaces.revoked.message).toContain("'detail': 'The API key has been revoked.'");
});

test('a key that may too little is its APIError, with the scope that it lacks', () => {
  const { reader } = observed.seen.store;
  expect(reader).toMatchObject({ error: 'APIError', status: 403 });
  expect(reader.message).toContain("'detail': 'Insufficient scope. Required: write'");
});

test('a key over its limit is its APIError, with the seconds', () => {
  const { limit } = observed.seen;
  expect(limit).toMatchObject({ error: 'APIError', status: 429 });
  expect(limit.message).toMatch(/Rate limit exceeded\. Try again in [1-9]\d? seconds?\./);
});

test('a key that reads may search, though it asks by POST', () => {
  const { search, explore, context } = observed.seen.searches;
  expect(search.result).toMatchObject({ asked: 'POST /api/v1/memories/search' });
  expect(explore.result).toMatchObject({ asked: 'POST /api/v1/memories/explore' });
  expect(context.result).toMatchObject({ asked: 'POST /api/v1/code-graph/context' });
});
