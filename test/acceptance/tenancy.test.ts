import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { passwordChangeSubject } from '../../lambdas/attempts/backoff.ts';
import { AuditTrail } from '../../lambdas/audit/trail-store.ts';
import { tenantKey, workspaceKey } from '../../lambdas/kernel/item-keys.ts';
import type { HttpRequest } from '../support/http.ts';
import {
  type Account,
  apiKey,
  bearer,
  expectStatus,
  PASSWORD,
  prolongPause,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

/** One tenant as three people run it, over HTTP. */
let stack: TestStack;
let ada: Account;
let admin: { authorization: string };
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
  ada = await stack.onboard('ada@example.com');
  admin = bearer(await stack.logIn(ada));
});
afterAll(() => stack?.stop());

let people = 0;

async function addPerson(role: string, by = admin) {
  const email = `colleague${(people += 1)}@example.com`;
  const response = await stack.send('POST /v1/users', {
    headers: by,
    json: { email, password: PASSWORD, role },
  });
  const { id } = expectStatus(response, 201).json;
  const headers = bearer(await stack.logIn({ email } as Account));
  return { id, email, headers };
}
const audit = async (query = '', headers = admin) => {
  await stack.local.idle();
  return (await stack.send(`GET /v1/audit?limit=1000${query}`, { headers })).json.data;
};

