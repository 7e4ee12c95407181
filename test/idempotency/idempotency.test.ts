import { randomBytes } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { clientRoutes } from '../../lambdas/clients/rows.ts';
import { serve } from '../../lambdas/http/serve.ts';
import { IN_FLIGHT_SECONDS, idempotencyKey } from '../../lambdas/idempotency/idempotency.ts';
import { cursorsUnder } from '../../lambdas/kernel/cursor.ts';
import type { ServicesOf } from '../../lambdas/kernel/route.ts';
import { keyRoutes } from '../../lambdas/keys/rows.ts';
import { slowFingerprint } from '../../lambdas/people/passwords.ts';
import { peopleRoutes } from '../../lambdas/people/rows.ts';
import { routes } from '../../lambdas/table/index.ts';
import { workspaceRoutes } from '../../lambdas/tenancy/rows.ts';
import { functionSpecs } from '../../lib/functions.ts';
import { profile } from '../../profiles/default.ts';
import { profile as nams } from '../../profiles/nams.ts';
import { administratorContext, event } from '../http/requests.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW, storeTenant } from '../support/tenants.ts';

vi.spyOn(process.stdout, 'write').mockImplementation(() => true);

describe('the header', () => {
  const read = (...values: string[]) => idempotencyKey({ 'idempotency-KEY': values });

  test.each([
    ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['"two words, and \\"more\\" \\\\"', 'two words, and "more" \\'],
    [' "a" ', 'a'],
    ['x'.repeat(255), 'x'.repeat(255)],
    [`"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
  ])('%s is a key', (value, key) => {
    expect(read(value)).toBe(key);
  });

  test.each([
    '',
    '""',
    ' ',
    '"',
    '"a',
    'a"',
    'two words',
    'a,b',
    '"a", "b"',
    '"a";p=1',
    '"\\a"',
    'é',
    '"\u0000"',
    'x'.repeat(256),
    `"${'x'.repeat(100_000)}"`,
  ])('%j is none, and says what is right', (value) => {
    expect(() => read(value)).toThrow(/Idempotency-Key must come once, with 1 to 255 printable/);
  });

  test('it comes once', () => {
    expect(() => read('a', 'a')).toThrow(/must come once/);
    expect(idempotencyKey({})).toBeUndefined();
  });
});

type Sent = { readonly headers?: Record<string, string[]>; readonly context?: object };

/** The rows that make things, on stores in memory, for the administrator of a tenant. */
async function setUp(contract = profile) {
  const stores = memoryStores();
  const now = { seconds: NOW };
  const clock = () => now.seconds;
  const { account, tenantId, workspaceId } = await storeTenant(stores);
  const cursors = cursorsUnder(async () => randomBytes(32));
  const common = {
    claims: stores.claims,
    cursors,
    clock,
    profile: contract,
    deployment: DEPLOYMENT,
    requireRecentSignIn: async () => {},
  };
  const rendering = { profile: contract, deployment: DEPLOYMENT };
  const services: ServicesOf<typeof keyRoutes> & ServicesOf<typeof workspaceRoutes> = {
    ...common,
    keys: { ...common, keys: stores.keys },
    workspaces: { workspaces: stores.workspaces, revokeKeys: vi.fn(), clock },
    tenants: stores.tenants,
  };
  const { people, accounts, sessions, backoff } = stores;
  const handlers = {
    '/v1/api-keys': serve(keyRoutes, services, rendering),
    '/v1/auth/api-keys': serve(keyRoutes, services, rendering),
    '/v1/workspaces': serve(workspaceRoutes, services, rendering),
    '/v1/clients': serve(
      clientRoutes,
      { ...common, clients: { ...common, clients: stores.clients } },
      rendering,
    ),
    '/v1/users': serve(
      peopleRoutes,
      { ...common, people: { people, accounts, sessions, backoff, deployment: DEPLOYMENT, clock } },
      rendering,
    ),
  };
  const context = administratorContext({ tenantId, workspaceId, userId: account.user.userId });
  const post = async (
    resource: keyof typeof handlers,
    body: object | string,
    { headers = {}, context: other = {} }: Sent = {},
  ) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await handlers[resource](
      event({ method: 'POST', resource, body: text, headers, context: { ...context, ...other } }),
    );
    return { status: answer.statusCode, json: JSON.parse(answer.body) };
  };
  const count = async () => ({
    keys: (await stores.keys.page(tenantId, 100)).keys.length,
    workspaces: (await stores.workspaces.list(tenantId)).length,
    people: (await stores.people.page(tenantId, 100)).people.length,
  });
  return { stores, now, account, tenantId, context, post, count };
}

const keyed = (key: string) => ({ headers: { 'Idempotency-Key': [key] } });
const PASSWORD = 'correct horse battery staple';

describe('making something with an idempotency key', () => {
  test('a key is made once: the repetition has the same answer, without the key', async () => {
    const { post, count, stores, tenantId } = await setUp();
    const first = await post('/v1/api-keys', { name: 'CI' }, keyed('"one"'));
    expect(first).toMatchObject({ status: 201, json: { name: 'CI', key: expect.any(String) } });
    const { key, ...shown } = first.json;
    // Whatever has become of it since.
    const [made] = (await stores.keys.page(tenantId, 100)).keys.filter(({ id }) => id === shown.id);
    if (made !== undefined) await stores.keys.revoke(made, { actor: 'user:u', requestId: 'r' }, NOW);
    expect(await post('/v1/api-keys', { name: 'CI' }, keyed('one'))).toEqual({ status: 201, json: shown });
    expect((await count()).keys).toBe(2);
    const [claim] = stores.state.claims.values();
    expect(claim?.answer).toContain(shown.id);
    expect(JSON.stringify(claim)).not.toContain(key);
  });

  test('a profile presents the repetition as it presents the answer', async () => {
    const { post } = await setUp(nams);
    const first = await post('/v1/auth/api-keys', { name: 'CI' }, keyed('one'));
    const { key, ...shown } = first.json;
    expect([first.status, key]).toEqual([201, expect.stringMatching(/^nams_/)]);
    expect(await post('/v1/auth/api-keys', { name: 'CI' }, keyed('one'))).toEqual({
      status: 201,
      json: shown,
    });
  });

  test('a person is made once, and the password can be guessed from the claim no faster than from its own hash', async () => {
    const { post, count } = await setUp();
    const ada = { email: 'ada@example.com', password: PASSWORD };
    const first = await post('/v1/users', ada, keyed('one'));
    expect(first.status).toBe(201);
    expect(await post('/v1/users', ada, keyed('one'))).toEqual(first);
    expect((await count()).people).toBe(2);
    const other = await post('/v1/users', { ...ada, password: `${PASSWORD}!` }, keyed('one'));
    expect(other).toMatchObject({ status: 422, json: { code: 'idempotency_key_reused' } });
    expect(routes.find(({ id }) => id === 'createUser')?.idempotent).toBe(slowFingerprint);
    expect(await slowFingerprint(Buffer.from('x'), 'one claim')).not.toBe(
      await slowFingerprint(Buffer.from('x'), 'another claim'),
    );
  });

  test('an OAuth client is made once: the repetition has no secret', async () => {
    const { post, stores, tenantId } = await setUp();
    const app = {
      name: 'App',
      redirect_uris: ['https://app.example/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
    };
    const first = await post('/v1/clients', app, keyed('one'));
    const { client_secret: secret, ...shown } = first.json;
    expect([first.status, typeof secret]).toEqual([201, 'string']);
    expect(await post('/v1/clients', app, keyed('one'))).toEqual({ status: 201, json: shown });
    expect(await stores.clients.list(tenantId)).toHaveLength(1);
    expect(JSON.stringify([...stores.state.claims.values()])).not.toContain(secret);
  });

  test('a workspace is made once, and its repetition waits until it holds everywhere', async () => {
    const { post, count, now } = await setUp();
    const first = await post('/v1/workspaces', { name: 'W' }, keyed('one'));
    expect(first.status).toBe(201);
    expect((await post('/v1/workspaces', { name: 'W' }, keyed('one'))).status).toBe(409);
    now.seconds += 3;
    expect(await post('/v1/workspaces', { name: 'W' }, keyed('one'))).toEqual(first);
    expect((await count()).workspaces).toBe(2);
  });

  test('of 20 at once one makes it, and the others are told that it is in flight, or what was made', async () => {
    const { post, count } = await setUp();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post('/v1/api-keys', { name: 'CI' }, keyed('one'))),
    );
    expect(answers.filter(({ json }) => json.key !== undefined)).toHaveLength(1);
    for (const { status, json } of answers) {
      expect([201, 409]).toContain(status);
      if (status === 409) expect(json.code).toBe('request_in_flight');
    }
    expect((await count()).keys).toBe(2);
  });

  test('another request with the same key is a 422: other body, other route, other workspace', async () => {
    const { post, count } = await setUp();
    await post('/v1/api-keys', { name: 'CI' }, keyed('one'));
    const reused = { status: 422, json: { code: 'idempotency_key_reused' } };
    expect(await post('/v1/api-keys', { name: 'Another' }, keyed('one'))).toMatchObject(reused);
    expect(await post('/v1/workspaces', { name: 'CI' }, keyed('one'))).toMatchObject(reused);
    const elsewhere = { headers: { ...keyed('one').headers, 'X-Workspace-Id': ['w'] } };
    expect(await post('/v1/api-keys', { name: 'CI' }, elsewhere)).toMatchObject(reused);
    expect(await count()).toMatchObject({ keys: 2, workspaces: 1 });
  });

  test('keys of another tenant, another person or a program are others', async () => {
    const { post, count, tenantId } = await setUp();
    const made = await Promise.all(
      [
        {},
        { tenantId: 'another', userId: 'u' },
        { userId: 'another' },
        { tenantId: `${tenantId}","user:x` },
      ].map((context) => post('/v1/api-keys', { name: 'CI' }, { ...keyed('one'), context })),
    );
    // Tenants that do not exist have no workspace of this name: it was carried out, and not answered from the claim.
    expect(made.map(({ status }) => status)).toEqual([201, 404, 201, 404]);
    expect(made[0]?.json.id).not.toBe(made[2]?.json.id);
    expect((await count()).keys).toBe(3);
  });

  test('a page with an embed token, or an app, is answered nothing of another’s or of whom it acts for', async () => {
    const { post, context } = await setUp();
    const acting = [
      {},
      { embed: ' ', scopes: 'read' },
      { embed: 'customer-1', scopes: 'read' },
      { embed: 'customer-2', scopes: 'read' },
      { embed: 'customer-2', scopes: 'read write' },
      { clientId: 'app' },
      { clientId: 'another' },
    ];
    const ids = new Set<string>();
    for (const each of acting) {
      const once = await post(
        '/v1/api-keys',
        { name: 'CI', scopes: ['read'] },
        { ...keyed('one'), context: each },
      );
      expect(once).toMatchObject({ status: 201, json: { key: expect.any(String) } });
      const again = await post(
        '/v1/api-keys',
        { name: 'CI', scopes: ['read'] },
        { ...keyed('one'), context: each },
      );
      expect(again).toMatchObject({ status: 201, json: { id: once.json.id } });
      ids.add(once.json.id);
    }
    expect(ids.size).toBe(acting.length);
    const elsewhere = { ...context, embed: 'customer-1', scopes: 'read', workspaceId: 'elsewhere' };
    const foreign = await post(
      '/v1/api-keys',
      { name: 'CI', scopes: ['read'] },
      { ...keyed('one'), context: elsewhere },
    );
    expect(foreign.status).not.toBe(201);
  });

  test('what makes nothing leaves the key free, for a request that is right', async () => {
    const { post } = await setUp();
    expect((await post('/v1/api-keys', { name: '' }, keyed('one'))).status).toBe(400);
    expect(
      (await post('/v1/api-keys', { name: 'x', scopes: ['nobody-has-this'] }, keyed('one'))).status,
    ).toBe(400);
    expect((await post('/v1/api-keys', { name: 'x' }, keyed('one'))).status).toBe(201);
  });

  test('a call that died is repeated after its time, and not before', async () => {
    const { post, stores, now, count } = await setUp();
    const release = vi.spyOn(stores.claims, 'release').mockRejectedValue(new Error('down'));
    vi.spyOn(stores.keys, 'create').mockRejectedValueOnce(new Error('killed'));
    expect((await post('/v1/api-keys', { name: 'CI' }, keyed('one'))).status).toBe(500);
    expect(release).toHaveBeenCalledOnce();
    expect((await post('/v1/api-keys', { name: 'CI' }, keyed('one'))).status).toBe(409);
    now.seconds += IN_FLIGHT_SECONDS;
    expect((await post('/v1/api-keys', { name: 'CI' }, keyed('one'))).status).toBe(201);
    expect((await count()).keys).toBe(2);
  });

  test('a header that is none is a 400 that says what is right, and makes nothing', async () => {
    const { post, count } = await setUp();
    for (const value of ['', '"', 'x'.repeat(10_000)]) {
      const { status, json } = await post('/v1/api-keys', { name: 'CI' }, keyed(value));
      expect([status, json.code]).toEqual([400, 'malformed_request']);
    }
    expect((await count()).keys).toBe(1);
  });

  test('without the header each call makes one, and claims nothing', async () => {
    const { post, count, stores } = await setUp();
    await post('/v1/api-keys', { name: 'CI' });
    await post('/v1/api-keys', { name: 'CI' });
    expect((await count()).keys).toBe(3);
    expect(stores.state.claims.size).toBe(0);
  });
});

describe('the table', () => {
  const honouring = routes.filter(({ idempotent }) => idempotent !== undefined);

  test('keys, people, invitations, workspaces and clients are what is made by whoever is proven', () => {
    expect(honouring.map(({ id }) => id).sort()).toEqual([
      'createClient',
      'createInvitation',
      'createKey',
      'createUser',
      'createWorkspace',
    ]);
    for (const { method, access } of honouring) {
      expect([method, access.kind]).toEqual(['POST', 'credential']);
    }
  });

  test('no function with such a row outlives its claim', () => {
    for (const { service } of honouring) {
      expect(functionSpecs(profile)[service]?.timeoutSeconds).toBeLessThan(IN_FLIGHT_SECONDS);
    }
  });
});
