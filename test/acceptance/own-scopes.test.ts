import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyRecordKey, sessionKey, userKey } from '../../lambdas/kernel/item-keys.ts';
import { S } from '../../lambdas/kernel/items.ts';
import {
  type Account,
  apiKey,
  bearer,
  expectStatus,
  PASSWORD,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
  withKey,
} from '../support/stack.ts';

/** Scopes and roles that the API's owner has named: everything that speaks of rights follows them. */
const DECLARED = ['documents:read', 'documents:write', 'billing', 'team'];
const CONFIG = {
  tiers: { free: ROOMY_TIER },
  scopes: [
    { name: 'documents:read', description: 'Read documents' },
    { name: 'documents:write', description: 'Create and change documents', includes: ['documents:read'] },
    { name: 'billing', description: 'See and pay invoices' },
    { name: 'team', description: 'Manage keys, people and settings', managing: true },
  ],
  roles: {
    owner: { scopes: ['documents:write', 'billing', 'team'] },
    author: { scopes: ['documents:write'] },
    reader: { scopes: ['documents:read'], description: 'Only looks' },
    staff: { scopes: ['documents:read', 'team'] },
  },
  ownerRole: 'owner',
  areaScopes: {
    reading: 'documents:read',
    keys: 'team',
    people: 'team',
    settings: 'team',
    audit: 'team',
    transfer: 'team',
  },
  methodScopes: {
    GET: 'documents:read',
    POST: 'documents:write',
    PUT: 'documents:write',
    PATCH: 'documents:write',
    DELETE: 'documents:write',
  },
  defaultScopes: ['documents:read'],
  onboardingScopes: ['documents:write'],
};

/** What the team's API was told of the last caller. */
let told: IncomingHttpHeaders = {};
const upstream = createServer((request, response) => {
  told = request.headers;
  response.end('{}');
});

let stack: TestStack;
let owner: Account;
let tokens: Record<'owner' | 'author' | 'reader' | 'staff', string>;

beforeAll(async () => {
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const scopes = [{ path: '/v1/invoices/*', scope: 'billing' }];
  stack = await startTestStack({ profile: 'default', config: { ...CONFIG, upstream: { url, scopes } } });
  owner = await stack.onboard();
  const token = await stack.logIn(owner);
  const add = async (role: string) => (await logInAs(role, token)).token;
  tokens = {
    owner: token,
    author: await add('author'),
    reader: await add('reader'),
    staff: await add('staff'),
  };
});
afterAll(async () => {
  await stack?.stop();
  upstream.closeAllConnections();
  upstream.close();
});

let people = 0;

/** A new person of a role, and their session. */
async function logInAs(role: string, as: string) {
  const email = `${role}${(people += 1)}.${owner.email}`;
  const json = { email, password: PASSWORD, role };
  const { id } = expectStatus(await stack.send('POST /v1/users', { headers: bearer(as), json }), 201).json;
  return { userId: id as string, token: await stack.logIn({ ...owner, email }) };
}

const get = (path: string, token: string) => stack.send(`GET ${path}`, { headers: bearer(token) });
const post = (path: string, token: string, json: object = {}) =>
  stack.send(`POST ${path}`, { headers: bearer(token), json });
const refusal = (scope: string) => ({
  status: 403,
  json: { code: 'insufficient_scope', detail: `Insufficient scope. Required: ${scope}` },
});

