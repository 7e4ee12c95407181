/** Operators over HTTP: who they are, what they see and do, and everybody else who tries. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DynamoFactorStore } from '../../lambdas/factors/factor-store.ts';
import { addPasskey } from '../matrix/credentials.ts';
import {
  invitedOperator,
  newOperator,
  OPERATOR_PASSWORD,
  type Operator,
  operatorToken,
} from '../operators/operator-session.ts';
import { OperatorShell } from '../ops/shell.ts';
import { signedInAgo } from '../support/recent-session.ts';
import {
  type Account,
  apiKey,
  bearer,
  contents,
  expectStatus,
  PASSWORD,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

let stack: TestStack;
let shell: OperatorShell;
let operator: Operator;
let token: string;
let ada: Account;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { operators: true } });
  shell = new OperatorShell(stack.local);
  operator = await newOperator(stack, shell, 'op@example.com');
  token = await operatorToken(stack, operator);
  ada = await stack.onboard();
  await stack.onboard();
  await stack.onboard();
});
afterAll(async () => {
  await stack?.stop();
  shell?.remove();
});

const ROWS = [
  'GET /operators/tenants',
  'GET /operators/tenants/{id}',
  'PATCH /operators/tenants/{id}',
  'GET /operators/tenants/{id}/users',
  'POST /operators/tenants/{id}/users/{user}/reset',
  'DELETE /operators/tenants/{id}/users/{user}/factors',
  'GET /operators/tenants/{id}/keys',
  'DELETE /operators/tenants/{id}/keys/{key}',
  'GET /operators/tenants/{id}/audit',
  'GET /operators/status',
];
const pathTo = (row: string, { tenantId, userId, keyId }: Account) =>
  row.replace('{id}', tenantId).replace('{user}', userId).replace('{key}', keyId);
const asOperator = (target: string, json?: object, credential = token) =>
  stack.send(target, { headers: bearer(credential), ...(json && { json }) });
/** Every row, asked for about Ada; a body where one is taken. */
const tried = (headers: Readonly<Record<string, string>>) =>
  Promise.all(
    ROWS.map(async (row) => {
      const json = row.startsWith('PATCH') ? { status: 'suspended' } : undefined;
      return (await stack.send(pathTo(row, ada), { headers, ...(json && { json }) })).status;
    }),
  );
const everyRow = (status: number) => ROWS.map(() => status);

