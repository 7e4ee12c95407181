import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { METHODS } from '../../lambdas/contract/access.ts';
import { apiRows } from '../../lambdas/kernel/api-rows.ts';
import { systemClock } from '../../lambdas/kernel/clock.ts';
import { tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { routes } from '../../lambdas/table/index.ts';
import { profile } from '../../profiles/default.ts';
import type { HttpRequest } from '../support/http.ts';
import {
  type Account,
  apiKey,
  bearer,
  expectStatus,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
  withinOneWindow,
} from '../support/stack.ts';

/** Embed tokens over HTTP: what a page can do with one, and what nobody can. */

const PAGE = 'https://app.example.com';
const OTHER_PAGE = 'https://admin.example.com';

let stack: TestStack;
let ada: Account;
let bob: Account;
let admin: string;
let second: string;

beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
  [ada, bob] = [await stack.onboard(), await stack.onboard()];
  admin = await stack.logIn(ada);
  await setOrigins(admin, [PAGE]);
  await setOrigins(await stack.logIn(bob), [PAGE, OTHER_PAGE]);
  second = expectStatus(await manage('POST /v1/workspaces', { name: 'Second' }), 201).json.id;
});
afterAll(() => stack?.stop());

const manage = (target: string, json?: object, token = admin) =>
  stack.send(target, { headers: bearer(token), ...(json === undefined ? {} : { json }) });
const setOrigins = async (token: string, origins: string[]) =>
  expectStatus(await manage('PATCH /v1/tenant', { embed_origins: origins }, token), 200);
const ask = (json: object = {}, headers: Record<string, string> = bearer(admin)) =>
  stack.send('POST /v1/embed-tokens', { headers, json: { scopes: ['read', 'write'], ...json } });
const tokenOf = async (json?: object, headers?: Record<string, string>): Promise<string> =>
  expectStatus(await ask(json, headers), 201).json.token;
/** A call of a page. */
const call = (token: string, target: string, request: HttpRequest = {}, origin: string = PAGE) =>
  stack.send(target, { ...request, headers: { ...bearer(token), origin, ...request.headers } });

const eventually = (seconds: number, holds: () => Promise<unknown>) =>
  vi.waitFor(holds, { timeout: seconds * 1000, interval: 200 });

/** The rows of one key, with bodies that are right. */
const ROWS_OF_A_KEY = [
  ['GET', ''],
  ['PATCH', '', { name: 'X' }],
  ['POST', '/rotate', {}],
  ['DELETE', ''],
] as const;

