/** Latchkey's own routes at a path of their own, so that an API with paths like them gets its calls. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, expectStatus, PASSWORD, startTestStack, type TestStack, withKey } from '../support/stack.ts';

describe.each([
  ['default', '/latchkey'],
  ['neuroloom', '/api/v1/_keys'],
])('in the profile %s at %s', (profile, managementPrefix) => {
  let stack: TestStack;
  let key: string;
  let token: string;
  beforeAll(async () => {
    stack = await startTestStack({ profile, config: { managementPrefix } });
    const account = await stack.onboard();
    key = account.apiKey;
    token = await stack.logIn(account);
  });
  afterAll(() => stack?.stop());

  test.each([
    'GET /v1/users/42',
    'GET /v1/workspaces/w1/documents',
    'GET /v1/admin/stats',
    'POST /v1/auth/login',
  ])('%s goes to the upstream', async (target) => {
    const headers = bearer(key);
    const response = expectStatus(await stack.send(target, { headers }), 200);
    expect(response.json.request).toMatchObject({ path: target.split(' ')[1] });
    expect((await stack.send(target)).status).toBe(401);
  });

  test('our own routes are there, with HEAD, 405, 404 and preflight', async () => {
    const me = await stack.send(`GET ${managementPrefix}/auth/me`, { headers: bearer(token) });
    expect(expectStatus(me, 200).json).toMatchObject({ kind: 'user', role: 'admin' });
    expectStatus(await stack.send(`HEAD ${managementPrefix}/auth/me`, { headers: bearer(token) }), 200);
    const wrong = await stack.send(`PUT ${managementPrefix}/auth/login`, { json: { password: PASSWORD } });
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'POST']);
    expectStatus(await stack.send(`GET ${managementPrefix}/auth/nothing`), 404);
    expectStatus(await stack.send(`OPTIONS ${managementPrefix}/api-keys`), 204);
    const { id } = await stack.createKey(token);
    expectStatus(
      await stack.send(`DELETE ${stack.path('revokeKey').replace('{id}', id)}`, { headers: bearer(token) }),
      200,
    );
  });

  test('the document, discovery and challenges name the new places and no old one', async () => {
    const document = (await stack.send('GET /openapi.json')).json;
    const own = Object.keys(document.paths).filter((path) => /\/v\d\//.test(path));
    expect(own.filter((path) => !path.startsWith(`${managementPrefix}/`))).toEqual([]);
    const metadata = (await stack.send('GET /.well-known/oauth-authorization-server')).json;
    expect(metadata.token_endpoint).toMatch(new RegExp(`^${stack.url}(${managementPrefix}/|/token$)`));
    const resource = await stack.send(`GET /.well-known/oauth-protected-resource${managementPrefix}/auth/me`);
    expect(expectStatus(resource, 200).json.resource).toBe(`${stack.url}${managementPrefix}/auth/me`);
  });

  test('the first calls of `npm start` work', async () => {
    const { try: calls } = stack.local.metadata.Latchkey as { readonly try: readonly string[] };
    expect(calls.some((call) => call.includes(`$URL${managementPrefix}/auth/onboard`))).toBe(true);
    expectStatus(await stack.send('GET /v1/stats', withKey(key, { headers: bearer(key) })), 200);
  });
});
