import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refreshKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { hashRefreshToken } from '../../lambdas/sessions/refresh-tokens.ts';
import type { HttpRequest } from '../support/http.ts';
import {
  type Account,
  bearer,
  expectStatus,
  PASSWORD,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

/** Refresh tokens over HTTP, as clients use them. */

let stack: TestStack;
let ada: Account;

beforeAll(async () => {
  stack = await startTestStack({ profile: 'default' });
  ada = await stack.onboard();
});
afterAll(() => stack?.stop());

interface Pair {
  readonly access_token: string;
  readonly refresh_token: string;
}

const logIn = async (): Promise<Pair> =>
  expectStatus(
    await stack.send('POST /v1/auth/login', { json: { email: ada.email, password: PASSWORD } }),
    200,
  ).json;
const refresh = (json: object, request: HttpRequest = {}) =>
  stack.send('POST /v1/auth/refresh', { json, ...request });
const me = async ({ access_token }: Pair) =>
  (await stack.send('GET /v1/auth/me', { headers: bearer(access_token) })).status;

/** Makes a token's first use lie `seconds` further back, as if they had passed. */
const age = (token: string, seconds: number) =>
  stack.table.update(refreshKey(hashRefreshToken(token)), {
    UpdateExpression: 'SET used = used - :seconds',
    ExpressionAttributeValues: { ':seconds': N(seconds) },
  });

describe('a refresh', () => {
  test('gives a new pair; logging out ends them all', async () => {
    const first = await logIn();
    const response = expectStatus(await refresh({ refresh_token: first.refresh_token }), 200);
    const second: Pair = response.json;
    expect(response.json).toEqual({
      access_token: expect.stringMatching(/^ey/),
      token: second.access_token,
      token_type: 'bearer',
      expires_in: 900,
      refresh_token: expect.stringMatching(/^lkrefresh_/),
    });
    expect(response.headers['cache-control']).toBe('no-store');
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect([await me(first), await me(second)]).toEqual([200, 200]);
    await stack.send('POST /v1/auth/logout', { headers: bearer(second.access_token) });
    expect([await me(first), await me(second)]).toEqual([401, 401]);
    expectStatus(await refresh({ refresh_token: second.refresh_token }), 400);
  });

  test.each<[string, (token: string) => HttpRequest]>([
    ['as a form', (token) => form(`grant_type=refresh_token&refresh_token=${token}&client_id=anybody`)],
    ['by the other name', (refreshToken) => ({ json: { refreshToken } })],
    ['beside an expired token', (refreshToken) => ({ json: { refreshToken }, headers: bearer('ey.ey.x') })],
  ])('is taken %s', async (_how, request) => {
    const { refresh_token } = await logIn();
    const response = await stack.send('POST /v1/auth/refresh', request(refresh_token));
    expect(await me(expectStatus(response, 200).json)).toBe(200);
  });

  test('eight at once with one token: all eight pairs can be used, again after the grace', async () => {
    const first = await logIn();
    const all = await Promise.all(
      Array.from({ length: 8 }, () => refresh({ refresh_token: first.refresh_token })),
    );
    const pairs: Pair[] = all.map((response) => expectStatus(response, 200).json);
    expect(new Set(pairs.map(({ refresh_token }) => refresh_token)).size).toBe(8);
    for (const pair of pairs) {
      expect(await me(pair)).toBe(200);
      expectStatus(await refresh({ refresh_token: pair.refresh_token }), 200);
    }
  });

  test('with a token that was used longer ago than the grace ends the session and all of its tokens', async () => {
    const first = await logIn();
    const second: Pair = expectStatus(await refresh({ refresh_token: first.refresh_token }), 200).json;
    await age(first.refresh_token, 100);
    expectStatus(await refresh({ refresh_token: first.refresh_token }), 200);
    await age(first.refresh_token, 20);
    expectStatus(await refresh({ refresh_token: first.refresh_token }), 400);
    expect([await me(first), await me(second)]).toEqual([401, 401]);
    expectStatus(await refresh({ refresh_token: second.refresh_token }), 400);
    expect(stack.lines.join('\n')).toMatch(/refresh token reused: session/);
  });
});

const form = (body: string): HttpRequest => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body,
});

describe('what is no refresh token', () => {
  test.each<[string, HttpRequest]>([
    ['a token that nobody was given', { json: { refresh_token: `lkrefresh_${'A'.repeat(43)}` } }],
    ['half a token', { json: { refresh_token: 'lkrefresh_AAAA' } }],
    ['a path', { json: { refresh_token: '../CONTROL' } }],
    ['an API key', { json: { refresh_token: 'lk_live_x' } }],
  ])('%s is an invalid_grant, in the same words', async (_what, request) => {
    const response = expectStatus(await stack.send('POST /v1/auth/refresh', request), 400);
    expect(response.json).toEqual({
      error: 'invalid_grant',
      error_description: 'The token is not accepted. Log in again.',
      request_id: response.headers['x-request-id'],
    });
  });

  test.each<[string, HttpRequest, string]>([
    ['none', { json: {} }, 'invalid_request'],
    ['both names', { json: { refresh_token: 'a', refreshToken: 'b' } }, 'invalid_request'],
    ['no text', { json: { refresh_token: 7 } }, 'invalid_request'],
    ['an empty one', { json: { refresh_token: '' } }, 'invalid_request'],
    ['one of 60 KB', { json: { refresh_token: 'x'.repeat(60_000) } }, 'invalid_request'],
    ['one that comes twice', form('refresh_token=a&refresh_token=b'), 'invalid_request'],
    ['another grant', form('grant_type=password&refresh_token=a'), 'unsupported_grant_type'],
    ['no object', { body: '[]', headers: { 'content-type': 'application/json' } }, 'invalid_request'],
  ])('%s is a 400 in the standard’s words', async (_what, request, error) => {
    const response = expectStatus(await stack.send('POST /v1/auth/refresh', request), 400);
    expect(response.json).toMatchObject({ error, error_description: expect.stringMatching(/^[ -~]+$/) });
  });

  test('no refresh token stands in a log', async () => {
    const { refresh_token } = await logIn();
    await refresh({ refresh_token });
    expect(stack.lines.join('\n')).not.toContain('lkrefresh_');
  });
});