describe('an operator', () => {
  test('finds tenants by name, address and id, and sees their people, keys, trail and use', async () => {
    await stack.send('GET /v1/things', { headers: apiKey(ada.apiKey) });
    for (const search of [ada.tenantId, ada.email]) {
      const { json } = await asOperator(`GET /operators/tenants?search=${encodeURIComponent(search)}`);
      expect(json.data.map(({ id }: { id: string }) => id)).toEqual([ada.tenantId]);
    }
    const all: string[] = [];
    let cursor = '';
    do {
      const { json } = await asOperator(`GET /operators/tenants?limit=1${cursor && `&cursor=${cursor}`}`);
      all.push(...json.data.map(({ id }: { id: string }) => id));
      cursor = json.next_cursor ?? '';
    } while (cursor !== '');
    expect(all).toContain(ada.tenantId);
    expect(all).not.toContain('operators');
    const { json: shown } = await asOperator(`GET /operators/tenants/${ada.tenantId}`);
    expect(shown).toMatchObject({
      id: ada.tenantId,
      status: 'active',
      tier: 'free',
      user_count: 1,
      key_count: 1,
      usage: { today: { live: expect.any(Number), test: 0 } },
    });
    const below = async (list: string) =>
      (await asOperator(`GET /operators/tenants/${ada.tenantId}/${list}`)).json.data;
    expect(await below('users')).toMatchObject([{ id: ada.userId, email: ada.email }]);
    expect(await below('keys')).toMatchObject([{ id: ada.keyId, status: 'active' }]);
    expect(JSON.stringify(await below('keys'))).not.toContain(ada.apiKey);
    expect(await below('audit?action=tenant')).toMatchObject([{ action: 'tenant.create' }]);
    const { json: status } = await asOperator('GET /operators/status');
    expect(status).toMatchObject({
      counts: { tenants: expect.any(Number) },
      signing_keys: expect.arrayContaining([
        expect.objectContaining({ use: 'token', state: 'signs' }),
        expect.objectContaining({ use: 'assertion', state: 'signs' }),
      ]),
    });
    expect(JSON.stringify(status)).not.toMatch(/"[dk]":/);
  });

  test('changes a tier, suspends and resumes; both trails say who did it', async () => {
    const path = `PATCH /operators/tenants/${ada.tenantId}`;
    const change = async (json: object) => expectStatus(await asOperator(path, json), 200).json;
    expect(await change({ tier: 'pro', status: 'suspended' })).toMatchObject({
      tier: 'pro',
      status: 'suspended',
    });
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect((await stack.send('GET /v1/things', { headers: apiKey(ada.apiKey) })).status).toBe(401);
    await change({ status: 'active' });
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect((await stack.send('GET /v1/things', { headers: apiKey(ada.apiKey) })).status).toBe(200);

    const wrong = await asOperator(path, { tier: 'platinum' });
    expect([wrong.status, wrong.json.detail]).toEqual([400, expect.stringContaining('tier: must be one of')]);
    for (const json of [{}, { status: 'closed' }, { name: 'Mine' }, { require_factor: false }])
      expect((await asOperator(path, json)).status).toBe(400);

    const trail = await stack.send('GET /v1/audit?action=tenant.update', {
      headers: bearer(await stack.logIn(ada)),
    });
    const rows = trail.json.data.filter(
      ({ actor }: { actor: string }) => actor === `operator:${operator.id}`,
    );
    expect(rows).toMatchObject([
      { ip: null, after: { tier: 'pro', state: 'suspended' } },
      { ip: null, after: { state: 'active' } },
    ]);
    const own = await shell.json('audit', '--tenant', 'operators', '--target', `tenant:${ada.tenantId}`);
    expect(own.map(({ actor, address, after }: Record<string, string>) => [actor, address, after])).toEqual(
      [{ tier: 'pro', state: 'suspended' }, { state: 'active' }].map((asked) => [
        `user:${operator.id}`,
        expect.any(String),
        JSON.stringify({ tenant_id: ada.tenantId, ...asked }),
      ]),
    );
  });

  test('resets a password, removes lost factors and revokes a key, of a tenant and nobody else’s', async () => {
    const bea = await stack.onboard();
    const beas = `/operators/tenants/${bea.tenantId}`;
    // Of another tenant there is no such person, and no such key.
    for (const row of [
      `POST ${beas}/users/${ada.userId}/reset`,
      `DELETE ${beas}/users/${ada.userId}/factors`,
      `DELETE ${beas}/keys/${ada.keyId}`,
      `DELETE ${beas}/keys/nothing`,
    ])
      expect((await asOperator(row)).status).toBe(404);
    const theirs = bearer(await stack.logIn(bea));
    const passkeyId = await addPasskey(stack, bea);
    expectStatus(await asOperator(`DELETE ${beas}/users/${bea.userId}/factors`), 204);
    expect(await new DynamoFactorStore(stack.table).findPasskey(passkeyId)).toBeUndefined();
    expect((await stack.send('GET /v1/auth/me', { headers: theirs })).status).toBe(200);
    expectStatus(await asOperator(`POST ${beas}/users/${bea.userId}/reset`), 202);
    expect((await stack.send('GET /v1/auth/me', { headers: theirs })).status).toBe(401);
    const login = { json: { email: bea.email, password: PASSWORD } };
    expect((await stack.send('POST /v1/auth/login', login)).status).toBe(401);
    // Who has none loses none, and is told nothing.
    expectStatus(await asOperator(`DELETE ${beas}/users/${bea.userId}/factors`), 204);
    expectStatus(await asOperator(`DELETE ${beas}/keys/${bea.keyId}`), 204);
    expectStatus(await asOperator(`DELETE ${beas}/keys/${bea.keyId}`), 204);
    expect((await stack.send('GET /v1/things', { headers: apiKey(bea.apiKey) })).status).toBe(401);
    await stack.local.idle();
    const { json } = await asOperator(`GET ${beas}/audit?actor=operator:${operator.id}`);
    expect(json.data.map(({ action }: { action: string }) => action).sort()).toEqual([
      'factor.reset',
      'key.revoke',
      'session.end',
      'user.reset',
    ]);
    const own = await shell.json('audit', '--tenant', 'operators', '--actor', `user:${operator.id}`);
    expect(own.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['user.reset', 'factor.reset', 'key.revoke']),
    );
  });

  test('finds no customer in the operators themselves: only the command reaches them', async () => {
    const lost = await invitedOperator(stack, shell, 'lost@example.com');
    for (const row of ROWS.filter((each) => each.includes('{id}'))) {
      const target = row.replace('{id}', 'operators').replace('{user}', lost.id).replace('{key}', ada.keyId);
      const json = row.startsWith('PATCH') ? { status: 'suspended' } : undefined;
      expect([row, (await asOperator(target, json)).status]).toEqual([row, 404]);
    }
    await shell.json('operator', 'remove', lost.id);
  });

  test('has no rights on anything else: no keys, people, settings, trail, export, clients or upstream', async () => {
    const { json: me } = await asOperator('GET /v1/auth/me');
    expect(me).toMatchObject({ tenant_id: 'operators', role: 'operator', scopes: [] });
    for (const [target, json] of [
      ['POST /v1/api-keys', { name: 'mine' }],
      ['GET /v1/api-keys'],
      ['GET /v1/users'],
      ['POST /v1/users', { email: 'x@example.com', password: PASSWORD }],
      ['POST /v1/invitations', { email: 'x@example.com', role: 'admin' }],
      ['POST /v1/clients', { name: 'mine', redirect_uris: ['https://example.com/back'] }],
      ['GET /v1/tenant'],
      ['PATCH /v1/tenant', { require_factor: false }],
      ['GET /v1/audit'],
      ['GET /v1/admin/export'],
      ['GET /v1/things'],
    ] as const) {
      const { status, json: body } = await asOperator(target, json);
      expect([target, status, body.code]).toEqual([target, 403, 'insufficient_scope']);
    }
  });

  test('keeps the last second factor, and gives no client anything', async () => {
    const { json } = await asOperator('GET /v1/auth/factors');
    const [{ id }] = json.data;
    expect((await asOperator(`DELETE /v1/auth/factors/${id}`)).status).toBe(409);
    expect((await asOperator('GET /v1/auth/apps')).json.data).toEqual([]);
  });

  test('looks for as long as the session lasts, and signs in again for an act', async () => {
    await signedInAgo(stack.table, token, 3600);
    expect((await asOperator('GET /operators/status')).status).toBe(200);
    const acts = ROWS.filter((row) => !row.startsWith('GET'));
    for (const row of acts) {
      const json = row.startsWith('PATCH') ? { status: 'suspended' } : undefined;
      const answer = await asOperator(pathTo(row, ada), json);
      expect([row, answer.status, answer.json.code]).toEqual([row, 403, 'reauthentication_required']);
    }
    await signedInAgo(stack.table, token, -3600);
    expect((await asOperator(`GET /operators/tenants/${ada.tenantId}`)).json.status).toBe('active');
  });
});

