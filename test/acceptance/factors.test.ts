/** Second factors by the API, as programs meet them; test/browser has the pages. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totpCode } from '../../lambdas/factors/totp.ts';
import { signedInAgo } from '../support/recent-session.ts';
import {
  type Account,
  bearer,
  contents,
  expectStatus,
  PASSWORD,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default' });
});
afterAll(() => stack?.stop());

const step = () => Math.floor(Date.now() / 30_000);
const login = ({ email }: Account) =>
  stack.send('POST /v1/auth/login', { json: { email, password: PASSWORD } });
const prove = (mfa_token: string, code: string) =>
  stack.send('POST /v1/auth/mfa', { json: { mfa_token, code } });
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

/** Somebody who has set up an app by the API: the secret, the codes, and a session of before. */
async function personWithApp() {
  const ada = await stack.onboard();
  const token = await stack.logIn(ada);
  const headers = bearer(token);
  const begun = contents(
    expectStatus(await stack.send('POST /v1/auth/factors', { headers, json: { kind: 'totp' } }), 201),
  );
  const json = { code: totpCode(begun.secret, step() - 1) };
  const done = contents(
    expectStatus(await stack.send(`PATCH /v1/auth/factors/${begun.id}`, { headers, json }), 200),
  );
  return {
    ada,
    token,
    headers,
    id: begun.id as string,
    secret: begun.secret as string,
    codes: done.recovery_codes as string[],
  };
}

describe('a program that logs in for who has a second factor', () => {
  test('is told so with a way on, and gets tokens for a code, once', async () => {
    const { ada, secret } = await personWithApp();
    const refused = await login(ada);
    expect(refused.status).toBe(403);
    expect(refused.json).toMatchObject({ code: 'mfa_required', mfa_token: expect.any(String) });
    expect(refused.json).not.toHaveProperty('access_token');
    const { mfa_token } = refused.json;
    expect((await prove(mfa_token, '000000')).status).toBe(401);
    expect((await prove('x'.repeat(43), totpCode(secret, step()))).status).toBe(401);
    const answer = contents(expectStatus(await prove(mfa_token, totpCode(secret, step())), 200));
    expect(claimsOf(answer.access_token)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'] });
    const { data } = contents(
      await stack.send('GET /v1/auth/sessions', { headers: bearer(answer.access_token) }),
    );
    expect(data.find(({ is_current }: { is_current: boolean }) => is_current)).toMatchObject({
      amr: ['pwd', 'otp', 'mfa'],
      auth_time: expect.any(String),
    });
    // The token is used up.
    expect((await prove(mfa_token, totpCode(secret, step() + 1))).status).toBe(401);
  });

  test('one code that is sent twenty times at once, to twenty logins, opens one session', async () => {
    const { ada, secret } = await personWithApp();
    const tokens: string[] = [];
    for (let index = 0; index < 5; index += 1) tokens.push((await login(ada)).json.mfa_token);
    const code = totpCode(secret, step());
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => prove(tokens[index % 5] ?? '', code)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => ![200, 401, 429].includes(status))).toEqual([]);
  });

  test('the published commands go on unchanged for who has none', async () => {
    const ada = await stack.onboard();
    expect(claimsOf(await stack.logIn(ada))).toMatchObject({ amr: ['pwd'], auth_time: expect.any(Number) });
  });
});

