import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signingKey } from '../../lambdas/signing/keyset.ts';
import type { HttpRequest, HttpResponse } from '../support/http.ts';
import {
  type Account,
  apiKey,
  bearer,
  expectStatus,
  PASSWORD,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

let stack: TestStack;
let ada: Account;
let token: string;
let target: string;

beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
  ada = await stack.onboard('ada@example.com');
  token = await stack.logIn(ada);
  target = (await stack.createKey(token)).id;
});
afterAll(() => stack?.stop());

/** Every route that takes a body, with one that it takes. */
const ROUTES: readonly (readonly [string, object])[] = [
  ['POST /v1/auth/onboard', { email: 'new@example.com', password: PASSWORD }],
  ['POST /v1/auth/login', { email: 'ada@example.com', password: PASSWORD }],
  ['POST /v1/api-keys', { name: 'a key' }],
  ['PATCH /v1/api-keys/{id}', { name: 'a key' }],
  ['POST /v1/api-keys/{id}/rotate', { grace_seconds: 0 }],
  ['POST /v1/api-keys/verify', { key: 'some key' }],
  ['POST /v1/api-keys/revoke', { created_by: 'user:nobody' }],
  ['POST /v1/auth/logout', { all: false }],
  ['POST /v1/auth/password', { current_password: PASSWORD, new_password: 'another long one' }],
  ['POST /v1/users', { email: 'colleague@example.com', password: PASSWORD }],
  ['PATCH /v1/users/{user}', { role: 'admin' }],
  ['POST /v1/workspaces', { name: 'a workspace' }],
  ['PATCH /v1/workspaces/{workspace}', { name: 'a workspace' }],
  ['PATCH /v1/tenant', { name: 'a tenant' }],
];

const placed = (route: string): string =>
  route.replace('{id}', target).replace('{user}', ada.userId).replace('{workspace}', ada.workspaceId);
const send = (route: string, request: HttpRequest): Promise<HttpResponse> =>
  stack.send(placed(route), {
    ...request,
    headers: { ...bearer(token), ...request.headers },
  });

/** A 4xx that says what is wrong: a field by its name, or the reason in words. */
function expectRefused(response: HttpResponse, status: number, reason: RegExp): void {
  expect([response.status, response.text]).toEqual([status, expect.stringMatching(reason)]);
  expect(response.json).toMatchObject({ status, detail: expect.stringMatching(reason) });
  expect(response.json.request_id).toBe(response.headers['x-request-id']);
}

function expectField(response: HttpResponse, field: string): void {
  expect([response.status, response.json.errors?.map((error: { field: string }) => error.field)]).toEqual([
    400,
    expect.arrayContaining([field]),
  ]);
  expect(response.json.code).toBe('invalid_field');
  expect(response.json.detail).toContain(field);
}

