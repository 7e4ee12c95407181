import { beforeAll, describe, expect, test, vi } from 'vitest';
import { verify as express } from '../../lambdas/verify/express.ts';
import { verify as fastify } from '../../lambdas/verify/fastify.ts';
import { verify as hono } from '../../lambdas/verify/hono.ts';
import { verified as lambda } from '../../lambdas/verify/lambda.ts';
import { verified, verifiedUpgrade } from '../../lambdas/verify/node.ts';
import { profile as memoryApi } from '../../profiles/memory-api.ts';
import { ADDRESS } from '../support/tenants.ts';
import { bearer, type Service, startService } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});

const RULES = {
  'POST /search': 'read',
  '/admin/*': 'admin',
  'GET /items/{id}/secret': 'admin',
  '/items/{id}': 'write',
  'GET /me': { scope: null },
  '/public/*': { public: true },
} as const;

/** The status of a call of a key with the scope `read`, of which each call is its first. */
async function statusOf(method: string, path: string): Promise<number> {
  const { verifierWith, tenant } = service;
  const { key } = await tenant.createKey({ scopes: ['read'] });
  const outcome = await verifierWith({ rules: RULES }).verify({
    method,
    path,
    headers: bearer(key),
    sourceAddress: ADDRESS,
  });
  return outcome.isVerified ? 200 : outcome.status;
}

describe('a rule', () => {
  test.each([
    ['of a path and a method gives the scope', 'POST', '/search', 200],
    ['of another method leaves the method’s scope', 'PUT', '/search', 403],
    ['of a path holds for every method', 'GET', '/admin/users', 403],
    ['of a tree holds for its root', 'GET', '/admin', 403],
    ['with a parameter holds for one segment', 'GET', '/items/7', 403],
    ['with a parameter holds for no more', 'GET', '/items/7/more', 200],
    ['before another holds', 'GET', '/items/7/secret', 403],
    ['of GET holds for HEAD', 'HEAD', '/items/7/secret', 403],
    ['of no scope takes any credential', 'GET', '/me', 200],
    ['of none leaves the method’s scope', 'GET', '/other', 200],
  ])('%s', async (_, method, path, status) => {
    expect(await statusOf(method, path)).toBe(status);
  });

  test.each([
    ['in other letters', '/Admin/users'],
    ['with the suffix of a format', '/admin.json'],
    ['with a slash at the end', '/admin/'],
    ['of a parameter, with a suffix', '/items/7.json'],
    ['of a parameter, in other letters', '/ITEMS/7'],
    ['of a parameter that looks like a pattern', '/items/*'],
  ])('holds for its path %s', async (_, path) => {
    expect(await statusOf('GET', path)).toBe(403);
  });

  test('that is public opens nothing for a path that only a forgiving reader takes for its own', async () => {
    const call = { method: 'GET', headers: {}, sourceAddress: ADDRESS };
    const verifier = service.verifierWith({ rules: RULES });
    expect(await verifier.verify({ ...call, path: '/public/7' })).toEqual({ isVerified: true, headers: {} });
    for (const path of ['/Public/7', '/public.json', '/publicity'])
      expect(await verifier.verify({ ...call, path })).toMatchObject({ status: 401 });
  });

  test('that is public is none for a path that an earlier rule may be read to have', async () => {
    const verifier = service.verifierWith({ rules: { '/v1/admin': 'admin', '/V1/*': { public: true } } });
    const call = { method: 'GET', path: '/V1/Admin', headers: {}, sourceAddress: ADDRESS };
    expect(await verifier.verify(call)).toMatchObject({ status: 401 });
  });

  test('of the route itself stands in the place of those of paths', async () => {
    const verifier = service.verifierWith({ rules: RULES });
    const { key } = await service.tenant.createKey({ scopes: ['read'] });
    const call = { method: 'POST', path: '/admin/search', headers: bearer(key), sourceAddress: ADDRESS };
    expect(await verifier.route('read')(call)).toMatchObject({ isVerified: true });
    expect(await verifier.route({ scope: null })(call)).toMatchObject({ isVerified: true });
    expect(await verifier.route('admin')(call)).toMatchObject({
      status: 403,
      body: expect.stringContaining('Required: admin'),
    });
    expect(await verifier.route({ public: true })({ ...call, headers: {} })).toMatchObject({
      isVerified: true,
    });
    expect(await verifier.route()(call)).toMatchObject({ status: 403 });
  });
});