describe('a page with an embed token', () => {
  test.each(['a person', 'an API key'])(
    'manages the keys of its workspace, where %s made it',
    async (maker) => {
      const key = await stack.createKey(admin, { scopes: ['admin'] });
      const by = maker === 'a person' ? bearer(admin) : apiKey(key.key);
      const response = expectStatus(await ask({ subject: 'customer-7' }, by), 201);
      expect(response.json).toEqual({
        token: expect.stringMatching(/^ey/),
        expires_in: 600,
        workspace_id: ada.workspaceId,
        scopes: ['read', 'write'],
      });
      expect(response.headers['cache-control']).toBe('no-store');
      const { token } = response.json;
      const created = expectStatus(
        await call(token, 'POST /v1/api-keys', { json: { name: 'By a page' } }),
        201,
      );
      expect(created.json).toMatchObject({ workspace_id: ada.workspaceId, scopes: ['read', 'write'] });
      expect(created.headers['access-control-allow-origin']).toBe('*');
      const { id } = created.json;
      expect(expectStatus(await call(token, `GET /v1/api-keys/${id}`), 200).json.name).toBe('By a page');
      const { data } = expectStatus(await call(token, 'GET /v1/api-keys'), 200).json;
      expect(data.map((each: { id: string }) => each.id)).toContain(id);
      expectStatus(await call(token, `PATCH /v1/api-keys/${id}`, { json: { name: 'Renamed' } }), 200);
      const rotated = expectStatus(await call(token, `POST /v1/api-keys/${id}/rotate`, { json: {} }), 200);
      expect(rotated.json.key).not.toBe(created.json.key);
      expectStatus(await call(token, `DELETE /v1/api-keys/${id}`), 200);
      const refused = await stack.send('GET /v1/stats', { headers: apiKey(rotated.json.key) });
      expect(expectStatus(refused, 401).json.code).toBe('revoked_credential');
    },
  );

  test('is told in the audit trail by whom it acts for', async () => {
    const token = await tokenOf({ subject: 'customer-8' });
    const { id } = expectStatus(await call(token, 'POST /v1/api-keys', { json: { name: 'A' } }), 201).json;
    expectStatus(await call(token, `DELETE /v1/api-keys/${id}`), 200);
    await eventually(10, async () => {
      const { data } = (await manage(`GET /v1/audit?target=key:${id}`)).json;
      expect(data).toEqual([
        expect.objectContaining({ action: 'key.create', actor: `user:${ada.userId}`, subject: 'customer-8' }),
        expect.objectContaining({ action: 'key.revoke', actor: `user:${ada.userId}`, subject: 'customer-8' }),
      ]);
    });
    const own = await stack.createKey(admin);
    await eventually(10, async () => {
      const { data } = (await manage(`GET /v1/audit?target=key:${own.id}`)).json;
      expect(data).toEqual([expect.objectContaining({ subject: null })]);
    });
  });

  test('shares the allowance of its maker: one write decides', async () => {
    const { key } = await stack.createKey(admin, { scopes: ['admin'] });
    const token = await tokenOf({}, apiKey(key));
    await withinOneWindow(10);
    const remaining = (response: Awaited<ReturnType<typeof call>>) =>
      Number(response.headers['x-ratelimit-remaining']);
    const first = remaining(await stack.send('GET /v1/stats', { headers: apiKey(key) }));
    expect(remaining(await call(token, 'GET /v1/api-keys'))).toBe(first - 1);
    expect(remaining(await stack.send('GET /v1/stats', { headers: apiKey(key) }))).toBe(first - 2);
  });
});