describe.each(ROUTES)('%s', (route, good) => {
  const text = JSON.stringify(good);
  const json = { 'content-type': 'application/json' };

  test.each([
    ['half an object', text.slice(0, -1), /not valid JSON/],
    ['text', 'hello', /not valid JSON/],
    ['two values', `${text}${text}`, /not valid JSON/],
    ['a comma too many', text.replace('}', ',}'), /not valid JSON/],
    ['NaN', text.replace(/:[^,}]+/, ':NaN'), /not valid JSON/],
    ['an array', `[${text}]`, /must be a JSON object/],
    ['null', 'null', /must be a JSON object/],
    ['a string', '"text"', /must be a JSON object/],
    ['a number', '1', /must be a JSON object/],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), /not valid UTF-8/],
    ['depth', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, /JSON/],
    ['half a surrogate pair', `${text.slice(0, -1)},"x":"\\ud800"}`, /well-formed Unicode/],
  ])('a body of %s is a 400 with the reason', async (_what, body, reason) => {
    expectRefused(await send(route, { headers: json, body }), 400, reason);
  });

  // RFC 6749, 3.2 has a token endpoint pass over what it does not know; all other routes name it.
  const namesUnknown = route !== 'POST /v1/auth/login';

  test('a field that it does not know is named, and so are those that it knows', async () => {
    const response = await send(route, { json: { ...good, surprise: 1 } });
    if (!namesUnknown) return expect(response.status).toBe(200);
    expectField(response, 'surprise');
    expect(response.json.detail).toContain(Object.keys(good)[0]);
  });

  test.each(['constructor', 'hasOwnProperty', 'toString'])(
    'a field %s is unknown like any other, and changes no object',
    async (name) => {
      const body = `${text.slice(0, -1)},${JSON.stringify(name)}:{"polluted":true}}`;
      const response = await send(route, { headers: json, body });
      if (namesUnknown) expectRefused(response, 400, new RegExp(`${name}: is not a field`));
      else expect(response.status).toBe(200);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  test('a field __proto__ is refused, and changes no object', async () => {
    const body = `${text.slice(0, -1)},"__proto__":{"polluted":true}}`;
    expectRefused(await send(route, { headers: json, body }), 400, /member __proto__/);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test.each([null, 7, 'text', true, [], {}, [1]])('a field of a wrong type (%j) is named', async (value) => {
    for (const field of Object.keys(good)) {
      const isRight = typeof value === typeof (good as Record<string, unknown>)[field];
      if (value !== null && isRight && !Array.isArray(value)) continue;
      expectField(await send(route, { json: { ...good, [field]: value } }), field);
    }
  });

  test('a body in gzip is a 415 that says what is taken', async () => {
    for (const headers of [{ ...json, 'content-encoding': 'gzip' }, json]) {
      const response = await send(route, { headers, body: gzipSync(text) });
      expectRefused(response, 415, /must not be compressed/);
      expect(response.headers['accept-encoding']).toBe('identity');
    }
  });

  test('more than 64 KB is a 413', async () => {
    const response = await send(route, { json: { ...good, padding: 'x'.repeat(70_000) } });
    expectRefused(response, 413, /at most 65536 bytes/);
  });

  test('more than API Gateway takes is a 413', async () => {
    const response = await send(route, { headers: json, body: Buffer.alloc(11 * 1024 * 1024, 0x20) });
    expect(response.status).toBe(413);
  });

  test.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x'])(
    'a body of type %s is a 415 that names the right one',
    async (type) => {
      const response = await send(route, { headers: { 'content-type': type }, body: text });
      expectRefused(response, 415, /application\/json/);
    },
  );

  test('headers of 8 KB are taken, and of more than API Gateway takes are a 431', async () => {
    const large = (bytes: number) =>
      send(route, { json: { surprise: 1 }, headers: { 'x-large': 'x'.repeat(bytes) } });
    expect((await large(8 * 1024)).status).toBe(400);
    expect((await large(11 * 1024)).status).toBe(431);
  });
});

describe('an empty body', () => {
  test.each([
    ['POST /v1/auth/onboard', ['email', 'password']],
    ['POST /v1/auth/login', ['password']],
    ['POST /v1/api-keys', ['name']],
    ['PATCH /v1/api-keys/{id}', ['body']],
    ['POST /v1/api-keys/verify', ['key']],
    ['POST /v1/api-keys/revoke', ['created_by']],
    ['POST /v1/auth/password', ['current_password', 'new_password']],
    ['POST /v1/users', ['email', 'password']],
    ['PATCH /v1/users/{user}', ['body']],
    ['POST /v1/workspaces', ['name']],
    ['PATCH /v1/workspaces/{workspace}', ['name']],
    ['PATCH /v1/tenant', ['body']],
  ])('of %s is a 400 that names %j', async (route, fields) => {
    for (const request of [{}, { body: '' }, { body: '  ' }, { json: {} }]) {
      const response = await send(route, request);
      for (const field of fields) expectField(response, field);
    }
  });
});

const control = ['\u0000', 'a\u0000b', 'line\nbreak', '\u001b[31m', 'a\u0085b', 'a\u2028b', '   ', ''];
const onboarding = 'POST /v1/auth/onboard';
const creation = 'POST /v1/api-keys';
const change = 'PATCH /v1/api-keys/{id}';
const rotation = 'POST /v1/api-keys/{id}/rotate';
const long = (length: number) => 'x'.repeat(length);
const email = 'new@example.com';

const colleague = 'POST /v1/users';
const person = 'PATCH /v1/users/{user}';
const newWord = 'POST /v1/auth/password';
const tenant = 'PATCH /v1/tenant';

/** Route, the field that is wrong (as an error names it), and what to send besides the required fields. */
const WRONG_VALUES: readonly (readonly [string, string, object])[] = [
  ...[onboarding, colleague].flatMap((route) => [
    ...[
      '',
      'ada',
      'ada@',
      '@example.com',
      'a b@example.com',
      'ada@example.com\u0000',
      '\u{ff41}da@example.com',
      'a\u{ad}da@example.com',
      `${long(250)}@example.com`,
    ].map((wrong) => [route, 'email', { email: wrong, password: PASSWORD }] as const),
    // Too short, too long, one of the list of breaches in any case, and the address itself.
    ...['', 'short', long(257), 'password1', 'PassWord1', 'aaaaaaaa', '\0'.repeat(8), 'new@example.com'].map(
      (password) => [route, 'password', { email, password }] as const,
    ),
  ]),
  ...['', 'short', long(257), 'password1', 'ada@example.com'].map(
    (next) => [newWord, 'new_password', { current_password: PASSWORD, new_password: next }] as const,
  ),
  [newWord, 'current_password', { current_password: '', new_password: 'another long one' }],
  ...['owner', 'Admin', '', null, 7, ['admin']].flatMap((role) => [
    [colleague, 'role', { email, password: PASSWORD, role }] as const,
    [person, 'role', { role }] as const,
  ]),
  ...[...control, long(101)].flatMap((value) => [
    [colleague, 'full_name', { email, password: PASSWORD, full_name: value }] as const,
    [person, 'full_name', { full_name: value }] as const,
    ['POST /v1/workspaces', 'name', { name: value }] as const,
    ['PATCH /v1/workspaces/{workspace}', 'name', { name: value }] as const,
    [tenant, 'name', { name: value }] as const,
    [tenant, 'sector', { sector: value }] as const,
  ]),
  [tenant, 'tier', { tier: 'enterprise' }],
  [tenant, 'state', { state: 'active' }],
  [tenant, 'key_defaults', { key_defaults: null }],
  [tenant, 'key_defaults.scopes', { key_defaults: { scopes: ['fly'] } }],
  [tenant, 'key_defaults.scopes', { key_defaults: { scopes: ['read', 'admin'] } }],
  [tenant, 'key_defaults.scopes[0]', { key_defaults: { scopes: ['f ly'] } }],
  [tenant, 'key_defaults.scopes', { key_defaults: { scopes: [] } }],
  [tenant, 'key_defaults.expires_in_days', { key_defaults: { expires_in_days: 0 } }],
  [tenant, 'key_defaults.expires_in_days', { key_defaults: { expires_in_days: 3651 } }],
  [tenant, 'key_defaults.allowed_ips[0]', { key_defaults: { allowed_ips: ['here'] } }],
  [tenant, 'key_defaults', { key_defaults: { surprise: 1 } }],
  ['POST /v1/api-keys/verify', 'key', { key: long(513) }],
  ['POST /v1/api-keys/verify', 'count', { key: 'k', count: 'true' }],
  ['POST /v1/api-keys/revoke', 'workspace_id', { workspace_id: long(65) }],
  ['POST /v1/api-keys/revoke', 'created_by', { created_by: long(101) }],
  ['POST /v1/auth/logout', 'all', { all: 'yes' }],
  ...['full_name', 'workspace_name', 'sector'].flatMap((field) =>
    [...control, long(101)].map(
      (value) => [onboarding, field, { email, password: PASSWORD, [field]: value }] as const,
    ),
  ),
  ...[creation, change].flatMap((route) =>
    [
      ...[...control, long(101)].map((name) => ['name', { name }] as const),
      ['scopes', { scopes: ['fly'] }],
      ['scopes[1]', { scopes: ['read', 'f ly'] }],
      ['scopes', { scopes: ['read', 'READ'] }],
      ['scopes', { scopes: [] }],
      ['scopes', { scopes: 'read' }],
      ['scopes', { scopes: Array(65).fill('read') }],
      ['expires_in_days', { expires_in_days: 0 }],
      ['expires_in_days', { expires_in_days: -1 }],
      ['expires_in_days', { expires_in_days: 1.5 }],
      ['expires_in_days', { expires_in_days: '7' }],
      ['expires_in_days', { expires_in_days: 1e9 }],
      ['expires_in_days', { expires_in_days: 3651 }],
      ['expires_at', { expires_at: '2020-01-01T00:00:00Z' }],
      ['expires_at', { expires_at: '1969-12-31T23:59:59Z' }],
      ['expires_at', { expires_at: '2999-01-01T00:00:00Z' }],
      ['expires_at', { expires_at: '2027-02-30T00:00:00Z' }],
      ['expires_at', { expires_at: '2027-01-01' }],
      ['expires_at', { expires_at: 'tomorrow' }],
      ['expires_at', { expires_at: 1_900_000_000 }],
      ['expires_at', { expires_at: '2027-01-01T00:00:00Z', expires_in_days: 1 }],
      ['allowed_ips[0]', { allowed_ips: ['localhost'] }],
      ['allowed_ips[0]', { allowed_ips: ['10.0.0.0/33'] }],
      ['allowed_ips[0]', { allowed_ips: ['300.0.0.1'] }],
      ['allowed_ips[1]', { allowed_ips: ['10.0.0.1', '::1/129'] }],
      ['allowed_ips[0]', { allowed_ips: ['10.0.0.1\u0000'] }],
      ['allowed_ips', { allowed_ips: Array.from({ length: 21 }, (_, index) => `10.0.0.${index}`) }],
      ['metadata', { metadata: [] }],
      ['metadata.a', { metadata: { a: 1 } }],
      ['metadata.a', { metadata: { a: long(257) } }],
      ['metadata.a b', { metadata: { 'a b': 'x' } }],
      [
        'metadata',
        { metadata: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`k${index}`, ''])) },
      ],
    ].map(([field, fields]) => [route, field as string, { name: 'a key', ...(fields as object) }] as const),
  ),
  [creation, 'environment', { name: 'a key', environment: 'prod' }],
  [change, 'environment', { environment: 'test' }],
  [change, 'workspace_id', { workspace_id: 'other' }],
  [change, 'enabled', { enabled: 'false' }],
  [rotation, 'grace_seconds', { grace_seconds: -1 }],
  [rotation, 'grace_seconds', { grace_seconds: 2_592_001 }],
  [rotation, 'grace_seconds', { grace_seconds: 0.5 }],
  [rotation, 'grace_seconds', { grace_seconds: '0' }],
];

