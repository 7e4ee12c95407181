import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type Account,
  apiKey,
  bearer,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';

/** A path rule that is observed: what would be refused passes without an identity, there and nowhere else. */

const upstream = new Upstream();
const SECONDS = 3600;
let stack: TestStack;
let ada: Account;
let token: string;

const at = (seconds: number) => `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;

beforeAll(async () => {
  const url = `http://127.0.0.1:${await upstream.listen()}`;
  stack = await startTestStack({
    profile: 'default',
    config: {
      tiers: { free: { ...ROOMY_TIER, keyRequestsPerMinute: 3 } },
      upstream: {
        url,
        scopes: [
          { path: '/v1/old/admin/*', scope: 'admin' },
          { path: '/v1/old/*', scope: 'read', observeUntil: at(SECONDS) },
          { path: '/v1/past/*', scope: 'read', observeUntil: at(-60) },
        ],
      },
      upstreams: {
        echo: { path: '/v1/streamed', url, stream: {} },
      },
    },
  });
  ada = await stack.onboard();
  token = await stack.logIn(ada);
});
afterAll(async () => {
  await stack?.stop();
  await upstream.stop();
});
afterEach(() => void (upstream.received.length = 0));

const identityOf = () =>
  Object.keys(upstream.last.headers).filter((name) => name.replace(/[^a-z]/g, '-').startsWith('x-latchkey'));

describe('there', () => {
  test('who sends no credential passes, without any header of an identity, a made-up one least of all', async () => {
    const response = await stack.raw('POST /v1/old/things', {
      headers: {
        Authorization: 'Basic YTpi',
        'X-Latchkey-Tenant': ada.tenantId,
        X_Latchkey_Workspace: ada.workspaceId,
        'X-Latchkey-Assertion': 'made up',
        'X-Forwarded-Host': 'evil.example',
        Cookie: 'a=b; __Host-latchkey-sign-in=secret',
        X_Workspace_Id: ada.workspaceId,
      },
      body: 'theirs',
    });
    expect(response.status).toBe(200);
    expect(upstream.last.headers.authorization).toEqual(['Basic YTpi']);
    expect(upstream.last.body.toString()).toBe('theirs');
    expect(identityOf()).toEqual([]);
    expect(upstream.last.headers.cookie).toEqual(['a=b']);
    expect(upstream.last.headers['x-forwarded-host']).toEqual([new URL(stack.url).host]);
    expect(upstream.last.headers).not.toHaveProperty('x_workspace_id');
  });

  test('a key of the API behind goes on to it, in either header', async () => {
    await stack.raw('GET /v1/old/things', { headers: { 'X-API-Key': 'their own key' } });
    expect(upstream.last.headers['x-api-key']).toEqual(['their own key']);
    await stack.raw('GET /v1/old/things', { headers: bearer('their.own.token') });
    expect(upstream.last.headers.authorization).toEqual(['Bearer their.own.token']);
    expect(identityOf()).toEqual([]);
  });

  test('who is allowed has identity and assertion, and their credential goes on too', async () => {
    await stack.raw('GET /v1/old/things', { headers: bearer(token) });
    expect(upstream.last.headers['x-latchkey-tenant']).toEqual([ada.tenantId]);
    expect(upstream.last.headers['x-latchkey-assertion']).toEqual([expect.stringMatching(/^eyJ/)]);
    expect(upstream.last.headers.authorization).toEqual([`Bearer ${token}`]);
  });

  test('a workspace that is not theirs makes who is proven nobody', async () => {
    const other = await stack.onboard();
    const response = await stack.raw('GET /v1/old/things', {
      headers: { ...bearer(token), 'X-Workspace-Id': other.workspaceId },
    });
    expect(response.status).toBe(200);
    expect(identityOf()).toEqual([]);
  });

  test('so does a limit that is passed, a revoked key, and a scope that is missing', async () => {
    const { key } = await stack.createKey(token);
    const call = (given: string, method = 'GET') =>
      stack.raw(`${method} /v1/old/things`, { headers: apiKey(given) });
    for (let count = 0; count < 4; count += 1) expect((await call(key)).status).toBe(200);
    expect(identityOf()).toEqual([]);
    const { id, key: revoked } = await stack.createKey(token);
    await stack.send(`DELETE /v1/api-keys/${id}`, { headers: bearer(token) });
    expect((await call(revoked)).status).toBe(200);
    expect(identityOf()).toEqual([]);
  });

  test('each is logged with its reason and counted', async () => {
    await stack.raw('GET /v1/old/things', { headers: { 'X-Request-ID': 'observed-1' } });
    const line = stack.lines.find((each) => each.includes('"observed-1"') && each.includes('"instead"'));
    expect(JSON.parse(line?.slice(line.indexOf('{')) ?? '{}')).toMatchObject({
      outcome: 'observed',
      instead: 'refused',
      reason: 'missing_credential',
      rule: '/v1/old/*',
      Decisions: 1,
    });
    expect(
      stack.local
        .figures()
        .some(({ name, dimensions }) => name === 'Decisions' && dimensions === 'outcome=observed'),
    ).toBe(true);
  });
});

