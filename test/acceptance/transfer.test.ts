import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Account,
  apiKey,
  bearer,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

/** Moving a tenant’s things in and out, over HTTP. */
let stack: TestStack;
let ada: Account;
let admin: { authorization: string };
beforeAll(async () => {
  stack = await startTestStack({
    profile: 'default',
    config: { tiers: { free: { ...ROOMY_TIER, keys: 5 } } },
  });
  ada = await stack.onboard('ada@example.com');
  admin = bearer(await stack.logIn(ada));
});
afterAll(() => stack?.stop());

const foreignKey = () => `old_${randomBytes(20).toString('hex')}`;
const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
const ndjson = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const send = (body: string | Buffer, query = '', headers: Record<string, string> = {}) =>
  stack.send(`POST /v1/admin/import${query}`, {
    headers: { ...admin, 'content-type': 'application/x-ndjson', ...headers },
    body,
  });

describe('import', () => {
  test('before any import, a key of no form of ours is refused offline and writes nothing', async () => {
    const key = foreignKey();
    expect((await stack.send('GET /v1/things', { headers: apiKey(key) })).status).toBe(401);
  });

  test('5,000 keys in one call, after which one of those keys calls through; again changes nothing', async () => {
    const keys = Array.from({ length: 5000 }, foreignKey);
    const rows = ndjson(keys.map((key, index) => ({ type: 'api_key', key, name: `old ${index}` })));
    const first = await send(gzipSync(rows), '', { 'content-encoding': 'gzip' });
    expect(first.status).toBe(200);
    // One call does, unless the machine is so busy that its time is up: the same call then goes on.
    for (let call = 2; call <= 12 && !(await send(rows)).json.complete; call += 1);
    const called = await stack.send('GET /v1/things', { headers: bearer(keys[4321] ?? '') });
    expect(called.json).toMatchObject({ tenant_id: ada.tenantId, scopes: ['read', 'write'] });
    expect((await stack.send('GET /v1/things', { headers: apiKey(foreignKey()) })).status).toBe(401);
    expect((await send(rows)).json).toMatchObject({ complete: true, counts: { unchanged: 5000 } });
  }, 300_000);

  test('duplicates, hashes and bad rows are refused row by row; a dry run writes nothing', async () => {
    const stranger = await stack.onboard();
    const mine = foreignKey();
    const rows = [
      { type: 'api_key', key: mine, id: 'key_mine', scopes: ['read'] },
      { type: 'api_key', key: mine },
      { type: 'api_key', key: foreignKey(), workspace_id: stranger.workspaceId },
      { type: 'api_key', key: foreignKey(), tenant_id: stranger.tenantId },
      { type: 'api_key', key: 'too short' },
      { type: 'api_key', sha256: sha256(foreignKey()) },
      { type: 'api_key', key: ada.apiKey },
      { type: 'api_key', key: foreignKey(), expires_at: '2020-01-01T00:00:00Z' },
      { type: 'user', email: 'a@example.com' },
      { type: 'nonsense' },
      'text',
      { type: 'workspace', id: 'w-old', name: 'Moved' },
      { type: 'api_key', key: foreignKey(), workspace_id: 'w-old' },
    ];
    const expected = [
      'created',
      'refused',
      'refused',
      'refused',
      'refused',
      'refused',
      'refused',
      'refused',
      'skipped',
      'refused',
      'refused',
      'created',
      'created',
    ];
    const byHash = await send(ndjson([{ type: 'api_key', sha256: sha256(foreignKey()) }]));
    expect(byHash.json.rows[0].message).toBe(
      'sha256: only an operator imports by the hash; send the key itself as key',
    );
    const statuses = (answer: { rows: { status: string }[] }) => answer.rows.map(({ status }) => status);
    expect(statuses((await send(ndjson(rows), '?dry_run=true')).json)).toEqual(expected);
    expect((await stack.send('GET /v1/things', { headers: apiKey(mine) })).status).toBe(401);
    expect(statuses((await send(ndjson(rows))).json)).toEqual(expected);
    expect((await stack.send('GET /v1/things', { headers: apiKey(mine) })).status).toBe(200);
    expect((await stack.send('POST /v1/things', { headers: apiKey(mine) })).status).toBe(403);
    const rotation = await stack.send('POST /v1/api-keys/key_mine/rotate', { headers: admin, json: {} });
    expect(rotation.status).toBe(409);
    expect((await stack.send('DELETE /v1/api-keys/key_mine', { headers: admin })).status).toBe(200);
    expect((await stack.send('GET /v1/things', { headers: apiKey(mine) })).json).toMatchObject({
      code: 'revoked_credential',
    });
  });

  test('a key that two tenants import opens neither, and a dry run says nothing of the other', async () => {
    const stranger = await stack.onboard();
    const theirs = bearer(await stack.logIn(stranger));
    const key = foreignKey();
    const body = ndjson([{ type: 'api_key', key, id: 'key_both' }]);
    const call = () => stack.send('GET /v1/things', { headers: apiKey(key) });
    const status = async (query: string, headers: { authorization: string }) =>
      (await send(body, query, headers)).json.rows[0].status;
    expect(await status('', theirs)).toBe('created');
    expect((await call()).json.tenant_id).toBe(stranger.tenantId);
    // Whoever tries it out learns what they would if nobody had it.
    expect(await status('?dry_run=true', admin)).toBe('created');
    expect((await call()).status).toBe(200);
    const contested = (await send(body)).json.rows[0];
    expect(contested).toMatchObject({
      status: 'refused',
      message: expect.stringMatching(/claimed by another/),
    });
    expect((await call()).status).toBe(401);
    // Neither has it, and neither can take it back.
    expect(await status('', admin)).toBe('refused');
    expect(await status('', theirs)).toBe('refused');
    expect(await status('?dry_run=true', theirs)).toBe('unchanged');
    expect((await stack.send('GET /v1/api-keys/key_both', { headers: admin })).status).toBe(404);
    const enabled = await stack.send('PATCH /v1/api-keys/key_both', {
      headers: theirs,
      json: { enabled: true },
    });
    expect([enabled.status, enabled.json.code]).toEqual([409, 'conflicting_state']);
    expect((await call()).status).toBe(401);
    await stack.local.idle();
    const trail = await stack.send('GET /v1/audit?action=key.disable', { headers: theirs });
    expect(trail.json.data[0]).toMatchObject({ actor: 'system', target: 'key:key_both' });
    expect(JSON.stringify(trail.json)).not.toContain(ada.tenantId);
  });

  test('a revoked key that is imported again is refused: nothing brings it back unseen', async () => {
    const row = { type: 'api_key', key: foreignKey(), id: 'key_gone' };
    expect((await send(ndjson([row]))).json.rows[0]).toMatchObject({ status: 'created' });
    expect((await stack.send('DELETE /v1/api-keys/key_gone', { headers: admin })).status).toBe(200);
    expect((await send(ndjson([row]))).json.rows[0]).toMatchObject({
      status: 'refused',
      message: 'this key has been revoked',
    });
  });

  test('more workspaces than a tenant may have are refused by their rows, in a dry run too', async () => {
    const headers = bearer(await stack.logIn(await stack.onboard()));
    const body = ndjson(
      Array.from({ length: 120 }, (_, index) => ({ type: 'workspace', id: `w${index}`, name: 'W' })),
    );
    const counts = async (query: string) =>
      (await stack.send(`POST /v1/admin/import${query}`, { headers, body })).json.counts;
    expect(await counts('?dry_run=true')).toMatchObject({ created: 99, refused: 21 });
    expect(await counts('')).toMatchObject({ created: 99, refused: 21 });
  });

  test('a row that cannot be stored is refused alone, and its report is short', async () => {
    const name = 'n'.repeat(100_000);
    const rows = [
      `{"type":"api_key","key":"${foreignKey()}","metadata":{"a":"\\ud800"}}`,
      `{"type":"api_key","key":"${foreignKey()}","__proto__":{}}`,
      JSON.stringify({ type: 'api_key', key: foreignKey(), metadata: { [name]: 'x' } }),
      JSON.stringify({ type: 'api_key', key: foreignKey() }),
    ];
    const { status, json } = await send(rows.join('\n'));
    expect(status).toBe(200);
    expect(json.rows.map((row: { status: string }) => row.status)).toEqual([
      'refused',
      'refused',
      'refused',
      'created',
    ]);
    for (const { message = '' } of json.rows) expect(message.length).toBeLessThanOrEqual(200);
  });

  test('a key that this contract cannot have is refused by the row that says so', async () => {
    const narrow = await startTestStack({ profile: 'neuroloom' });
    try {
      const headers = bearer(await narrow.logIn(await narrow.onboard()));
      const rows = [{ scopes: ['delete'] }, { scopes: ['write'] }, { id: 'no-key', scopes: ['read'] }];
      const body = ndjson(rows.map((row) => ({ type: 'api_key', key: foreignKey(), ...row })));
      const { json } = await narrow.send('POST /v1/admin/import', { headers, body });
      expect(json.rows.map(({ status }: { status: string }) => status)).toEqual([
        'refused',
        'created',
        'refused',
      ]);
      expect(json.rows[0].message).toBe('scopes: must be some of read, write, admin');
      expect(json.rows[2].message).toContain('id: must be key_');
      for (const [field, key_defaults] of [
        ['key_defaults.scopes', { scopes: ['delete'] }],
        ['key_defaults.expires_in_days', { expires_in_days: 3651 }],
      ] as const) {
        const refused = await narrow.send('PATCH /v1/tenant', { headers, json: { key_defaults } });
        expect(refused.json.errors[0].field).toBe(field);
      }
    } finally {
      await narrow.stop();
    }
  });

  test('truncated gzip is a 400, 100,000 rows a 413, an unknown coding a 415, nothing a 400', async () => {
    const row = ndjson([{ type: 'workspace', id: 'w', name: 'W' }]);
    const packed = gzipSync(row.repeat(100_000));
    const gzip = { 'content-encoding': 'gzip' };
    expect((await send(packed.subarray(0, -20), '', gzip)).status).toBe(400);
    expect((await send(packed, '', gzip)).status).toBe(413);
    expect((await send(gzipSync(Buffer.alloc(64 * 1024 * 1024)), '', gzip)).status).toBe(413);
    const coded = await send(row, '', { 'content-encoding': 'br' });
    expect([coded.status, coded.headers['accept-encoding']]).toEqual([415, 'gzip, identity']);
    for (const body of ['', '\n\n', Buffer.from([0xff, 0xfe])]) expect((await send(body)).status).toBe(400);
  });
});

describe('export', () => {
  test('everything of the tenant, in several responses, without a secret and of no other tenant', async () => {
    await stack.local.idle();
    const lines: { type: string; id?: string }[] = [];
    let text = '';
    let cursor: string | undefined;
    let responses = 0;
    do {
      const page = await stack.send(`GET /v1/admin/export${cursor ? `?cursor=${cursor}` : ''}`, {
        headers: admin,
      });
      expect(page.status).toBe(200);
      text += page.text;
      lines.push(
        ...page.text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      );
      cursor = page.headers['x-next-cursor'];
      responses += 1;
    } while (cursor !== undefined);
    expect(responses).toBeGreaterThan(1);
    const count = (type: string) => lines.filter((line) => line.type === type).length;
    expect(count('tenant')).toBe(1);
    expect(count('user')).toBe(1);
    expect(count('workspace')).toBe(2);
    expect(count('api_key')).toBe(5005);
    expect(count('audit')).toBeGreaterThan(150);
    expect(new Set(lines.filter(({ type }) => type === 'api_key').map(({ id }) => id)).size).toBe(5005);
    expect(text).not.toContain('argon2');
  }, 300_000);
});