describe('a value that a field cannot have', () => {
  test.each(WRONG_VALUES)('%s names %s: %j', async (route, field, json) => {
    expectField(await send(route, { json }), field);
  });

  test('several wrong fields are named all at once', async () => {
    const response = await send(creation, { json: { name: '', scopes: ['f ly'], surprise: 1 } });
    const fields = response.json.errors.map((error: { field: string }) => error.field);
    expect(new Set(fields)).toEqual(new Set(['name', 'scopes[0]', 'surprise']));
  });
});

describe('what only looks like a fault', () => {
  test.each([
    'Ренé O’Neill',
    '李小龍',
    '👩‍👩‍👧',
    'ünïcödé',
    '<b>"quotes" & more</b>',
    "Robert'); DROP TABLE--",
  ])('the name %s is kept as it is', async (name) => {
    const { id } = await stack.createKey(token, { name });
    const shown = await stack.send(`GET /v1/api-keys/${id}`, { headers: bearer(token) });
    expect(shown.json.name).toBe(name);
  });

  test('an e-mail address in another case, or with blanks around it, is the same account', async () => {
    for (const email of ['ADA@example.com', 'ada@EXAMPLE.com', ' ada@example.com ']) {
      const response = await send(onboarding, { json: { email, password: PASSWORD } });
      expectRefused(response, 409, /exists/);
    }
  });
});

