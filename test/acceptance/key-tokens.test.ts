import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../lambdas/kernel/clock.ts';
import { hashKey } from '../../lambdas/keys/key-format.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import {
  type Account,
  apiKey,
  bearer,
  expectStatus,
  inSeconds,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
  withinOneWindow,
} from '../support/stack.ts';

/** Short-lived tokens of API keys, over HTTP. */

let stack: TestStack;
let ada: Account;
let admin: string;

beforeAll(async () => {
  stack = await startTestStack({
    profile: 'default',
    config: { tiers: { free: { ...ROOMY_TIER, keyRequestsPerMinute: 100 } } },
  });
  ada = await stack.onboard();
  admin = await stack.logIn(ada);
});
afterAll(() => stack?.stop());

const create = (fields: object = {}) => stack.createKey(admin, { scopes: ['read', 'write'], ...fields });
const ask = (key: string, json: object = {}) =>
  stack.send('POST /v1/auth/token', { headers: apiKey(key), json });
const tokenOf = async (key: string, json?: object): Promise<string> =>
  expectStatus(await ask(key, json), 201).json.access_token;
const call = (token: string, target = 'GET /v1/stats') => stack.send(target, { headers: bearer(token) });
const manage = (target: string, json?: object) =>
  stack.send(target, { headers: bearer(admin), ...(json === undefined ? {} : { json }) });