describe('refused is', () => {
  test('an administrator of a tenant, whatever they send: for them no row is there', async () => {
    const bob = await stack.onboard();
    const headers = bearer(await stack.logIn(bob));
    expect(await tried(headers)).toEqual(everyRow(404));
    // Nor what it takes: the request is not read.
    const wrong = await stack.send('PATCH /operators/tenants/x', { headers, json: { nonsense: true } });
    expect(wrong.status).toBe(404);
    expect(await tried({ ...headers, 'x-workspace-id': 'operators' })).toEqual(everyRow(404));
    const forged = {
      'x-latchkey-tenant': 'operators',
      'x-tenant-id': 'operators',
      'x-user-id': operator.id,
      'x-role': 'operator',
    };
    expect(await tried({ ...headers, ...forged })).toEqual(everyRow(404));
  });

  test('a key with every scope, a token of one, and nobody', async () => {
    const all = await stack.createKey(await stack.logIn(ada), { scopes: ['admin'] });
    expect(await tried(apiKey(all.key))).toEqual(everyRow(403));
    const exchanged = await stack.send('POST /v1/auth/token', { headers: apiKey(all.key) });
    expect(await tried(bearer(contents(exchanged).access_token))).toEqual(everyRow(403));
    expect(await tried({})).toEqual(everyRow(401));
    expect(await tried(bearer('operators'))).toEqual(everyRow(401));
  });

  test('an operator without a second factor, who gets no session at all', async () => {
    const fresh = await invitedOperator(stack, shell, 'fresh@example.com');
    const login = { json: { email: fresh.email, password: OPERATOR_PASSWORD } };
    const { status, json } = await stack.send('POST /v1/auth/login', login);
    expect([status, json.code]).toEqual([403, 'mfa_enrollment_required']);
    await shell.json('operator', 'remove', fresh.id);
  });

  test('an operator who was removed, at once, in the session that was open', async () => {
    const leaving = await newOperator(stack, shell, 'leaving@example.com');
    const theirs = await operatorToken(stack, leaving);
    expect((await asOperator('GET /operators/status', undefined, theirs)).status).toBe(200);
    await shell.json('operator', 'remove', leaving.id);
    expect(await tried(bearer(theirs))).toEqual(everyRow(401));
  });

  test('whoever wants to come in beside them: no account, invitation or import leads into the tenant', async () => {
    const admin = bearer(await stack.logIn(ada));
    for (const tenant of [{ tenant_id: 'operators' }, { tenant: 'operators' }]) {
      const onboard = {
        json: { email: `x${crypto.randomUUID()}@example.com`, password: PASSWORD, ...tenant },
      };
      const answer = await stack.send('POST /v1/auth/onboard', onboard);
      expect(answer.status === 400 || contents(answer).tenant_id !== 'operators').toBe(true);
      const invitation = { headers: admin, json: { email: 'y@example.com', role: 'operator', ...tenant } };
      expect((await stack.send('POST /v1/invitations', invitation)).status).toBe(400);
    }
    const taken = { headers: admin, json: { email: 'z@example.com', password: PASSWORD, role: 'operator' } };
    expect((await stack.send('POST /v1/users', taken)).status).toBe(400);
    expect((await shell.refusal('import', 'package.json', '--tenant', 'operators')).text).toContain(
      'operators is the tenant of who runs the deployment',
    );
    expect((await shell.refusal('tenants', 'close', 'operators')).text).toContain('operators is the tenant');
    expect((await shell.json('operator', 'list')).map(({ email }: { email: string }) => email)).toEqual([
      'op@example.com',
    ]);
  });
});