describe('ids', () => {
  let foreign: string;
  beforeAll(async () => {
    foreign = (await stack.onboard()).keyId;
  });

  test.each([
    ["another tenant's", () => foreign],
    ['an unknown one', () => 'key_00000000000000000000000000000000'],
    ['a traversal', () => '%2e%2e'],
    ['a NUL', () => '%00'],
    ['broken escapes', () => '%zz'],
    ['much', () => long(2000)],
    ['a prefix of all', () => 'key_'],
    ['an item of another kind', () => `TENANT%23${ada.tenantId}`],
    ['Unicode', () => '%F0%9F%97%9D'],
  ])('%s is a 4xx on every route that takes one', async (_what, id) => {
    for (const [method, path, json] of [
      ['GET', '/v1/users/', undefined],
      ['PATCH', '/v1/users/', { role: 'viewer' }],
      ['DELETE', '/v1/users/', undefined],
      ['GET', '/v1/workspaces/', undefined],
      ['PATCH', '/v1/workspaces/', { name: 'mine now' }],
      ['DELETE', '/v1/workspaces/', undefined],
      ['DELETE', '/v1/auth/sessions/', undefined],
    ] as const) {
      const response = await stack.send(`${method} ${path}${id()}`, {
        headers: bearer(token),
        ...(json === undefined ? {} : { json }),
      });
      expect([method, path, response.status]).toEqual([method, path, expect.toBeOneOf([400, 404])]);
    }
    for (const [method, action, json] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'mine now' }],
      ['DELETE', '', undefined],
      ['POST', '/rotate', {}],
    ] as const) {
      const response = await stack.send(`${method} /v1/api-keys/${id()}${action}`, {
        headers: bearer(token),
        ...(json === undefined ? {} : { json }),
      });
      expect([method, response.status]).toEqual([method, expect.toBeOneOf([400, 404])]);
      expect(response.json.detail).toMatch(/no API key with this id|nothing here|path must be/);
    }
  });

  test("a key cannot be made in another tenant's workspace", async () => {
    const other = await stack.onboard();
    const response = await send(creation, { json: { name: 'mine', workspace_id: other.workspaceId } });
    expectRefused(response, 404, /workspace/);
    for (const workspace_id of ['', 'x\u0000', long(65)]) {
      const status = (await send(creation, { json: { name: 'mine', workspace_id } })).status;
      expect([workspace_id, status]).toEqual([workspace_id, expect.toBeOneOf([400, 404])]);
    }
  });
});