describe('users', () => {
  test('a viewer reads, an editor writes, an admin manages: by the same scopes as keys', async () => {
    const viewer = await addPerson('viewer');
    const editor = await addPerson('editor');
    const statuses = async (headers: { authorization: string }) =>
      Promise.all(
        ['GET /v1/things', 'POST /v1/things', 'GET /v1/users'].map(
          async (target) => (await stack.send(target, { headers })).status,
        ),
      );
    expect(await statuses(viewer.headers)).toEqual([200, 403, 403]);
    expect(await statuses(editor.headers)).toEqual([200, 200, 403]);
    expect(await statuses(admin)).toEqual([200, 200, 200]);
  });

  test('a demotion holds from the next request of every session', async () => {
    const { id, email, headers } = await addPerson('admin');
    const other = bearer(await stack.logIn({ email } as Account));
    for (const session of [headers, other])
      expect((await stack.send('GET /v1/users', { headers: session })).status).toBe(200);
    const demoted = await stack.send(`PATCH /v1/users/${id}`, { headers: admin, json: { role: 'viewer' } });
    expect(demoted.json).toMatchObject({ role: 'viewer' });
    for (const session of [headers, other])
      expect((await stack.send('GET /v1/users', { headers: session })).status).toBe(403);
  });

  test('an administrator sees where somebody is signed in, and ends one session or all; others do neither', async () => {
    const { id, email, headers } = await addPerson('viewer');
    const other = bearer(await stack.logIn({ email } as Account));
    const path = `/v1/users/${id}/sessions`;
    const alive = async () =>
      Promise.all(
        [headers, other].map(async (each) => (await stack.send('GET /v1/auth/me', { headers: each })).status),
      );
    for (const method of ['GET', 'DELETE'])
      expect((await stack.send(`${method} ${path}`, { headers })).status).toBe(403);
    const listed = expectStatus(await stack.send(`GET ${path}`, { headers: admin }), 200).json;
    expect(listed.data).toEqual([
      expect.objectContaining({ is_current: false, client_id: null, amr: ['pwd'] }),
      expect.objectContaining({ is_current: false, client_id: null, amr: ['pwd'] }),
    ]);
    const one = await stack.send(`DELETE ${path}?session_id=${listed.data[0].id}`, { headers: admin });
    expect(one.json).toEqual({ status: 'ended', ended: 1 });
    expect(await alive()).toEqual([401, 200]);
    const all = await stack.send(`DELETE ${path}`, { headers: admin });
    expect(all.json).toEqual({ status: 'ended', ended: 1 });
    expect(await alive()).toEqual([401, 401]);
    const stranger = bearer(await stack.logIn(await stack.onboard()));
    for (const method of ['GET', 'DELETE'])
      expect((await stack.send(`${method} ${path}`, { headers: stranger })).status).toBe(404);
    const ends = (await audit('&action=session.end')).filter(
      ({ actor }: { actor: string }) => actor === `user:${ada.userId}`,
    );
    expect(ends.map(({ target }: { target: string }) => target)).toContain(`session:${listed.data[0].id}`);
  });

  test('a removal ends every session, frees the address, and leaves the keys that the person made', async () => {
    const { id, email, headers } = await addPerson('admin');
    const key = await stack.createKey(headers.authorization.slice(7));
    const removed = await stack.send(`DELETE /v1/users/${id}`, { headers: admin });
    expect(removed.json).toEqual({ id, status: 'removed', created_by: `user:${id}` });
    expect((await stack.send('GET /v1/auth/me', { headers })).status).toBe(401);
    const login = await stack.send('POST /v1/auth/login', { json: { email, password: PASSWORD } });
    expect(login.status).toBe(401);
    expect((await stack.send('GET /v1/things', { headers: apiKey(key.key) })).status).toBe(200);
    const revoked = await stack.send('POST /v1/api-keys/revoke', {
      headers: admin,
      json: { created_by: `user:${id}` },
    });
    expect(revoked.json).toEqual({ revoked: 1, complete: true });
    expect((await stack.send('GET /v1/things', { headers: apiKey(key.key) })).status).toBe(401);
    expect((await stack.send('GET /v1/things', { headers: apiKey(ada.apiKey) })).status).toBe(200);
    await stack.onboard(email);
  });

  test('two administrators who remove each other at once leave one; who demote in a circle leave one', async () => {
    for (const verb of ['DELETE', 'PATCH']) {
      const first = await stack.onboard();
      const by = bearer(await stack.logIn(first));
      const second = await addPerson('admin', by);
      const json = verb === 'PATCH' ? { json: { role: 'viewer' } } : {};
      const answers = await Promise.all([
        stack.send(`${verb} /v1/users/${second.id}`, { headers: by, ...json }),
        stack.send(`${verb} /v1/users/${first.userId}`, { headers: second.headers, ...json }),
      ]);
      // The one that lost is told why, or is no longer let in.
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses[0]).toBe(200);
      expect([401, 403, 409]).toContain(statuses[1]);
    }
    const alone = await stack.onboard();
    const headers = bearer(await stack.logIn(alone));
    for (const verb of ['DELETE', 'PATCH']) {
      const json = verb === 'PATCH' ? { json: { role: 'editor' } } : {};
      const refused = await stack.send(`${verb} /v1/users/${alone.userId}`, { headers, ...json });
      expect(refused.json).toMatchObject({
        status: 409,
        message: expect.stringContaining('last administrator'),
      });
    }
  });

  test('logins that race a demotion never leave a session with the old role', async () => {
    const { id, email } = await addPerson('admin');
    const logins = Array.from({ length: 3 }, () => stack.logIn({ email } as Account));
    const [tokens] = await Promise.all([
      Promise.all(logins),
      stack.send(`PATCH /v1/users/${id}`, { headers: admin, json: { role: 'viewer' } }),
    ]);
    for (const token of tokens)
      expect((await stack.send('GET /v1/users', { headers: bearer(token) })).status).toBe(403);
  });

  test('another tenant’s person is a 404, and an address with an account a 409', async () => {
    const stranger = await stack.onboard();
    for (const verb of ['GET', 'DELETE'])
      expect((await stack.send(`${verb} /v1/users/${stranger.userId}`, { headers: admin })).status).toBe(404);
    const json = { email: stranger.email, password: PASSWORD };
    expect((await stack.send('POST /v1/users', { headers: admin, json })).status).toBe(409);
  });
});

describe('people', () => {
  test('are made once by an idempotency key, and listed page by page', async () => {
    const headers = bearer(await stack.logIn(await stack.onboard('pages@example.com')));
    const json = { email: 'once@example.com', password: PASSWORD, role: 'viewer' };
    const adding = { headers: { ...headers, 'idempotency-key': '"once"' }, json };
    const { id } = expectStatus(await stack.send('POST /v1/users', adding), 201).json;
    expect(expectStatus(await stack.send('POST /v1/users', adding), 201).json.id).toBe(id);
    const first = expectStatus(await stack.send('GET /v1/users?limit=1', { headers }), 200).json;
    const rest = `GET /v1/users?limit=1&cursor=${first.next_cursor}`;
    const second = expectStatus(await stack.send(rest, { headers }), 200).json;
    const emails = [...first.data, ...second.data].map(({ email }: { email: string }) => email);
    expect(emails.sort()).toEqual(['once@example.com', 'pages@example.com']);
  });
});