describe('people', () => {
  test('whoever opens an account is the owner, and the first key has what it is to have', async () => {
    expect((await get('/v1/auth/me', tokens.owner)).json).toMatchObject({
      role: 'owner',
      scopes: ['documents:write', 'billing', 'team'],
    });
    const { json } = await stack.send('GET /v1/auth/me', withKey(owner.apiKey));
    expect(json).toMatchObject({ kind: 'key', scopes: ['documents:write'] });
  });

  test('may what their role may, by methods, by paths and in each area, and are told what is missing', async () => {
    expect((await post('/v1/documents', tokens.author)).status).toBe(200);
    expect((await get('/v1/documents', tokens.reader)).status).toBe(200);
    expect((await stack.send('HEAD /v1/documents', { headers: bearer(tokens.reader) })).status).toBe(200);
    expect(await post('/v1/documents', tokens.reader)).toMatchObject(refusal('documents:write'));
    expect(await get('/v1/invoices/7', tokens.author)).toMatchObject(refusal('billing'));
    expect((await get('/v1/invoices/7', tokens.owner)).status).toBe(200);
    for (const path of ['/v1/Invoices/7', '/v1/INVOICES', '/v1/invoices.json', '/v1/invoice%73.json'])
      expect([path, await get(path, tokens.author)]).toMatchObject([path, refusal('billing')]);
    for (const path of ['/v1/invoices.', '/v1/invoices%', '/v1/invoice%zz', '/v1/invoices%3Fx'])
      expect([path, (await get(path, tokens.owner)).status]).toEqual([path, 400]);
    expect((await get('/v1/usage', tokens.reader)).status).toBe(200);
    for (const path of ['/v1/api-keys', '/v1/users', '/v1/audit', '/v1/admin/export'])
      expect(await get(path, tokens.author)).toMatchObject(refusal('team'));
  });

  test('who is given no role has the smallest, and a role that there is not is refused by name', async () => {
    const json = { email: `nobody.${owner.email}`, password: PASSWORD };
    expect((await post('/v1/users', tokens.owner, json)).json).toMatchObject({ role: 'reader' });
    const unknown = await post('/v1/users', tokens.owner, { ...json, email: 'x@example.com', role: 'admin' });
    expect(unknown).toMatchObject({
      status: 400,
      json: { errors: [{ field: 'role', message: 'must be one of reader, author, staff, owner' }] },
    });
  });

  test('give nobody a role with more than they have, themselves neither', async () => {
    const email = `more.${owner.email}`;
    const refused = {
      status: 403,
      json: { code: 'exceeds_own_rights', detail: 'You do not have the scope documents:write yourself.' },
    };
    expect(
      await post('/v1/users', tokens.staff, { email, password: PASSWORD, role: 'author' }),
    ).toMatchObject(refused);
    const { user_id } = (await get('/v1/auth/me', tokens.staff)).json;
    const headers = bearer(tokens.staff);
    const json = { role: 'owner' };
    expect(await stack.send(`PATCH /v1/users/${user_id}`, { headers, json })).toMatchObject(refused);
    expect(
      (await post('/v1/users', tokens.staff, { email, password: PASSWORD, role: 'reader' })).status,
    ).toBe(201);
  });

  test('whose role the configuration no longer has may nothing, and are told so', async () => {
    const { userId, token } = await logInAs('author', tokens.owner);
    const { session_id } = (await get('/v1/auth/me', token)).json;
    const lost = { ExpressionAttributeValues: { ':role': S('editor') } };
    await stack.table.update(sessionKey(session_id), { UpdateExpression: 'SET rol = :role', ...lost });
    await stack.table.update(userKey(owner.tenantId, userId), {
      UpdateExpression: 'SET #role = :role',
      ExpressionAttributeNames: { '#role': 'role' },
      ...lost,
    });
    expect(await get('/v1/documents', token)).toMatchObject(refusal('documents:read'));
    expect(await get('/v1/workspaces', token)).toMatchObject(refusal('documents:read'));
    expect((await get('/v1/auth/me', token)).json).toMatchObject({ role: 'editor', scopes: [] });
    expect((await get('/v1/users', tokens.owner)).json.data).toContainEqual(
      expect.objectContaining({ id: userId, role: 'editor' }),
    );
    const headers = bearer(tokens.owner);
    const change = await stack.send(`PATCH /v1/users/${userId}`, { headers, json: { role: 'reader' } });
    expect(change.json).toMatchObject({ role: 'reader' });
    expect((await get('/v1/documents', token)).status).toBe(200);
  });
});