describe('the query of a list', () => {
  test.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=many', 'limit'],
    ['limit=', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=abc', 'cursor'],
    ['cursor=%00', 'cursor'],
    [`cursor=${long(300)}`, 'cursor'],
    ['page=2', 'page'],
    ['__proto__=1', '__proto__'],
  ])('%s is a 400 that names %s', async (query, field) => {
    expectField(await send(`GET /v1/api-keys?${query}`, {}), field);
  });

  test.each([
    ['GET /v1/users?limit=101', 'limit'],
    ['GET /v1/users?cursor=abc', 'cursor'],
    ['GET /v1/users?role=admin', 'role'],
    ['GET /v1/audit?limit=1001', 'limit'],
    ['GET /v1/audit?limit=0', 'limit'],
    ['GET /v1/audit?from=yesterday', 'from'],
    ['GET /v1/audit?until=2027-02-30T00:00:00Z', 'until'],
    ['GET /v1/audit?format=xml', 'format'],
    ['GET /v1/audit?cursor=%00', 'cursor'],
    [`GET /v1/audit?actor=${long(101)}`, 'actor'],
    [`GET /v1/audit?action=${long(51)}`, 'action'],
    [`GET /v1/audit?target=${long(101)}`, 'target'],
    ['GET /v1/audit?workspace=w', 'workspace'],
    ['GET /v1/admin/export?cursor=abc', 'cursor'],
    ['GET /v1/admin/export?limit=1', 'limit'],
    ['POST /v1/admin/import?dry_run=perhaps', 'dry_run'],
    ['DELETE /v1/workspaces/{workspace}?force=yes', 'force'],
  ])('%s is a 400 that names %s', async (route, field) => {
    expectField(await send(route, {}), field);
  });

  test('a cursor of one list is no cursor of another that it would mislead', async () => {
    const { next_cursor: cursor } = (await send('GET /v1/api-keys?limit=1', {})).json;
    for (const list of ['/v1/audit', '/v1/admin/export'])
      expectField(await send(`GET ${list}?cursor=${cursor}`, {}), 'cursor');
  });

  test('a parameter that comes twice is a 400', async () => {
    expectRefused(await send('GET /v1/api-keys?limit=1&limit=2', {}), 400, /twice/);
  });

  test('an edited cursor, and one of another tenant, is a 400 that names it', async () => {
    const page = async (headers: { authorization: string }) => {
      const list = expectStatus(await stack.send('GET /v1/api-keys?limit=1', { headers }), 200);
      return list.json.next_cursor as string;
    };
    const mine = await page(bearer(token));
    for (const at of [0, 5, mine.length - 2]) {
      const edited = `${mine.slice(0, at)}${mine[at] === 'A' ? 'B' : 'A'}${mine.slice(at + 1)}`;
      expectField(await send(`GET /v1/api-keys?cursor=${edited}`, {}), 'cursor');
    }
    const other = await stack.logIn(await stack.onboard());
    await stack.createKey(other);
    const theirs = await page(bearer(other));
    expectField(await send(`GET /v1/api-keys?cursor=${theirs}`, {}), 'cursor');
  });
});