describe('passwords and sessions', () => {
  test('a changed password ends the other sessions, and the old one opens nothing', async () => {
    const { email, headers } = await addPerson('viewer');
    const other = bearer(await stack.logIn({ email } as Account));
    const change = (current: string, next: string) =>
      stack.send('POST /v1/auth/password', {
        headers,
        json: { current_password: current, new_password: next },
      });
    expect((await change('not it at all', 'another-long-one')).status).toBe(401);
    for (const common of ['password', '12345678', email])
      expect((await change(PASSWORD, common)).json).toMatchObject({
        status: 400,
        errors: [{ field: 'new_password' }],
      });
    expect((await change(PASSWORD, 'another-long-one')).json).toEqual({ status: 'changed' });
    expect((await stack.send('GET /v1/auth/me', { headers })).status).toBe(200);
    expect((await stack.send('GET /v1/auth/me', { headers: other })).json).toMatchObject({
      code: 'ended_session',
    });
    expect((await stack.send('POST /v1/auth/login', { json: { email, password: PASSWORD } })).status).toBe(
      401,
    );
  });

  test('strangers who guess a password do not keep its owner from changing it', async () => {
    const { email, headers } = await addPerson('viewer');
    const statuses: number[] = [];
    // The pauses double: the first may be over when a busy machine gets to the next guess.
    for (let guess = 0; guess < 12 || (guess < 20 && !statuses.includes(429)); guess += 1) {
      const json = { email, password: 'a wrong guess' };
      statuses.push((await stack.send('POST /v1/auth/login', { json })).status);
    }
    expect(statuses).toContain(429);
    const json = { current_password: PASSWORD, new_password: 'another-long-one' };
    expect((await stack.send('POST /v1/auth/password', { headers, json })).status).toBe(200);
  });

  test('who holds a session has ten guesses at its password', async () => {
    const { id, headers } = await addPerson('viewer');
    const json = { current_password: 'a wrong guess', new_password: 'another-long-one' };
    const guess = async () => (await stack.send('POST /v1/auth/password', { headers, json })).status;
    let since = 0;
    for (let guesses = 0; guesses < 10; guesses += 1) {
      since = Math.floor(Date.now() / 1000);
      expect(await guess()).toBe(401);
    }
    await prolongPause(stack, passwordChangeSubject(id), since);
    for (let more = 0; more < 2; more += 1) expect(await guess()).toBe(429);
  });

  test('sessions are listed, ended one by one and all together; another’s is a 404', async () => {
    const { email, headers } = await addPerson('viewer');
    const other = bearer(await stack.logIn({ email } as Account));
    const { data } = (await stack.send('GET /v1/auth/sessions', { headers })).json;
    expect(data.map((session: { is_current: boolean }) => session.is_current)).toEqual([true, false]);
    const foreign = await stack.send(`DELETE /v1/auth/sessions/${data[1].id}`, { headers: admin });
    expect(foreign.status).toBe(404);
    expect((await stack.send(`DELETE /v1/auth/sessions/${data[1].id}`, { headers })).status).toBe(200);
    expect((await stack.send('GET /v1/auth/me', { headers: other })).status).toBe(401);
    const third = bearer(await stack.logIn({ email } as Account));
    expect((await stack.send('POST /v1/auth/logout', { headers, json: { all: true } })).status).toBe(200);
    for (const session of [headers, third])
      expect((await stack.send('GET /v1/auth/me', { headers: session })).status).toBe(401);
  });

  test('a common password opens no account', async () => {
    const json = { email: 'new@example.com', password: 'Password1' };
    expect((await stack.send('POST /v1/auth/onboard', { json })).json).toMatchObject({
      status: 400,
      errors: [{ field: 'password' }],
    });
  });
});

