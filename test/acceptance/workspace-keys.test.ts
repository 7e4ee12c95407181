/** What a key may see of its tenant: the workspace that it belongs to, with whatever scopes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpResponse } from '../support/http.ts';
import {
  type Account,
  apiKey,
  bearer,
  expectStatus,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

interface AuditEntry {
  readonly action: string;
  readonly target: string;
  readonly target_name: string | null;
  readonly request_id: string;
  readonly caller_request_id: string | null;
}

let stack: TestStack;
let ada: Account;
let admin: { authorization: string };
/** A second workspace, an administrator's key of it, and a key of each workspace. */
let second: string;
let manager: { id: string; key: string };
let mine: { id: string; key: string };
let foreign: { id: string; key: string };

beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
  ada = await stack.onboard();
  const token = await stack.logIn(ada);
  admin = bearer(token);
  second = expectStatus(
    await stack.send('POST /v1/workspaces', { headers: admin, json: { name: 'Second' } }),
    201,
  ).json.id;
  manager = await stack.createKey(token, { name: 'manager', workspace_id: second, scopes: ['admin'] });
  mine = await stack.createKey(token, { name: 'mine', workspace_id: second });
  foreign = await stack.createKey(token, { name: 'foreign' });
  const person = { email: 'eve@example.com', password: 'YourSecurePassword123!' };
  expectStatus(await stack.send('POST /v1/users', { headers: admin, json: person }), 201);
  for (const { id } of [mine, foreign]) {
    const json = { metadata: { touched: 'yes' } };
    expectStatus(await stack.send(`PATCH /v1/api-keys/${id}`, { headers: admin, json }), 200);
  }
  const rows = [
    { type: 'api_key', id: 'key_here', key: 'imported-into-the-second', workspace_id: second },
    { type: 'api_key', id: 'key_there', key: 'imported-into-the-first' },
  ];
  const body = rows.map((row) => JSON.stringify(row)).join('\n');
  expectStatus(await stack.send('POST /v1/admin/import', { headers: admin, body }), 200);
  await stack.local.idle();
});
afterAll(() => stack?.stop());

const by = (key: string, target: string): Promise<HttpResponse> =>
  stack.send(target, { headers: apiKey(key) });
const trail = async (headers: Readonly<Record<string, string>>): Promise<AuditEntry[]> =>
  expectStatus(await stack.send('GET /v1/audit?limit=1000', { headers }), 200).json.data;

describe('an administrator’s key sees of its tenant', () => {
  test('of the audit trail what is about its workspace and the keys of it, and a person all', async () => {
    const seen = await trail(apiKey(manager.key));
    const targets = new Set(seen.map(({ target }) => target));
    for (const { id } of [manager, mine]) expect(targets).toContain(`key:${id}`);
    expect(targets).toContain(`workspace:${second}`);
    expect(seen.filter(({ action }) => action === 'key.import')).toHaveLength(1);
    const text = JSON.stringify(seen);
    expect(text).toContain('key_here');
    for (const hidden of [foreign.id, ada.keyId, ada.workspaceId, 'key_there', 'eve@example.com', ada.email])
      expect(text).not.toContain(hidden);
    expect(
      seen.map(({ action }) => action).filter((action) => /^(tenant|user|session)/.test(action)),
    ).toEqual([]);
    const all = JSON.stringify(await trail(admin));
    for (const shown of [mine.id, foreign.id, 'key_there', 'eve@example.com', 'session.create'])
      expect(all).toContain(shown);
    // Nor by asking for it.
    const asked = await by(manager.key, `GET /v1/audit?target=key:${foreign.id}`);
    expect(asked.json.data).toEqual([]);
  });

  test('no people: they are of no workspace', async () => {
    for (const target of ['GET /v1/users', `GET /v1/users/${ada.userId}`]) {
      const { status, json } = await by(manager.key, target);
      expect([target, status, json.code]).toEqual([target, 403, 'user_required']);
      expect((await stack.send(target, { headers: admin })).status).toBe(200);
    }
  });

  test('in an export its workspace, its keys and their trail', async () => {
    const { status, text } = await by(manager.key, 'GET /v1/admin/export');
    expect(status).toBe(200);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const types = new Set(lines.map(({ type }) => type));
    expect([...types].sort()).toEqual(['api_key', 'audit', 'tenant', 'workspace']);
    expect(lines.filter(({ type }) => type === 'workspace').map(({ id }) => id)).toEqual([second]);
    for (const hidden of [foreign.id, ada.keyId, ada.workspaceId, 'key_there', 'eve@example.com', ada.email])
      expect(text).not.toContain(hidden);
    const whole = (await stack.send('GET /v1/admin/export', { headers: admin })).text;
    for (const shown of [foreign.id, 'eve@example.com', 'key_there']) expect(whole).toContain(shown);
  });
});

describe('a row of the audit trail', () => {
  test('of a key says its name, also when the key is gone', async () => {
    const { id } = await stack.createKey(admin.authorization.slice('Bearer '.length), {
      name: 'short-lived',
    });
    const renamed = { name: 'renamed' };
    await stack.send(`PATCH /v1/api-keys/${id}`, { headers: admin, json: renamed });
    await stack.send(`DELETE /v1/api-keys/${id}`, { headers: admin });
    await stack.local.idle();
    const rows = (await trail(admin)).filter(({ target }) => target === `key:${id}`);
    expect(rows.map(({ action }) => action).sort()).toEqual(['key.create', 'key.revoke', 'key.update']);
    expect(rows.find(({ action }) => action === 'key.update')?.target_name).toBe('renamed');
    expect(rows.find(({ action }) => action === 'key.revoke')?.target_name).toBe('renamed');
    expect(rows.every(({ target_name }) => target_name !== null)).toBe(true);
  });

  test('has our id of the request, and beside it the caller’s, of which a key’s record keeps 64 characters', async () => {
    const own = `caller-${'x'.repeat(110)}`;
    const headers = { ...admin, 'x-request-id': own };
    const changed = await stack.send('PATCH /v1/tenant', { headers, json: { sector: 'Books' } });
    expect(changed.headers['x-request-id']).toBe(own);
    const { id } = expectStatus(
      await stack.send('POST /v1/api-keys', { headers, json: { name: 'traced' } }),
      201,
    ).json;
    const plain = await stack.send('PATCH /v1/tenant', { headers: admin, json: { sector: 'Music' } });
    await stack.local.idle();
    const rows = await trail(admin);
    const [tenant, last] = rows.filter(({ action }) => action === 'tenant.update').slice(-2);
    expect(tenant).toMatchObject({ caller_request_id: own });
    expect(tenant?.request_id).not.toBe(own);
    expect(tenant?.request_id).toMatch(/^[\w=-]{8,40}$/);
    expect(last).toMatchObject({ caller_request_id: null, request_id: plain.headers['x-request-id'] });
    const created = rows.find(({ target }) => target === `key:${id}`);
    expect(created).toMatchObject({ target_name: 'traced', caller_request_id: own.slice(0, 64) });
    // It leads to the line of the function's log.
    expect(stack.lines.join('\n')).toContain(`"gateway_request_id":"${created?.request_id}"`);
  });
});
