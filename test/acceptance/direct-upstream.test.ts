import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Account, apiKey, bearer, contents, startTestStack, type TestStack } from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';

/** An upstream that API Gateway calls itself: what it gets, and what never comes to it. */

const upstream = new Upstream();
let stack: TestStack;
let ada: Account;
let token: string;

beforeAll(async () => {
  const http = `http://127.0.0.1:${await upstream.listen()}/base`;
  stack = await startTestStack({
    profile: 'default',
    config: {
      upstream: { url: 'http://127.0.0.1:1', scopes: [{ path: '/v1/fast/admin/*', scope: 'admin' }] },
      upstreams: { fast: { path: '/v1/fast', http, sharesOrigin: true } },
    },
  });
  ada = await stack.onboard();
  token = await stack.logIn(ada);
});
afterAll(async () => {
  await stack?.stop();
  await upstream.stop();
});
afterEach(() => {
  upstream.received.length = 0;
  upstream.answer = (response) => response.end('{"ok":true}');
});

const call = (target: string, headers: Record<string, string> = {}) =>
  stack.raw(target, { headers: { ...apiKey(ada.apiKey), ...headers } });

describe('what is allowed', () => {
  test('comes as it was sent, with an assertion that the published keys verify', async () => {
    const response = await stack.raw('POST /v1/fast/things/7?a=1', {
      headers: { ...apiKey(ada.apiKey), 'X-Request-ID': 'request-1', 'X-Custom': 'theirs' },
      json: { some: 'thing' },
    });
    expect([response.status, response.text]).toEqual([200, '{"ok":true}']);
    const { method, url, headers, body } = upstream.last;
    expect([method, url, body.toString()]).toEqual([
      'POST',
      '/base/v1/fast/things/7?a=1',
      '{"some":"thing"}',
    ]);
    // What is lost: the credential goes on.
    expect(headers).toMatchObject({
      'x-api-key': [ada.apiKey],
      'x-custom': ['theirs'],
      'x-request-id': ['request-1'],
    });
    expect(headers['x-forwarded-host']).toEqual([new URL(stack.url).host]);
    const { payload } = await jwtVerify(
      headers['x-latchkey-assertion']?.[0] ?? '',
      createRemoteJWKSet(new URL(`${stack.url}/.well-known/jwks.json`)),
      {
        algorithms: ['ES256'],
        typ: 'latchkey-assertion+jwt',
        issuer: stack.url,
        audience: 'latchkey-upstream',
      },
    );
    expect(payload).toMatchObject({
      tenant: ada.tenantId,
      workspace: ada.workspaceId,
      sub: `key:${ada.keyId}`,
      scopes: 'read write delete',
      method: 'POST',
      path: '/v1/fast/things/7',
      request_id: 'request-1',
    });
    expect(response.headers).not.toHaveProperty('x-ratelimit-limit');
  });

  test.each([
    'GET /v1/fast',
    'GET /v1/fast/',
    'HEAD /v1/fast/a',
    'DELETE /v1/fast/a/b',
    'PATCH /v1/fast/%C3%A9',
  ])('%s reaches it', async (target) => {
    expect((await call(target)).status).toBe(200);
    expect(upstream.received).toHaveLength(1);
  });

  test("has our assertion in the place of a client's own", async () => {
    await call('GET /v1/fast/a', { 'X-Latchkey-Assertion': 'made up' });
    expect(upstream.last.headers['x-latchkey-assertion']).toEqual([expect.stringMatching(/^eyJ[\w.-]+$/)]);
  });

  test('works with a token, in a workspace of the tenant', async () => {
    const { id } = contents(
      await stack.send('POST /v1/workspaces', { headers: bearer(token), json: { name: 'second' } }),
    );
    await stack.raw('GET /v1/fast/a', { headers: { ...bearer(token), 'X-Workspace-Id': id } });
    const [, payload = ''] = upstream.last.headers['x-latchkey-assertion']?.[0]?.split('.') ?? [];
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString()).workspace).toBe(id);
  });

  test('an answer comes as it is; one that does not come is a 503', async () => {
    upstream.answer = (response) =>
      response.writeHead(418, { 'X-Theirs': 'yes', 'Content-Type': 'text/plain' }).end('short and stout');
    const answer = await call('GET /v1/fast/a');
    expect([answer.status, answer.text, answer.headers['x-theirs']]).toEqual([418, 'short and stout', 'yes']);
    upstream.answer = (response) => response.destroy();
    expect((await call('GET /v1/fast/a')).status).toBe(503);
  });
});