describe('workspaces and the tenant', () => {
  test('a person picks a workspace; a key has one; a foreign or unknown id is a 404', async () => {
    const created = await stack.send('POST /v1/workspaces', { headers: admin, json: { name: 'Second' } });
    const { id } = expectStatus(created, 201).json;
    const stranger = await stack.onboard();
    const at = (workspace: string, headers: Record<string, string> = admin) =>
      stack.send('GET /v1/things', { headers: { ...headers, 'X-Workspace-Id': workspace } });
    expect((await at(id)).json).toMatchObject({ workspace_id: id });
    expect((await at(ada.workspaceId)).json).toMatchObject({ workspace_id: ada.workspaceId });
    for (const unknown of [stranger.workspaceId, 'nothing', '']) expect((await at(unknown)).status).toBe(404);
    expect((await at(ada.workspaceId, apiKey(ada.apiKey))).status).toBe(200);
    expect((await at(id, apiKey(ada.apiKey))).status).toBe(404);
    const key = await stack.createKey(admin.authorization.slice(7), { workspace_id: id });
    expect((await at(id, apiKey(key.key))).status).toBe(200);

    const call = (target: string) => stack.send(target, { headers: admin });
    expect((await call(`DELETE /v1/workspaces/${id}`)).status).toBe(409);
    expect((await call(`DELETE /v1/workspaces/${ada.workspaceId}?force=true`)).status).toBe(409);
    expect((await call(`DELETE /v1/workspaces/${stranger.workspaceId}?force=true`)).status).toBe(404);
    expect((await call(`DELETE /v1/workspaces/${id}?force=true`)).json).toEqual({
      id,
      status: 'deleted',
      keys_revoked: 1,
    });
    expect((await at(id, apiKey(key.key))).status).toBe(401);
    expect((await call(`GET /v1/workspaces/${id}`)).status).toBe(404);
    expect((await call('GET /v1/workspaces')).json.data).toHaveLength(1);
  });

  test('keys that are made while their workspace is deleted are refused or revoked', async () => {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const headers = bearer(token);
    const created = await stack.send('POST /v1/workspaces', { headers, json: { name: 'Short-lived' } });
    const { id } = created.json;
    const make = () => stack.send('POST /v1/api-keys', { headers, json: { name: 'late', workspace_id: id } });
    const making = Array.from({ length: 12 }, make);
    const remove = () => stack.send(`DELETE /v1/workspaces/${id}?force=true`, { headers });
    const [first, ...keys] = await Promise.all([remove(), ...making]);
    expect(first.status).toBe(200);
    for (const { status } of keys) expect([201, 404]).toContain(status);
    while ((await remove()).status !== 404);
    for (const { json } of keys.filter(({ status }) => status === 201))
      expect((await stack.send('GET /v1/things', { headers: apiKey(json.key) })).status).toBe(401);
  });

  test('new keys have the tenant’s defaults', async () => {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const json = {
      name: 'Renamed',
      key_defaults: { expires_in_days: 7, scopes: ['read'], allowed_ips: ['127.0.0.0/8'] },
    };
    const changed = await stack.send('PATCH /v1/tenant', { headers: bearer(token), json });
    expect(changed.json).toMatchObject(json);
    expect(await stack.createKey(token)).toMatchObject({ scopes: ['read'], allowed_ips: ['127.0.0.0/8'] });
    expect((await stack.createKey(token)).expires_at).not.toBeNull();
    expect(await stack.createKey(token, { scopes: ['write'], allowed_ips: [] })).toMatchObject({
      scopes: ['write'],
      allowed_ips: [],
    });
  });
});