describe('X-Workspace-Id', () => {
  test.each(['', ' ', 'nothing', '..', long(2000), 'TENANT#x'])('%j is a 404', async (workspace) => {
    for (const route of ['GET /v1/things', 'GET /v1/tenant', 'POST /v1/api-keys'])
      expect((await send(route, { headers: { 'x-workspace-id': workspace } })).status).toBe(404);
  });

  test('twice it is a 400, as two readers would read it differently', async () => {
    const headers = { 'x-workspace-id': [ada.workspaceId, ada.workspaceId] };
    for (const route of ['GET /v1/things', 'GET /v1/tenant'])
      expectRefused(await send(route, { headers }), 400, /X-Workspace-Id comes twice/);
  });
});

describe('forms', () => {
  const form = (body: string): HttpRequest => ({
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  test.each([
    ['email=ada%40example.com', 'password'],
    ['password=something', 'email'],
    ['email=a%40example.com&username=a%40example.com&password=something', 'email'],
    ['email=a%40example.com&password=something&grant_type=refresh_token', 'grant_type'],
    [`email=${long(300)}&password=something`, 'email'],
    ['email=a&password=something', 'email'],
    ['username=al%C2%ADice%40example.com&password=something', 'username'],
  ])('of a login: %s is a 400 that names %s', async (body, field) => {
    expectField(await send('POST /v1/auth/login', form(body)), field);
  });

  test('a login is taken as Swagger UI sends it, with and without values for what it does not know', async () => {
    const credentials = `username=ada%40example.com&password=${encodeURIComponent(PASSWORD)}`;
    for (const more of ['scope=&client_id=&client_secret=', 'scope=read+write&client_id=ui&audience=x']) {
      const response = await send('POST /v1/auth/login', form(`grant_type=password&${credentials}&${more}`));
      expect([response.status, response.json.token_type]).toEqual([200, 'bearer']);
    }
  });

  test('a refresh and an exchange pass over what has no value, and what they do not know', async () => {
    const login = await send('POST /v1/auth/login', {
      json: { email: 'ada@example.com', password: PASSWORD },
    });
    const refresh = `refresh_token=${login.json.refresh_token}&scope=&client_id=&client_secret=&surprise=1`;
    expect((await send('POST /v1/auth/refresh', form(`grant_type=refresh_token&${refresh}`))).status).toBe(
      200,
    );
  });

  test('a field that comes twice is a 400 that names it', async () => {
    const response = await send('POST /v1/auth/login', form('email=a&email=b&password=something'));
    expectRefused(response, 400, /email comes twice/);
  });

  test('a raw + is a blank, which no address has: a 400 that says so, and no attempt with a password', async () => {
    await stack.onboard('bob+test@example.com');
    for (let attempt = 0; attempt < 15; attempt += 1) {
      const raw = await send('POST /v1/auth/login', form(`email=bob+test@example.com&password=${PASSWORD}`));
      expectField(raw, 'email');
      expectRefused(raw, 400, /encode \+ as %2B/);
    }
    const encoded = form(`email=bob%2Btest%40example.com&password=${encodeURIComponent(PASSWORD)}`);
    expectStatus(await send('POST /v1/auth/login', encoded), 200);
  });

  test('where only JSON is taken a form is a 400', async () => {
    expectRefused(await send(creation, form('name=x')), 400, /not valid JSON/);
  });
});

describe.each(['default', 'memgraph'])('tokens that were not signed by us, in the profile %s', (profile) => {
  let own: TestStack;
  let good: string;
  beforeAll(async () => {
    own = await startTestStack({ profile, config: { tiers: { free: ROOMY_TIER } } });
    good = await own.logIn(await own.onboard());
    expectStatus(await own.send('GET /v1/auth/me', { headers: bearer(good) }), 200);
  });
  afterAll(() => own?.stop());

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const parts = () => good.split('.') as [string, string, string];
  const header = () => JSON.parse(Buffer.from(parts()[0], 'base64url').toString());
  const claims = () => JSON.parse(Buffer.from(parts()[1], 'base64url').toString());
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwkOfStranger = stranger.publicKey.export({ format: 'jwk' });
  const signed = (protectedHeader: object, key: Parameters<SignJWT['sign']>[0], payload = claims()) =>
    new SignJWT(payload).setProtectedHeader({ ...header(), ...protectedHeader }).sign(key);
  const ownKey = async () => {
    const key = signingKey(await own.keyset(), 'token', Math.floor(Date.now() / 1000));
    if (key === undefined) throw new Error('There is no signing key.');
    return importJWK(key.jwk, key.algorithm);
  };
  const publishedKey = async () => {
    const { keys } = (await own.send('GET /.well-known/jwks.json')).json;
    return keys[0];
  };

  const FORGERIES: readonly (readonly [string, () => string | Promise<string>])[] = [
    ['alg none, without a signature', () => `${part({ ...header(), alg: 'none' })}.${parts()[1]}.`],
    [
      'alg none, with the signature',
      () => `${part({ ...header(), alg: 'none' })}.${parts()[1]}.${parts()[2]}`,
    ],
    ['alg nOnE', () => `${part({ ...header(), alg: 'nOnE' })}.${parts()[1]}.`],
    ['no signature', () => `${parts()[0]}.${parts()[1]}.`],
    [
      'other claims under the signature',
      () => `${parts()[0]}.${part({ ...claims(), tid: 'other' })}.${parts()[2]}`,
    ],
    ['another key', () => signed({ alg: 'ES256' }, stranger.privateKey)],
    ['another secret', () => signed({ alg: 'HS256' }, randomBytes(32))],
    [
      'the public key as an HS256 secret',
      async () => signed({ alg: 'HS256' }, Buffer.from(JSON.stringify(await publishedKey()))),
    ],
    ['an empty secret', () => signed({ alg: 'HS256' }, new Uint8Array(32))],
    [
      'a key of its own in the header',
      () => signed({ alg: 'ES256', jwk: jwkOfStranger }, stranger.privateKey),
    ],
    [
      'an address of keys in the header',
      () => signed({ alg: 'ES256', jku: 'https://example.com/jwks.json' }, stranger.privateKey),
    ],
    ['a kid that is a path', () => signed({ alg: 'HS256', kid: '../../../../dev/null' }, new Uint8Array(32))],
    ['a kid that is SQL', () => signed({ alg: 'HS256', kid: "' OR 1=1 --" }, randomBytes(32))],
    ['a kid that is no text', () => `${part({ ...header(), kid: { a: 1 } })}.${parts()[1]}.${parts()[2]}`],
    ['no kid', () => `${part({ alg: header().alg, typ: header().typ })}.${parts()[1]}.${parts()[2]}`],
    [
      'a critical extension',
      async () => `${part({ ...header(), crit: ['x'], x: 1 })}.${parts()[1]}.${parts()[2]}`,
    ],
    ['another type', async () => signed({ typ: 'JWT' }, await ownKey())],
    ['another audience', async () => signed({}, await ownKey(), { ...claims(), aud: 'latchkey-upstream' })],
    ['another issuer', async () => signed({}, await ownKey(), { ...claims(), iss: 'https://example.com' })],
    ["another person's session", async () => signed({}, await ownKey(), { ...claims(), sub: 'other' })],
    ['no expiry', async () => signed({}, await ownKey(), { ...claims(), exp: undefined })],
    [
      'a beginning in the future',
      async () => signed({}, await ownKey(), { ...claims(), nbf: 9_000_000_000 }),
    ],
    ['no JSON', () => `${Buffer.from('nothing').toString('base64url')}.${parts()[1]}.${parts()[2]}`],
    ['8 KB', () => `${parts()[0]}.${long(8000)}.${parts()[2]}`],
  ];

  test.each(FORGERIES)('%s is a 401', async (_what, forge) => {
    const response = await own.send('GET /v1/auth/me', { headers: bearer(await forge()) });
    expect(response.status).toBe(401);
    expect(response.json.code).toBe('invalid_credential');
    expect(response.headers['www-authenticate']).toBe(own.challenge);
  });

  test('none of them has cost the good one its session', async () => {
    expectStatus(await own.send('GET /v1/auth/me', { headers: bearer(good) }), 200);
  });
});

test('a key in the wrong wrapping is told how to be sent, in the same words whether it is good or not', async () => {
  const forms: readonly (readonly [(key: string) => Record<string, string>, string])[] = [
    [(key) => ({ authorization: key }), 'Send it as Authorization: Bearer CREDENTIAL.'],
    [(key) => ({ authorization: `ApiKey ${key}` }), 'Send it as Authorization: Bearer CREDENTIAL.'],
    [
      (key) => ({ authorization: `Basic ${btoa(`${key}:`)}` }),
      'Send it as Authorization: Bearer CREDENTIAL.',
    ],
    [(key) => ({ authorization: `Bearer "${key}"` }), 'Remove the quotation marks.'],
    [(key) => ({ 'x-api-key': `"${key}"` }), 'Remove the quotation marks.'],
    [(key) => ({ authorization: `Bearer Bearer ${key}` }), 'Write the scheme once, in Authorization only.'],
    [(key) => ({ 'x-api-key': `Bearer ${key}` }), 'Write the scheme once, in Authorization only.'],
    [() => ({ authorization: 'Bearer undefined' }), 'It reads like a variable that is not set.'],
  ];
  for (const [wrapped, text] of forms) {
    for (const key of [ada.apiKey, ada.apiKey.replace(/.$/, 'x')]) {
      const response = await stack.send('GET /v1/stats', { headers: wrapped(key) });
      expect(response.status).toBe(401);
      expect(response.json).toMatchObject({
        code: 'invalid_credential',
        message: `The API key or token is invalid. ${text}`,
      });
      expect(response.text).not.toContain(key.slice(0, 12));
    }
  }
});

describe('a path of 4 KB', () => {
  const path = `/v1/${long(4000)}`;
  test('is a path like any other to who may call it', async () => {
    const response = await stack.send(`GET ${path}`, { headers: apiKey(ada.apiKey) });
    expectStatus(response, 200);
    expect(response.json.request.path).toBe(path);
  });

  test('is a 401 without a credential, and a 403 without the scope', async () => {
    expect((await stack.send(`GET ${path}`)).status).toBe(401);
    const { key } = await stack.createKey(token, { scopes: ['write'] });
    expect((await stack.send(`GET ${path}`, { headers: apiKey(key) })).status).toBe(403);
  });
});

describe('keys that are none', () => {
  test.each([
    long(8000),
    'lk_live_',
    `lk_live_${long(50)}`,
    'lk_prod_00000000000000000000000000000000000000000000000000',
    '\u00fc\u00f6',
    '../../etc/passwd',
    'KEY#x',
    'a,b',
  ])('%s is a 401', async (key) => {
    const response = await stack.send('GET /v1/auth/me', { headers: apiKey(key) });
    expect(response.status).toBe(401);
    expect(response.json.code).toBe('invalid_credential');
  });
});