describe('keys', () => {
  test('have the default scopes, or those that are named, in the order in which they are', async () => {
    expect((await stack.createKey(tokens.owner)).scopes).toEqual(['documents:read']);
    const scopes = ['team', 'billing', 'documents:read'];
    expect((await stack.createKey(tokens.owner, { scopes })).scopes).toEqual(scopes);
  });

  test('are given no scope that there is not, nor one that their maker has not', async () => {
    const unknown = await post('/v1/api-keys', tokens.owner, { name: 'k', scopes: ['read'] });
    expect(unknown).toMatchObject({
      status: 400,
      json: { errors: [{ field: 'scopes', message: `must be some of ${DECLARED.join(', ')}` }] },
    });
    const exceeds = { status: 403, json: { code: 'exceeds_own_rights' } };
    expect(await post('/v1/api-keys', tokens.staff, { name: 'k', scopes: ['billing'] })).toMatchObject(
      exceeds,
    );
    const { id } = await stack.createKey(tokens.owner, { scopes: ['billing'] });
    const headers = bearer(tokens.staff);
    const change = { headers, json: { scopes: ['documents:read'] } };
    expect(await stack.send(`PATCH /v1/api-keys/${id}`, change)).toMatchObject(exceeds);
    expect(await stack.send(`POST /v1/api-keys/${id}/rotate`, { headers, json: {} })).toMatchObject(exceeds);
  });

  test('that manage keys give what they have, and no more', async () => {
    const { key } = await stack.createKey(tokens.owner, { scopes: ['team', 'documents:read'] });
    const make = (scopes: string[]) =>
      stack.send('POST /v1/api-keys', withKey(key, { json: { name: 'k', scopes } }));
    expect((await make(['documents:read'])).status).toBe(201);
    expect(await make(['documents:write'])).toMatchObject({ status: 403 });
    const narrow = await stack.createKey(tokens.owner, { scopes: ['team'] });
    const nothing = await stack.send('POST /v1/api-keys', withKey(narrow.key, { json: { name: 'k' } }));
    expect(nothing).toMatchObject({ status: 400, json: { errors: [{ field: 'scopes' }] } });
  });

  test('have no managing scope by a tenant’s defaults', async () => {
    const headers = bearer(tokens.owner);
    const set = (scopes: string[]) =>
      stack.send('PATCH /v1/tenant', { headers, json: { key_defaults: { scopes } } });
    expect(await set(['billing', 'team'])).toMatchObject({
      status: 400,
      json: { errors: [{ field: 'key_defaults.scopes' }] },
    });
    expect(await set(['read'])).toMatchObject({ status: 400 });
    expect((await set(['billing'])).status).toBe(200);
    expect((await stack.createKey(tokens.owner)).scopes).toEqual(['billing']);
    expect(await post('/v1/api-keys', tokens.staff, { name: 'k' })).toMatchObject({ status: 400 });
    expect((await stack.send('PATCH /v1/tenant', { headers, json: { key_defaults: {} } })).status).toBe(200);
  });

  test('stand for tokens with their scopes or fewer', async () => {
    const { key } = await stack.createKey(tokens.owner, { scopes: ['documents:write'] });
    const ask = (scopes: string[]) => stack.send('POST /v1/auth/token', withKey(key, { json: { scopes } }));
    const { access_token } = expectStatus(await ask(['documents:read']), 201).json;
    expect((await get('/v1/documents', access_token)).status).toBe(200);
    expect(await post('/v1/documents', access_token)).toMatchObject(refusal('documents:write'));
    expect(await ask(['team'])).toMatchObject({ status: 403, json: { code: 'exceeds_own_rights' } });
    expect(await ask(['read'])).toMatchObject({ status: 400, json: { errors: [{ field: 'scopes' }] } });
  });

  test('are verified with the scopes that they have', async () => {
    const { key } = await stack.createKey(tokens.owner, { scopes: ['documents:write', 'billing'] });
    const verified = await post('/v1/api-keys/verify', tokens.owner, { key });
    expect(verified.json).toMatchObject({ valid: true, scopes: ['documents:write', 'billing'] });
  });

  test('are imported with no more than the importer has, and with the default scopes', async () => {
    const row = (letter: string, scopes?: string[]) =>
      JSON.stringify({
        type: 'api_key',
        key: letter.repeat(64),
        ...(scopes === undefined ? {} : { scopes }),
      });
    const rows = [row('a'), row('b', ['team', 'documents:read']), row('c', ['billing']), row('d', ['read'])];
    const headers = { ...bearer(tokens.staff), 'content-type': 'application/x-ndjson' };
    const imported = await stack.send('POST /v1/admin/import', { headers, body: rows.join('\n') });
    expect(
      imported.json.rows.map(({ status, message }: Record<string, string>) => [status, message]),
    ).toEqual([
      ['created', undefined],
      ['created', undefined],
      ['refused', 'scopes: you do not have billing yourself'],
      ['refused', `scopes: must be some of ${DECLARED.join(', ')}`],
    ]);
    const { data } = (await get('/v1/api-keys', tokens.owner)).json;
    const keys = data.filter(({ name }: { name: string }) => name === 'Imported key');
    expect(keys.map(({ scopes }: { scopes: string[] }) => scopes)).toEqual(
      expect.arrayContaining([['documents:read'], ['team', 'documents:read']]),
    );
  });
});