describe('what never comes to it', () => {
  const nothingCame = () => expect(upstream.received).toEqual([]);

  test.each([
    '/v1/fast/a%2Fb',
    '/v1/fast/a%5Cb',
    '/v1/fast//a',
    '/v1/fast/../secret',
    '/v1/fast/%2e%2e/secret',
    '/v1/fast/a;b',
    '/v1/fast/a%00',
    '/v1/fast/a.',
    '/v1/fast/%61b/x',
    '/v1/fast/a%25b',
  ])('the ambiguous path %s is a 403, and a 401 of who is nobody', async (path) => {
    const refused = await call(`GET ${path}`);
    expect([refused.status, refused.json?.code]).toEqual([403, 'not_forwarded']);
    expect(refused.json?.detail).toMatch(/^The path must be of characters/);
    expect((await stack.raw(`GET ${path}`)).status).toBe(401);
    nothingCame();
  });

  test("a workspace that is not the caller's, and one named twice, are a 403", async () => {
    const other = await stack.onboard();
    for (const headers of [apiKey(ada.apiKey), bearer(token)]) {
      const answer = await stack.raw('GET /v1/fast/a', {
        headers: { ...headers, 'X-Workspace-Id': other.workspaceId },
      });
      expect([answer.status, answer.json?.detail]).toEqual([403, 'There is no workspace with this id.']);
    }
    const twice = await stack.raw('GET /v1/fast/a', {
      headers: { ...apiKey(ada.apiKey), 'X-Workspace-Id': [ada.workspaceId, other.workspaceId] },
    });
    expect([twice.status, twice.json?.detail]).toEqual([403, 'X-Workspace-Id comes twice.']);
    nothingCame();
  });

  test.each([
    ['X-Latchkey-Tenant', 'other'],
    ['X_Latchkey_Assertion', 'made up'],
    ['X.Latchkey.Workspace', 'other'],
    ['X_Workspace_Id', 'other'],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Original-URL', '/v1/fast/admin/x'],
    ['Proxy', 'http://evil.example'],
  ])('a call with %s is a 403', async (name, value) => {
    const answer = await call('GET /v1/fast/a', { [name]: value });
    expect([answer.status, answer.json?.code]).toEqual([403, 'not_forwarded']);
    nothingCame();
  });

  test('a cookie of our pages is a 403; another passes', async () => {
    const answer = await call('GET /v1/fast/a', { Cookie: 'a=b; __Host-latchkey-sign-in=secret' });
    expect([answer.status, answer.json?.code]).toEqual([403, 'not_forwarded']);
    nothingCame();
    await call('GET /v1/fast/a', { Cookie: 'a=b' });
    expect(upstream.last.headers.cookie).toEqual(['a=b']);
  });

  test('a path whose rule takes more is a 403', async () => {
    expect((await call('GET /v1/fast/admin/x')).status).toBe(403);
    nothingCame();
  });

  test('when nothing can sign, the answer is a 500', async () => {
    await stack.local.kill('FunctionsauthorizerFunction');
    stack.local.pauseSecrets();
    try {
      expect((await call('GET /v1/fast/a')).status).toBe(500);
      nothingCame();
    } finally {
      stack.local.resumeSecrets();
    }
    expect((await call('GET /v1/fast/a')).status).toBe(200);
  });

  test('when the store cannot answer, it is a 500', async () => {
    stack.local.pauseDynamodb();
    try {
      expect((await call('GET /v1/fast/a')).status).toBe(500);
      nothingCame();
    } finally {
      stack.local.resumeDynamodb();
    }
  });
});