describe('a token of a key', () => {
  test('is the key for a quarter of an hour, in its workspace, with its scopes', async () => {
    const { id, key } = await create();
    const response = expectStatus(await ask(key), 201);
    expect(response.json).toEqual({
      access_token: expect.stringMatching(/^ey/),
      token_type: 'bearer',
      expires_in: 900,
      scopes: ['read', 'write'],
    });
    expect(response.headers['cache-control']).toBe('no-store');
    const { access_token: token } = response.json;
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect(exp - iat).toBe(900);
    expect(token).not.toContain(key);
    expect(JSON.stringify(decodeJwt(token))).not.toContain(key.slice(-38));
    for (const form of ['hex', 'base64', 'base64url'] as const)
      expect(JSON.stringify(decodeJwt(token))).not.toContain(hashKey(key).toString(form));
    const { status, json } = await call(token);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      tenant_id: ada.tenantId,
      workspace_id: ada.workspaceId,
      principal: `key:${id}`,
    });
    expect((await call(token, 'POST /v1/things')).status).toBe(200);
    expect((await call(token, 'DELETE /v1/things')).status).toBe(403);
  });

  test('has fewer scopes when fewer are asked for, and never more than the key, then or later', async () => {
    const { id, key } = await create();
    const small = await tokenOf(key, { scopes: ['read'] });
    expect([(await call(small)).status, (await call(small, 'POST /v1/things')).status]).toEqual([200, 403]);
    const refused = expectStatus(await ask(key, { scopes: ['read', 'delete'] }), 403);
    expect(refused.json).toMatchObject({
      code: 'exceeds_own_rights',
      detail: expect.stringContaining('delete'),
    });
    const whole = await tokenOf(key);
    expect((await call(whole, 'POST /v1/things')).status).toBe(200);
    expectStatus(await manage(`PATCH /v1/api-keys/${id}`, { scopes: ['read'] }), 200);
    expect((await call(whole, 'POST /v1/things')).status).toBe(403);
    // More than the token was given is not had by giving it to the key.
    expectStatus(await manage(`PATCH /v1/api-keys/${id}`, { scopes: ['read', 'write', 'delete'] }), 200);
    expect((await call(small, 'POST /v1/things')).status).toBe(403);
    expect((await call(whole, 'DELETE /v1/things')).status).toBe(403);
  });

  test('shares the allowance of the key: each call counts once, by whichever it comes', async () => {
    const { key } = await create();
    await withinOneWindow(30);
    const token = await tokenOf(key);
    const remaining = async (headers: Readonly<Record<string, string>>) =>
      Number((await stack.send('GET /v1/stats', { headers })).headers['x-ratelimit-remaining']);
    const first = await remaining(apiKey(key));
    expect(await remaining(bearer(token))).toBe(first - 1);
    expect(await remaining(bearer(await tokenOf(key)))).toBe(first - 3);
    expect(await remaining(apiKey(key))).toBe(first - 4);
    const all = await Promise.all(Array.from({ length: 110 }, (_, one) => call(one % 2 === 0 ? token : key)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(first - 4);
    expect((await call(token)).status).toBe(429);
  });

  test.each<[string, (id: string) => Promise<unknown>, string]>([
    ['revoked', (id) => manage(`DELETE /v1/api-keys/${id}`), 'revoked_credential'],
    ['disabled', (id) => manage(`PATCH /v1/api-keys/${id}`, { enabled: false }), 'disabled_credential'],
    [
      'rotated without grace',
      (id) => manage(`POST /v1/api-keys/${id}/rotate`, { grace_seconds: 0 }),
      'credential',
    ],
  ])('is refused from the moment its key is %s', async (_how, end, code) => {
    const { id, key } = await create();
    const token = await tokenOf(key);
    expect((await call(token)).status).toBe(200);
    await end(id);
    const refused = expectStatus(await call(token), 401);
    expect(refused.json.code).toContain(code);
  });

  test('ends with the grace of a rotation, as the key that it is of', async () => {
    const { id, key } = await create();
    const token = await tokenOf(key);
    const rotated = expectStatus(
      await manage(`POST /v1/api-keys/${id}/rotate`, { grace_seconds: 6 }),
      200,
    ).json;
    const next = await tokenOf(rotated.key);
    expect((await call(token)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 6100));
    expect([(await call(token)).status, (await call(next)).status]).toEqual([401, 200]);
  });

  test('ends when its key expires', async () => {
    const { key } = await create({ expires_at: inSeconds(6) });
    const token = await tokenOf(key);
    expect((await call(token)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 6100));
    expect(expectStatus(await call(token), 401).json.code).toBe('expired_credential');
  });

  test('is good where the key is: an address that the key does not allow is a 403', async () => {
    const { id, key } = await create();
    const token = await tokenOf(key);
    expectStatus(await manage(`PATCH /v1/api-keys/${id}`, { allowed_ips: ['203.0.113.0/24'] }), 200);
    expect(expectStatus(await call(token), 403).json.code).toBe('address_not_allowed');
  });

  test('gives no further token, and neither does a person’s', async () => {
    const token = await tokenOf((await create()).key);
    for (const one of [token, admin]) {
      const response = await stack.send('POST /v1/auth/token', { headers: bearer(one) });
      expect(expectStatus(response, 403).json.code).toBe('key_required');
    }
  });

  test('is no person: what takes one refuses it', async () => {
    const token = await tokenOf((await create()).key);
    expect(expectStatus(await call(token, 'POST /v1/auth/logout'), 403).json.code).toBe('user_required');
    expect((await call(token, 'GET /v1/auth/me')).json.kind).toBe('key');
  });

  test.each([
    ['scopes that are one text', { scopes: 'read' }],
    ['no scope', { scopes: [] }],
    ['a scope that there is not', { scopes: ['root'] }],
    ['an unknown field', { expires_in: 9 }],
  ])('is not made for %s', async (_what, json) => {
    expectStatus(await ask(ada.apiKey, json), 400);
  });
});

test('a token that is signed for the wrong key, tenant or hash lets nobody in', async () => {
  const { id, key } = await create();
  const other = await create();
  const { sub, tid, loc, km, iss } = decodeJwt(await tokenOf(key)) as Record<string, string>;
  const signer = new Signer(() => stack.keyset(), iss ?? '', systemClock);
  const claims = {
    keyId: sub ?? '',
    tenantId: tid ?? '',
    locator: loc ?? '',
    keyMark: Buffer.from(km ?? '', 'base64url'),
    scopes: ['read'] as const,
  };
  expect((await call(await signer.keyToken(claims, 60))).status).toBe(200);
  const theirs = decodeJwt(await tokenOf(other.key)) as Record<string, string>;
  for (const wrong of [
    { keyId: other.id },
    { tenantId: 'another' },
    { locator: theirs.loc ?? '' },
    { keyMark: Buffer.from(theirs.km ?? '', 'base64url') },
    { keyMark: Buffer.alloc(0) },
    { keyMark: hashKey(key) },
    { locator: '../CONTROL' },
  ]) {
    expectStatus(await call(await signer.keyToken({ ...claims, ...wrong }, 60)), 401);
  }
  expect(id).toBe(sub);
});