describe('a rule that is wrong is told when the verifier is made', () => {
  test.each([
    ['a scope that is not declared', { '/a': 'reed' }, 'rules["/a"]: the scope "reed" is not declared'],
    ['no path', { POST: 'read' }, 'rules["POST"]: write a method and a path'],
    ['a star in the middle', { '/a/*/b': 'read' }, 'rules["/a/*/b"]: write a method and a path'],
    ['an empty segment', { '/a//b': 'read' }, 'rules["/a//b"]: write a method and a path'],
    ['a method that there is not', { 'FETCH /a': 'read' }, 'the method must be one of GET, HEAD'],
    ['neither scope nor public', { '/a': {} }, 'rules["/a"]: say a scope'],
    ['public that is false', { '/a': { public: false } }, 'rules["/a"]: say a scope'],
    ['a scope beside public', { '/a': { public: true, scope: 'read' } }, 'rules["/a"]: say a scope'],
    [
      'one that another hides',
      { '/a/*': 'read', 'GET /a/{id}/b': 'admin' },
      'rules["GET /a/{id}/b"]: "/a/*" stands before it',
    ],
    ['a tree that a tree hides', { '/*': 'read', '/a/*': 'admin' }, 'rules["/a/*"]: "/*" stands before it'],
    ['the same twice', { '/a/{id}': 'read', '/a/{name}': 'admin' }, 'rules["/a/{name}"]: "/a/{id}" stands'],
  ])('%s', (_, rules, message) => {
    expect(() => service.verifierWith({ rules: rules as never })).toThrow(message);
  });

  test.each([
    { '/a/{id}': 'read', '/a/*': 'admin' },
    { 'GET /a/*': 'read', 'POST /a/b': 'admin' },
    { '/{id}/*': 'read', '/*': 'admin' },
  ])('and %j is none', (rules) => {
    expect(() => service.verifierWith({ rules })).not.toThrow();
  });

  test.each([null, [], new Map([['/a', 'read']]), 'read'])('rules that are %s', (rules) => {
    expect(() => service.verifierWith({ rules: rules as never })).toThrow(/^rules: give an object/);
  });

  test.each<[unknown, string]>([
    ['reed', 'rule: the scope "reed" is not declared'],
    [null, 'rule: say a scope'],
    [7, 'rule: say a scope'],
    [{ scope: ['read'] }, 'rule: say a scope'],
    [{ public: 'yes' }, 'rule: say a scope'],
  ])('that of a route too, when its way in is made: %j', (rule, message) => {
    const { verifier } = service;
    const ways = [
      () => verifier.route(rule as never),
      () => express(verifier, rule as never),
      () => fastify(verifier, rule as never),
      () => hono(verifier, { rule: rule as never }),
      () => lambda(verifier, async () => 'reached', rule as never),
      () => verified(verifier, () => 'reached', rule as never),
      () => verifiedUpgrade(verifier, () => 'reached', rule as never),
    ];
    for (const way of ways) expect(way).toThrow(message);
  });

  test('that of a route is read once: what becomes of it later changes nothing', async () => {
    const rule: { scope: string } = { scope: 'admin' };
    const decide = service.verifier.route(rule);
    const { key } = await service.tenant.createKey({ scopes: ['read'] });
    rule.scope = 'read';
    const call = { method: 'GET', path: '/x', headers: bearer(key), sourceAddress: ADDRESS };
    expect(await decide(call)).toMatchObject({ status: 403 });
  });

  test('a number of proxies that is none', () => {
    expect(() => service.verifierWith({ trustedProxies: -1 })).toThrow(/^trustedProxies/);
  });
});

test('a handler can ask for a scope that another includes', () => {
  expect(service.verifier.covers({ scopes: ['write'] }, 'write')).toBe(true);
  expect(service.verifier.covers({ scopes: ['read'] }, 'write')).toBe(false);
});