describe('a workspace that is being deleted', () => {
  test('takes no key, is nobody’s to pick, and its keys are refused, also by verify', async () => {
    const account = await stack.onboard();
    const headers = bearer(await stack.logIn(account));
    const created = await stack.send('POST /v1/workspaces', { headers, json: { name: 'Going' } });
    const { id } = expectStatus(created, 201).json;
    const key = await stack.createKey(headers.authorization.slice(7), { workspace_id: id });
    // As whoever was cut off in the midst of deleting it has left it.
    await stack.table.update(workspaceKey(account.tenantId, id), {
      UpdateExpression: 'SET closing = :true',
      ExpressionAttributeValues: { ':true': { BOOL: true } },
    });
    await stack.table.update(tenantKey(account.tenantId), {
      UpdateExpression: 'ADD suspendedWorkspaces :id',
      ExpressionAttributeValues: { ':id': { SS: [id] } },
    });
    await sleep(2100);
    const call = (target: string, request: HttpRequest = {}) =>
      stack.send(target, { ...request, headers: { ...headers, ...request.headers } });
    expect((await stack.send('GET /v1/things', { headers: apiKey(key.key) })).status).toBe(401);
    expect((await call('POST /v1/api-keys/verify', { json: { key: key.key } })).json.status).toBe('revoked');
    expect((await call('GET /v1/things', { headers: { 'x-workspace-id': id } })).status).toBe(404);
    const late = { name: 'late', workspace_id: id };
    expect((await call('POST /v1/api-keys', { json: late })).status).toBe(404);
    const row = JSON.stringify({ type: 'api_key', key: 'ab'.repeat(32), workspace_id: id });
    expect((await call('POST /v1/admin/import', { body: row })).json.rows[0]).toMatchObject({
      status: 'refused',
      message: 'workspace_id: this workspace is being deleted',
    });
    expect((await call(`GET /v1/workspaces/${id}`)).json).toMatchObject({ status: 'closing', key_count: 1 });
    // The same call goes on, with force or without: there is no way back.
    expect((await call(`DELETE /v1/workspaces/${id}`)).json).toMatchObject({
      status: 'deleted',
      keys_revoked: 1,
    });
  });

  test('its keys, and another tenant’s, are not revoked in bulk by who does not see them', async () => {
    const stranger = await stack.onboard();
    const json = { workspace_id: stranger.workspaceId };
    expect((await stack.send('POST /v1/api-keys/revoke', { headers: admin, json })).status).toBe(404);
    expect((await stack.send('GET /v1/things', { headers: apiKey(stranger.apiKey) })).status).toBe(200);
  });
});

describe('verify', () => {
  test('limits a test key as the gateway does, and says which use is one too many', async () => {
    const headers = bearer(await stack.logIn(await stack.onboard()));
    const { key } = (
      await stack.send('POST /v1/api-keys', { headers, json: { name: 't', environment: 'test' } })
    ).json;
    const gateway = await stack.send('GET /v1/things', { headers: apiKey(key) });
    const limit = Number(gateway.headers['x-ratelimit-limit']);
    const json = { key, count: true };
    const uses = await Promise.all(
      Array.from({ length: limit + 20 }, () => stack.send('POST /v1/api-keys/verify', { headers, json })),
    );
    const limits = uses.map((use) => use.json.rate_limit);
    expect(new Set(limits.map((each) => each.limit))).toEqual(new Set([limit]));
    // The minute may end meanwhile: what is admitted in it is still exact.
    const [reset] = limits.map((each) => each.reset).sort();
    const first = limits.filter((each) => each.reset === reset);
    const admitted = first.filter((each) => !each.exceeded).length;
    expect(admitted).toBe(
      Math.min(limit - (Number(gateway.headers['x-ratelimit-reset']) === reset ? 1 : 0), first.length),
    );
  });

  test('says what a key is worth and counts nothing unless asked to', async () => {
    const token = admin.authorization.slice(7);
    const key = await stack.createKey(token);
    const verify = async (value: string, more = {}) =>
      (await stack.send('POST /v1/api-keys/verify', { headers: admin, json: { key: value, ...more } })).json;
    const uses = async () =>
      (await stack.send(`GET /v1/api-keys/${key.id}`, { headers: admin })).json.request_count;
    expect(await verify(key.key)).toMatchObject({
      status: 'valid',
      valid: true,
      id: key.id,
      scopes: key.scopes,
    });
    expect(await uses()).toBe(0);
    await verify(key.key, { count: true });
    expect(await uses()).toBe(1);
    await stack.send(`PATCH /v1/api-keys/${key.id}`, { headers: admin, json: { enabled: false } });
    expect(await verify(key.key)).toMatchObject({ status: 'disabled', valid: false });
    await stack.send(`DELETE /v1/api-keys/${key.id}`, { headers: admin });
    expect(await verify(key.key)).toMatchObject({ status: 'revoked' });
    const stranger = await stack.onboard();
    for (const unknown of [stranger.apiKey, 'garbage', `${key.key.slice(0, -1)}!`])
      expect(await verify(unknown)).toEqual({ status: 'unknown', valid: false });
  });
});