describe('a key that holds a scope that the configuration has lost', () => {
  const stored = async (...scopes: string[]) => {
    const made = await stack.createKey(tokens.owner, { scopes: ['documents:read'] });
    const locator = made.key.slice('lk_live_'.length, 'lk_live_'.length + 12);
    await stack.table.update(keyRecordKey(locator), {
      UpdateExpression: 'SET scp = :scopes',
      ExpressionAttributeValues: { ':scopes': S(scopes.join(' ')) },
    });
    return made;
  };

  test('has no right by it, and nobody who acts on scopes is told of it', async () => {
    const { key } = await stored('admin', 'documents:read', 'write');
    expect((await stack.send('GET /v1/documents', withKey(key))).status).toBe(200);
    expect(told['x-latchkey-scopes']).toBe('documents:read');
    expect(await stack.send('POST /v1/documents', withKey(key))).toMatchObject(refusal('documents:write'));
    expect(await stack.send('GET /v1/api-keys', withKey(key))).toMatchObject(refusal('team'));
    expect((await post('/v1/api-keys/verify', tokens.owner, { key })).json.scopes).toEqual([
      'documents:read',
    ]);
    expect((await stack.send('GET /v1/auth/me', withKey(key))).json.scopes).toEqual(['documents:read']);
  });

  test('is shown as it is stored, and can still be managed', async () => {
    const { key, id } = await stored('admin');
    expect((await get(`/v1/api-keys/${id}`, tokens.staff)).json.scopes).toEqual(['admin']);
    expect(await stack.send('GET /v1/documents', withKey(key))).toMatchObject(refusal('documents:read'));
    expect((await stack.send('GET /v1/auth/me', { headers: apiKey(key) })).status).toBe(200);
    const headers = bearer(tokens.staff);
    const renamed = await stack.send(`PATCH /v1/api-keys/${id}`, { headers, json: { name: 'renamed' } });
    expect(renamed.json).toMatchObject({ name: 'renamed', scopes: ['admin'] });
    const json = { scopes: ['documents:read'] };
    expect((await stack.send(`PATCH /v1/api-keys/${id}`, { headers, json })).json).toMatchObject(json);
    expect((await stack.send('GET /v1/documents', withKey(key))).status).toBe(200);
  });
});

describe('the documents', () => {
  test('the OpenAPI document says what scopes and roles there are, and what they mean', async () => {
    const { Scope, Role } = (await stack.send('GET /openapi.json')).json.components.schemas;
    expect(Scope.enum).toEqual(DECLARED);
    expect(Scope.description).toContain('`billing`: See and pay invoices');
    expect(Role.enum).toEqual(['reader', 'author', 'staff', 'owner']);
    expect(Role.description).toContain('`reader`: Only looks (documents:read)');
  });

  test('discovery offers the scopes', async () => {
    const offered = async (document: string) =>
      (await stack.send(`GET /.well-known/${document}`)).json.scopes_supported;
    expect(await offered('oauth-protected-resource')).toEqual(DECLARED);
    // The server's own besides, which asks for a refresh token and which no resource names.
    expect(await offered('oauth-authorization-server')).toEqual([...DECLARED, 'offline_access']);
  });
});