test('refusals have the shape and the codes of the profile', async () => {
  const own = await startService({}, memoryApi);
  const call = { method: 'GET', path: '/v1/x', headers: {}, sourceAddress: ADDRESS, requestId: 'r-7' };
  const outcome = await own.verifier.verify(call);
  expect(outcome).toMatchObject({ isVerified: false, status: 401, code: 'MISSING_API_KEY' });
  expect('body' in outcome && JSON.parse(outcome.body)).toEqual({
    success: false,
    error: { code: 'MISSING_API_KEY', message: expect.any(String) },
    meta: { request_id: 'r-7' },
  });
});

test('challenges lead to the metadata of the API where there are any', async () => {
  const verifier = service.verifierWith({ resourceMetadataUrl: 'https://api.example.com/.well-known/m' });
  const call = { method: 'GET', path: '/v1/x', headers: {}, sourceAddress: ADDRESS };
  expect(await verifier.verify(call)).toMatchObject({
    headers: {
      'WWW-Authenticate':
        'Bearer resource_metadata="https://api.example.com/.well-known/m/v1/x", scope="read"',
    },
  });
});

describe('what is told of a decision', () => {
  test('has who called and how it ended, and no credential', async () => {
    const notes: unknown[] = [];
    const verifier = service.verifierWith({ onDecision: (note) => notes.push(note) });
    const { key } = await service.tenant.createKey({ scopes: ['read'] });
    const call = { method: 'GET', path: '/x', headers: bearer(key), sourceAddress: ADDRESS, requestId: 'r' };
    await verifier.verify(call);
    await verifier.verify({ ...call, method: 'POST' });
    expect(notes).toEqual([
      {
        requestId: 'r',
        method: 'GET',
        path: '/x',
        status: 200,
        tenant: service.tenant.tenantId,
        principal: expect.stringMatching(/^key:/),
        milliseconds: expect.any(Number),
      },
      expect.objectContaining({ status: 403, code: 'insufficient_scope' }),
    ]);
    expect(JSON.stringify(notes)).not.toContain(key);
  });

  test('may fail: the answer stays, and the process lives', async () => {
    const failing = () => {
      throw new Error('the log is full');
    };
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const faults: readonly (() => unknown)[] = [failing, async () => failing()];
    service.isDown = true;
    const outcomes = faults.map((onDecision) => {
      const verifier = service.verifierWith({ onDecision, metrics: onDecision, onError: onDecision });
      const headers = bearer(service.credentials.reader);
      return verifier.verify({ method: 'GET', path: '/x', headers, sourceAddress: ADDRESS });
    });
    for (const outcome of outcomes) expect(await outcome).toMatchObject({ status: 503 });
    service.isDown = false;
    await vi.waitFor(() => expect(printed).toHaveBeenCalledTimes(6));
    expect(printed).toHaveBeenCalledWith(
      'latchkey/verify: a decision could not be told: Error: the log is full',
    );
    printed.mockRestore();
  });

  test('of none is why, and the caller is told nothing of it', async () => {
    service.isDown = true;
    const { verifier, credentials, errors } = service;
    const headers = bearer(credentials.reader);
    const outcome = await verifier.verify({ method: 'GET', path: '/x', headers, sourceAddress: ADDRESS });
    service.isDown = false;
    expect(outcome).toMatchObject({ status: 503, code: 'unavailable' });
    expect(JSON.stringify(outcome)).not.toContain('table does not answer');
    expect(errors.at(-1)).toEqual(new Error('the table does not answer'));
  });
});

test('a limit is exact for calls at the same time, by several verifiers', async () => {
  const { tenant, verifierWith } = service;
  const { key } = await tenant.createKey({ scopes: ['read'] });
  const verifiers = [verifierWith(), verifierWith()];
  const calls = Array.from({ length: 60 }, (_, index) =>
    verifiers[index % 2]?.verify({ method: 'GET', path: '/x', headers: bearer(key), sourceAddress: ADDRESS }),
  );
  const outcomes = await Promise.all(calls);
  expect(outcomes.filter((outcome) => outcome?.isVerified)).toHaveLength(5);
});