describe('the command', () => {
  test('makes nobody twice, nobody without an address, and says what it would do', async () => {
    expect(await shell.json('operator', 'add', 'New@Example.com', '--dry-run')).toEqual({
      email: 'new@example.com',
      changed: 'nothing (--dry-run)',
    });
    expect((await shell.refusal('operator', 'add', 'nobody')).text).toContain('nobody is no e-mail address');
    expect((await shell.refusal('operator', 'add', 'op@example.com')).text).toContain('e-mail address');
    expect((await shell.refusal('operator', 'add', ada.email)).code).toBe(1);
    expect((await shell.refusal('operator', 'remove', ada.userId)).text).toContain('There is no operator');
  });
});

describe('where the setting is off', () => {
  let off: TestStack;
  let offShell: OperatorShell;
  beforeAll(async () => {
    off = await startTestStack({ profile: 'default' });
    offShell = new OperatorShell(off.local);
  });
  afterAll(async () => {
    await off?.stop();
    offShell?.remove();
  });

  test('no row is there for anybody, and the command makes no operator', async () => {
    const account = await off.onboard();
    const headers = bearer(await off.logIn(account));
    for (const row of ROWS) {
      const target = pathTo(row, account);
      for (const who of [headers, apiKey(account.apiKey), {}])
        expect([row, (await off.raw(target, { headers: who })).status]).toEqual([row, 404]);
    }
    expect((await offShell.refusal('operator', 'add', 'op@example.com')).text).toContain(
      'set operators: true in latchkey.config.ts',
    );
    expect(await offShell.json('operator', 'list')).toEqual([]);
  });
});