describe('a tenant that asks for second factors', () => {
  test('lets nobody in without, and keeps the last one, also of one that is removed at that moment', async () => {
    const { ada, headers, id, codes } = await personWithApp();
    const require = (require_factor: boolean) =>
      stack.send('PATCH /v1/tenant', { headers, json: { require_factor } });
    const remove = () => stack.send(`DELETE /v1/auth/factors/${id}`, { headers });
    const [required, removed] = await Promise.all([require(true), remove()]);
    expectStatus(required, 200);
    const { data } = contents(await stack.send('GET /v1/auth/factors', { headers }));
    // Whichever came first: either it is gone and the next login leads to a new one, or it stays.
    expect([removed.status, data.length]).toEqual(removed.status === 200 ? [200, 0] : [409, 1]);
    const next = await login(ada);
    expect(next.json.code).toBe(removed.status === 200 ? 'mfa_enrollment_required' : 'mfa_required');
    expect((await remove()).status).toBe(removed.status === 200 ? 404 : 409);
    if (removed.status !== 200) expect((await prove(next.json.mfa_token, codes[0] ?? '')).status).toBe(200);
  });

  test('who has lost them is helped by an administrator, whom the trail names, and is told by mail', async () => {
    const { ada, headers } = await personWithApp();
    const json = { email: `ben-${ada.userId}@example.com`, password: PASSWORD, role: 'viewer' };
    const ben = contents(expectStatus(await stack.send('POST /v1/users', { headers, json }), 201));
    const path = `DELETE /v1/users/${ben.id}/factors`;
    expect((await stack.send(path, { headers })).status).toBe(200);
    const token = (
      await stack.send('POST /v1/auth/login', { json: { email: json.email, password: PASSWORD } })
    ).json.access_token;
    const begun = contents(
      await stack.send('POST /v1/auth/factors', { headers: bearer(token), json: { kind: 'totp' } }),
    );
    await stack.send(`PATCH /v1/auth/factors/${begun.id}`, {
      headers: bearer(token),
      json: { code: totpCode(begun.secret, step()) },
    });
    expect(contents(await stack.send(`GET /v1/users/${ben.id}`, { headers })).factors).toEqual(['totp']);
    expectStatus(await stack.send(path, { headers }), 200);
    expect((await stack.send(`DELETE /v1/users/${ada.userId}/factors`, { headers })).status).toBe(409);
    const { data } = contents(
      await stack.send(`GET /v1/audit?action=factor&target=user:${ben.id}`, { headers }),
    );
    expect(data.map(({ action, actor }: { action: string; actor: string }) => [action, actor])).toEqual([
      ['factor.add', `user:${ben.id}`],
      ['factor.reset', `user:${ada.userId}`],
    ]);
    expect(JSON.stringify(data)).not.toContain(begun.secret);
    expect(contents(await login({ ...ada, email: json.email } as Account))).toHaveProperty('access_token');
  });
});

describe('what is hard to take back', () => {
  test('asks a person for a sign-in of the last ten minutes, and a key not', async () => {
    const ada = await stack.onboard();
    const token = await stack.logIn(ada);
    const headers = bearer(token);
    const makeAdminKey = (by: Record<string, string>) =>
      stack.send('POST /v1/api-keys', { headers: by, json: { name: 'k', scopes: ['admin'] } });
    const { key } = contents(expectStatus(await makeAdminKey(headers), 201));
    const dan = { email: `dan-${ada.userId}@example.com`, password: PASSWORD, role: 'admin' };
    const { id } = contents(expectStatus(await stack.send('POST /v1/users', { headers, json: dan }), 201));
    await signedInAgo(stack.table, token, 601);
    const bring = (scopes: readonly string[], query = '') =>
      stack.send(`POST /v1/admin/import${query}`, {
        headers: { ...headers, 'content-type': 'application/x-ndjson' },
        body: JSON.stringify({ type: 'api_key', key: `old_${scopes}_${ada.userId}`, scopes }),
      });
    const user = { email: `cy-${ada.userId}@example.com`, password: PASSWORD };
    for (const refused of [
      await makeAdminKey(headers),
      await stack.send('POST /v1/users', { headers, json: { ...user, role: 'admin' } }),
      await stack.send(`PATCH /v1/users/${ada.userId}`, { headers, json: { role: 'admin' } }),
      await stack.send(`DELETE /v1/users/${ada.userId}`, { headers }),
      // Who manages loses it.
      await stack.send(`PATCH /v1/users/${id}`, { headers, json: { role: 'viewer' } }),
      await bring(['admin']),
      await stack.send('PATCH /v1/tenant', { headers, json: { require_factor: true } }),
      await stack.send('POST /v1/auth/factors', { headers, json: { kind: 'totp' } }),
    ]) {
      expect(refused.status).toBe(403);
      expect(refused.json.code).toBe('reauthentication_required');
    }
    // What gives nobody much does not, and a program goes on as its page says.
    expectStatus(
      await stack.send('POST /v1/api-keys', { headers, json: { name: 'k', scopes: ['read'] } }),
      201,
    );
    expectStatus(await stack.send('POST /v1/users', { headers, json: { ...user, role: 'viewer' } }), 201);
    expectStatus(await stack.send(`PATCH /v1/users/${id}`, { headers, json: { full_name: 'Dan' } }), 200);
    expect(contents(expectStatus(await bring(['read']), 200)).counts).toEqual({ created: 1 });
    expectStatus(await bring(['admin'], '?dry_run=true'), 200);
    expectStatus(await makeAdminKey({ 'x-api-key': key }), 201);
    expectStatus(await makeAdminKey(bearer(await stack.logIn(ada))), 201);
  });
});