describe('nothing else is open', () => {
  test.each([
    ['a path without the rule', 'GET /v1/other'],
    ['a stricter rule before it', 'GET /v1/old/admin/users'],
    ['the stricter rule in other letters', 'GET /v1/old/Admin/users'],
    ['the stricter rule with a slash', 'GET /v1/old/admin/'],
    ['other letters', 'GET /v1/Old/things'],
    ['an encoded letter', 'GET /v1/%6fld/things'],
    ['dot segments', 'GET /v1/old/../api-keys'],
    ['encoded dot segments', 'GET /v1/old/%2e%2e/api-keys'],
    ['an encoded slash', 'GET /v1/old/..%2fapi-keys'],
    ['an empty segment', 'GET /v1/old//things'],
    ['a rule that has ended', 'GET /v1/past/things'],
    ['a row of ours', 'GET /v1/api-keys'],
    ['another upstream', 'GET /v1/streamed/x'],
  ])('%s is a 401: %s', async (_, target) => {
    expect((await stack.raw(target)).status).toBe(401);
    expect(upstream.received).toEqual([]);
  });

  test('another upstream is who proves to be somebody’s', async () => {
    const { status } = await stack.raw('GET /v1/streamed/x', { headers: bearer(ada.apiKey) });
    expect([status, identityOf()]).toEqual([200, expect.arrayContaining(['x-latchkey-assertion'])]);
  });

  test('a method that the API does not have', async () => {
    expect((await stack.raw('TRACE /v1/old/things')).status).not.toBe(200);
    expect(upstream.received).toEqual([]);
  });

  test('when the store cannot answer, it is a 500 there too', async () => {
    stack.local.pauseDynamodb();
    try {
      const answers = await Promise.all([
        stack.raw('GET /v1/old/things', { headers: apiKey(ada.apiKey) }),
        stack.raw('GET /v1/old/things', { headers: bearer(token) }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([500, 500]);
      expect(upstream.received).toEqual([]);
    } finally {
      stack.local.resumeDynamodb();
    }
  });

  test('a function of ours takes no such context, nor does the forwarder for another path', async () => {
    const observed = { outcome: 'observed', callId: 'a' };
    const event = (resource: string, path: string) => ({
      resource,
      path,
      httpMethod: 'GET',
      multiValueHeaders: {},
      requestContext: {
        requestId: 'a',
        path,
        stage: 'live',
        identity: { sourceIp: '127.0.0.1' },
        authorizer: observed,
      },
    });
    const answers = await Promise.all([
      stack.local.invoke('FunctionsmanagementFunction', event('/v1/api-keys', '/v1/api-keys')),
      stack.local.invoke('FunctionsforwarderFunction', event('/v1/{proxy+}', '/v1/other')),
      stack.local.invoke('FunctionsforwarderFunction', event('/v1/{proxy+}', '/v1/past/things')),
    ]);
    for (const answer of answers) {
      if (answer.kind !== 'returned') throw new Error(answer.kind);
      expect(JSON.parse(answer.payload).statusCode).toBe(401);
    }
    expect(upstream.received).toEqual([]);
  });
});