describe('nobody with an embed token', () => {
  const rows = apiRows(routes, profile).flatMap((row) => {
    if (row.kind === 'not-found') return [];
    if (row.kind === 'upstream')
      return METHODS.map((method) => `${method} ${row.path.replace('{proxy+}', 'things/7')}`);
    if (row.access.kind === 'public' || row.route.takesEmbedTokens) return [];
    return [`${row.method} ${row.path.replace(/\{[^}]+\}/g, 'x')}`];
  });

  test('is let in by any other row, of ours or the upstream’s, by whatever header', async () => {
    expect(rows.length).toBeGreaterThan(60);
    const tokens = [
      await tokenOf(),
      await tokenOf({}, apiKey((await stack.createKey(admin, { scopes: ['admin'] })).key)),
    ];
    for (const target of rows)
      for (const token of tokens) {
        const body = /^(POST|PUT|PATCH)/.test(target) ? { json: {} } : {};
        const refused = await stack.raw(target, { ...body, headers: { ...bearer(token), origin: PAGE } });
        expect([target, refused.status]).toEqual([target, 401]);
        if (!target.startsWith('HEAD')) expect(refused.json.code).toBe('invalid_credential');
      }
    for (const headers of [{ 'x-api-key': tokens[0] ?? '' }, { authorization: `Token ${tokens[0]}` }])
      for (const target of ['GET /v1/stats', 'GET /v1/api-keys'])
        expect((await stack.raw(target, { headers: { ...headers, origin: PAGE } })).status).toBe(401);
  });

  test('renews it, exchanges it, or learns anything of it', async () => {
    const token = await tokenOf();
    for (const [target, json] of [
      ['POST /v1/embed-tokens', { scopes: ['read'] }],
      ['POST /v1/auth/token', {}],
      ['POST /v1/auth/refresh', { refresh_token: token }],
    ] as const)
      expect([400, 401]).toContain((await call(token, target, { json })).status);
    const exchange = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    };
    expect([400, 401]).toContain((await call(token, 'POST /v1/auth/exchange', { json: exchange })).status);
    const client = expectStatus(
      await manage('POST /v1/clients', {
        name: 'A service',
        redirect_uris: ['https://app.example/cb'],
        token_endpoint_auth_method: 'client_secret_basic',
      }),
      201,
    ).json;
    const secret = Buffer.from(`${client.id}:${client.client_secret}`).toString('base64');
    const form = (path: string, fields: Record<string, string>) =>
      stack.send(`POST ${path}`, {
        headers: {
          authorization: `Basic ${secret}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams(fields).toString(),
      });
    expect((await form('/introspect', { token })).json).toEqual({ active: false });
    expectStatus(await form('/revoke', { token }), 200);
    expectStatus(await form('/token', { grant_type: 'refresh_token', refresh_token: token }), 400);
    // Revoking it has ended nothing, least of all the session that it was made in.
    expectStatus(await call(token, 'GET /v1/api-keys'), 200);
    expectStatus(await manage('GET /v1/auth/me'), 200);
  });

  test('reaches another workspace, or another tenant', async () => {
    const token = await tokenOf();
    const elsewhere = await stack.createKey(admin, { workspace_id: second, scopes: ['read'] });
    for (const id of [elsewhere.id, bob.keyId])
      for (const [method, path, json] of ROWS_OF_A_KEY) {
        const request = json === undefined ? {} : { json };
        expectStatus(await call(token, `${method} /v1/api-keys/${id}${path}`, request), 404);
      }
    for (const workspace of [second, bob.workspaceId]) {
      expectStatus(await call(token, `GET /v1/api-keys?workspace_id=${workspace}`), 404);
      expectStatus(await call(token, 'GET /v1/api-keys', { headers: { 'x-workspace-id': workspace } }), 404);
      const json = { name: 'X', workspace_id: workspace };
      expectStatus(await call(token, 'POST /v1/api-keys', { json }), 404);
    }
    const there = await tokenOf({ workspace_id: second });
    const { data } = expectStatus(await call(there, 'GET /v1/api-keys'), 200).json;
    expect(data.map(({ id }: { id: string }) => id)).toEqual([elsewhere.id]);
    for (const workspace of [bob.workspaceId, 'none'])
      expectStatus(await ask({ workspace_id: workspace }), 404);
  });

  test('calls without an origin of the tenant, or from another', async () => {
    const token = await tokenOf();
    const origins: (string | readonly string[])[] = [
      [],
      '',
      'null',
      OTHER_PAGE,
      `${PAGE}/`,
      `${PAGE}:443`,
      `${PAGE}.evil.example`,
      'http://app.example.com',
      PAGE.toUpperCase(),
      [PAGE, PAGE],
      [PAGE, OTHER_PAGE],
    ];
    for (const origin of origins) {
      const refused = await stack.send('GET /v1/api-keys', { headers: { ...bearer(token), origin } });
      expect([origin, refused.status, refused.json.code]).toEqual([origin, 403, 'origin_not_allowed']);
    }
    // Another tenant’s list lets in the pages of that tenant.
    const theirs = await tokenOf({}, bearer(await stack.logIn(bob)));
    expectStatus(await call(theirs, 'GET /v1/api-keys', {}, OTHER_PAGE), 200);
  });

  test('gives a key more than the token has, or sees or touches one that has more', async () => {
    const maker = await stack.createKey(admin, { scopes: ['admin'] });
    for (const token of [await tokenOf(), await tokenOf({}, apiKey(maker.key))]) {
      for (const scopes of [['admin'], ['read', 'delete']])
        expectStatus(await call(token, 'POST /v1/api-keys', { json: { name: 'X', scopes } }), 403);
      const { id } = expectStatus(await call(token, 'POST /v1/api-keys', { json: { name: 'X' } }), 201).json;
      expectStatus(await call(token, `PATCH /v1/api-keys/${id}`, { json: { scopes: ['admin'] } }), 403);
      for (const [method, path, json] of ROWS_OF_A_KEY)
        expectStatus(
          await call(token, `${method} /v1/api-keys/${maker.id}${path}`, json === undefined ? {} : { json }),
          404,
        );
      const { data } = expectStatus(await call(token, 'GET /v1/api-keys'), 200).json;
      expect(data.map((key: { id: string }) => key.id)).not.toContain(maker.id);
    }
    expectStatus(await stack.send('GET /v1/stats', { headers: apiKey(maker.key) }), 200);
  });

  test('is given scopes that manage, that its maker has not, or that there are not; nor does who cannot manage keys give any', async () => {
    for (const scopes of [['admin'], ['read', 'admin'], ['fly'], []])
      expect(expectStatus(await ask({ scopes }), 400).json.code).toBe('invalid_field');
    const small = await stack.createKey(admin, { scopes: ['read', 'write'] });
    expect(expectStatus(await ask({}, apiKey(small.key)), 403).json.code).toBe('insufficient_scope');
    const keyToken = await stack.send('POST /v1/auth/token', { headers: apiKey(ada.apiKey), json: {} });
    const { access_token: ofKey } = expectStatus(keyToken, 201).json;
    expect([401, 403]).toContain((await ask({}, bearer(ofKey))).status);
    for (const subject of ['', ' ', 'a b', '"', 'x'.repeat(65), 'a\nb', 'é'])
      expect(expectStatus(await ask({ subject }), 400).json.errors?.[0]?.field ?? 'subject').toBe('subject');
  });

  test('uses it after its ten minutes', async () => {
    const keyset = await stack.keyset();
    const { sid, sub } = decodeJwt(admin) as { sid: string; sub: string };
    const maker = { userId: sub, tenantId: ada.tenantId, sessionId: sid, workspaceId: ada.workspaceId };
    const signer = new Signer(async () => keyset, stack.url, systemClock);
    const signed = (seconds: number) =>
      signer.embedToken(maker, { scopes: ['read'], subject: null }, seconds);
    expectStatus(await call(await signed(30), 'GET /v1/api-keys'), 200);
    const refused = expectStatus(await call(await signed(-1), 'GET /v1/api-keys'), 401);
    expect(refused.json.code).toBe('expired_credential');
  });
});

describe('an embed token ends', () => {
  test('at once with the session of its maker', async () => {
    const login = await stack.logIn(ada);
    const token = await tokenOf({}, bearer(login));
    expectStatus(await call(token, 'GET /v1/api-keys'), 200);
    expectStatus(await manage('POST /v1/auth/logout', {}, login), 200);
    expect(expectStatus(await call(token, 'GET /v1/api-keys'), 401).json.code).toBe('ended_session');
  });

  test('at once with the key of its maker, and when that may no longer manage keys', async () => {
    const maker = await stack.createKey(admin, { scopes: ['admin'] });
    const token = await tokenOf({}, apiKey(maker.key));
    expectStatus(await manage(`PATCH /v1/api-keys/${maker.id}`, { scopes: ['read', 'write'] }), 200);
    expect(expectStatus(await call(token, 'GET /v1/api-keys'), 403).json.code).toBe('insufficient_scope');
    expectStatus(await manage(`DELETE /v1/api-keys/${maker.id}`), 200);
    expect(expectStatus(await call(token, 'GET /v1/api-keys'), 401).json.code).toBe('revoked_credential');
  });

  test('within two seconds with its workspace, its tenant, or the origin', async () => {
    const cara = await stack.onboard();
    const login = await stack.logIn(cara);
    expect(expectStatus(await ask({}, bearer(login)), 409).json.detail).toContain('embed_origins');
    await setOrigins(login, [PAGE, OTHER_PAGE]);
    const { id } = expectStatus(await manage('POST /v1/workspaces', { name: 'Gone' }, login), 201).json;
    const token = await tokenOf({ workspace_id: id }, bearer(login));
    const other = await tokenOf({}, bearer(login));
    expectStatus(await call(token, 'GET /v1/api-keys'), 200);
    expectStatus(await manage(`DELETE /v1/workspaces/${id}`, undefined, login), 200);
    await eventually(3, async () => expectStatus(await call(token, 'GET /v1/api-keys'), 401));
    await setOrigins(login, [OTHER_PAGE]);
    expect(expectStatus(await call(other, 'GET /v1/api-keys'), 403).json.code).toBe('origin_not_allowed');
    expectStatus(await call(other, 'GET /v1/api-keys', {}, OTHER_PAGE), 200);
    await stack.table.update(tenantKey(cara.tenantId), {
      UpdateExpression: 'SET #state = :state',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':state': { S: 'suspended' } },
    });
    await eventually(3, async () => {
      const refused = expectStatus(await call(other, 'GET /v1/api-keys', {}, OTHER_PAGE), 401);
      expect(refused.json.code).toBe('suspended_tenant');
    });
  });
});

describe('embed_origins', () => {
  test.each([
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://app.example.com:443',
    'http://app.example.com',
    'https://APP.example.com',
    'https://*.example.com',
    '*',
    'null',
    'app.example.com',
    'http://localhost:80',
  ])('refuses %s, which no browser sends or nobody should trust', async (origin) => {
    const refused = expectStatus(await manage('PATCH /v1/tenant', { embed_origins: [origin] }), 400);
    expect(refused.json.detail).toContain('embed_origins');
  });

  test('are shown, audited, each once, and taken away again', async () => {
    const dora = await stack.onboard();
    const login = await stack.logIn(dora);
    expect((await manage('GET /v1/tenant', undefined, login)).json.embed_origins).toEqual([]);
    const { json } = await setOrigins(login, [PAGE, PAGE, 'http://localhost:3000']);
    expect([...json.embed_origins].sort()).toEqual(['http://localhost:3000', PAGE]);
    expect((await setOrigins(login, [])).json.embed_origins).toEqual([]);
    const { data } = (await manage('GET /v1/audit?action=tenant.update', undefined, login)).json;
    expect(
      data.map(({ after }: { after: { embed_origins: string[] } }) => after.embed_origins.length),
    ).toEqual([2, 0]);
  });
});

describe('where the configuration names the origins', () => {
  let narrow: TestStack;
  beforeAll(async () => {
    const cors = { allowedOrigins: [PAGE, OTHER_PAGE] };
    narrow = await startTestStack({ profile: 'default', config: { cors } });
  });
  afterAll(() => narrow?.stop());

  test('a tenant chooses among those, and its page can read the answers', async () => {
    const login = await narrow.logIn(await narrow.onboard());
    const send = (target: string, json: object) => narrow.send(target, { headers: bearer(login), json });
    const refused = await send('PATCH /v1/tenant', { embed_origins: ['https://elsewhere.example'] });
    expect(expectStatus(refused, 400).json.detail).toContain('answers pages of no other origin');
    expectStatus(await send('PATCH /v1/tenant', { embed_origins: [PAGE] }), 200);
    const { token } = expectStatus(await send('POST /v1/embed-tokens', { scopes: ['read'] }), 201).json;
    const page = { headers: { ...bearer(token), origin: PAGE } };
    const { headers } = expectStatus(await narrow.send('GET /v1/api-keys', page), 200);
    expect([headers['access-control-allow-origin'], headers.vary]).toEqual([PAGE, 'Origin']);
    const preflight = {
      origin: PAGE,
      'access-control-request-method': 'DELETE',
      'access-control-request-headers': 'authorization',
    };
    const answer = await narrow.send('OPTIONS /v1/api-keys/x', { headers: preflight });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([204, PAGE]);
    const wrong = { headers: { ...bearer(token), origin: OTHER_PAGE } };
    const told = expectStatus(await narrow.send('GET /v1/api-keys', wrong), 403);
    expect(told.json.code).toBe('origin_not_allowed');
  });
});