describe('audit', () => {
  test('the trail tells the whole story, numbered without gaps, and no secret', async () => {
    const account = await stack.onboard();
    const headers = bearer(await stack.logIn(account));
    const key = await stack.createKey(headers.authorization.slice(7));
    await stack.send(`PATCH /v1/api-keys/${key.id}`, {
      headers,
      json: { name: 'new name', scopes: ['read'] },
    });
    await stack.send('GET /v1/things', { headers: apiKey(key.key) });
    await stack.send(`POST /v1/api-keys/${key.id}/rotate`, { headers, json: {} });
    await stack.send(`DELETE /v1/api-keys/${key.id}`, { headers });
    const bob = await addPerson('editor', headers);
    await stack.send(`PATCH /v1/users/${bob.id}`, { headers, json: { role: 'viewer' } });
    await stack.send(`DELETE /v1/users/${bob.id}`, { headers });
    const rows = await audit('', headers);
    expect(rows.map((row: { seq: number }) => row.seq)).toEqual(
      rows.map((_: unknown, index: number) => index + 1),
    );
    const told = rows.map((row: { action: string; target: string }) => row.action);
    expect([...told].sort()).toEqual(
      [
        'key.create',
        'key.create',
        'key.revoke',
        'key.rotate',
        'key.update',
        'key.update',
        'session.create',
        'session.create',
        'session.end',
        'session.role',
        'tenant.create',
        'user.create',
        'user.create',
        'user.remove',
        'user.update',
        'workspace.create',
      ].sort(),
    );
    // Whether the request or the stream came first: it was she who did it.
    expect(rows.find((row: { action: string }) => row.action === 'session.role')).toMatchObject({
      actor: `user:${account.userId}`,
      before: { role: 'editor' },
      after: { role: 'viewer' },
    });
    const ofKey = rows.filter((row: { target: string }) => row.target === `key:${key.id}`);
    expect(ofKey.at(-1)).toMatchObject({
      action: 'key.revoke',
      actor: `user:${account.userId}`,
      ip: '127.0.0.1',
      before: { status: 'active' },
      after: { status: 'revoked' },
    });
    expect(JSON.stringify(rows)).not.toMatch(/argon2|lk_live/);
    const narrowed = await audit(`&action=user&actor=user:${account.userId}`, headers);
    expect(narrowed.map((row: { action: string }) => row.action)).toEqual([
      'user.create',
      'user.create',
      'user.update',
      'user.remove',
    ]);
    const lines = await stack.send('GET /v1/audit?format=ndjson&limit=2', { headers });
    expect(lines.headers['content-type']).toContain('application/x-ndjson');
    expect(lines.text.trim().split('\n')).toHaveLength(2);
    const next = await stack.send(`GET /v1/audit?limit=2&cursor=${lines.headers['x-next-cursor']}`, {
      headers,
    });
    expect(next.json.data[0].seq).toBe(3);
  });

  test('a page of the largest rows fits into an answer; the cursor goes on where it ends', async () => {
    const account = await stack.onboard();
    const headers = bearer(await stack.logIn(account));
    const { id } = await stack.createKey(headers.authorization.slice(7));
    const entries = Array.from({ length: 20 }, (_, index) => [`k${index}`, '\u{1f511}'.repeat(128)]);
    for (let change = 0; change < 3; change += 1) {
      const json = { metadata: { ...Object.fromEntries(entries), k19: String(change) } };
      expectStatus(await stack.send(`PATCH /v1/api-keys/${id}`, { headers, json }), 200);
    }
    // Hundreds more of the same, as they would be written.
    const rows = Array.from({ length: 600 }, (_, index) => ({
      actor: 'user:u',
      action: 'key.update' as const,
      target: `key:${id}`,
      at: Math.floor(Date.now() / 1000),
      requestId: `r${index}`,
      subject: null,
      callerRequestId: null,
      targetName: null,
      workspaceId: null,
      address: null,
      before: { metadata: Object.fromEntries(entries) },
      after: { metadata: Object.fromEntries(entries) },
    }));
    const trail = new AuditTrail(stack.table);
    await stack.local.idle();
    for (let start = 0; start < rows.length; start += 20)
      await trail.commit(account.tenantId, rows.slice(start, start + 20), []);
    let [seen, cursor, pages] = [0, '', 0];
    do {
      const page = await stack.send(`GET /v1/audit?limit=1000${cursor && `&cursor=${cursor}`}`, { headers });
      expectStatus(page, 200);
      seen += page.json.data.length;
      cursor = page.json.next_cursor ?? '';
      pages += 1;
    } while (cursor !== '');
    expect(pages).toBeGreaterThan(1);
    expect(seen).toBeGreaterThan(600);
  });
});
