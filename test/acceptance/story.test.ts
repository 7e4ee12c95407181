/** Two tenants with three people each, as somebody works them by hand: every call is curl's. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOMY_TIER, startTestStack, type TestStack } from '../support/stack.ts';

const PASSWORD = 'a horse, a battery, a staple';
const run = promisify(execFile);

let stack: TestStack;
let folder: string;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
  folder = mkdtempSync(join(tmpdir(), 'latchkey-story-'));
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true });
});

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an answer holds.
async function curl(method: string, path: string, ...more: string[]): Promise<{ status: number; body: any }> {
  const { stdout } = await run(
    'curl',
    ['-sS', '-X', method, '-w', '\n%{http_code}', ...more, `${stack.url}${path}`],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const end = stdout.lastIndexOf('\n');
  const [text, status] = [stdout.slice(0, end), Number(stdout.slice(end + 1))];
  return { status, body: text.startsWith('{') && !text.includes('\n{') ? JSON.parse(text) : text };
}
const as = (credential: string) => ['-H', `Authorization: Bearer ${credential}`];
const json = (body: object) => ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
const logIn = async (email: string) =>
  (await curl('POST', '/v1/auth/login', ...json({ email, password: PASSWORD }))).body.access_token as string;

/** Onboards a tenant with an administrator, and adds an editor and a viewer. */
async function tenantOf(name: string) {
  const email = (role: string) => `${role}@${name}.example`;
  const { body: account } = await curl(
    'POST',
    '/v1/auth/onboard',
    ...json({ email: email('admin'), password: PASSWORD, workspace_name: name }),
  );
  const admin = await logIn(email('admin'));
  const ids: Record<string, string> = {};
  for (const role of ['editor', 'viewer']) {
    const added = await curl(
      'POST',
      '/v1/users',
      ...as(admin),
      ...json({ email: email(role), password: PASSWORD, role }),
    );
    expect(added.status).toBe(201);
    ids[role] = added.body.id;
  }
  return {
    account,
    ids,
    admin,
    editor: await logIn(email('editor')),
    viewer: await logIn(email('viewer')),
  };
}

test('two tenants with three people each: roles, a demotion, an import, and the trail that tells it', async () => {
  const acme = await tenantOf('acme');
  const globex = await tenantOf('globex');

  // Roles are enforced, and no tenant sees the other.
  const CALLS = [
    ['GET', '/v1/notes', 200, 200, 200],
    ['POST', '/v1/notes', 403, 200, 200],
    ['DELETE', '/v1/notes/1', 403, 403, 200],
    ['GET', '/v1/users', 403, 403, 200],
    ['GET', '/v1/api-keys', 403, 403, 200],
    ['GET', '/v1/audit', 403, 403, 200],
    ['GET', '/v1/admin/export', 403, 403, 200],
    ['GET', '/v1/tenant', 200, 200, 200],
  ] as const;
  for (const { viewer, editor, admin } of [acme, globex]) {
    for (const [method, path, ...expected] of CALLS) {
      const statuses = [];
      for (const person of [viewer, editor, admin])
        statuses.push((await curl(method, path, ...as(person))).status);
      expect([method, path, ...statuses]).toEqual([method, path, ...expected]);
    }
  }
  const foreign = await curl('GET', `/v1/users/${globex.ids.editor}`, ...as(acme.admin));
  expect(foreign.status).toBe(404);

  // A demotion bites on the next call.
  expect((await curl('POST', '/v1/notes', ...as(acme.editor))).status).toBe(200);
  const demotion = await curl(
    'PATCH',
    `/v1/users/${acme.ids.editor}`,
    ...as(acme.admin),
    ...json({ role: 'viewer' }),
  );
  expect(demotion.status).toBe(200);
  expect((await curl('POST', '/v1/notes', ...as(acme.editor))).status).toBe(403);
  expect((await curl('POST', '/v1/notes', ...as(globex.editor))).status).toBe(200);

  // Keys of another system; then one of them calls through.
  const keys = Array.from({ length: 300 }, () => `legacy-${randomBytes(24).toString('hex')}`);
  const rows = keys.map((key, index) =>
    JSON.stringify({
      type: 'api_key',
      key,
      name: `legacy ${index}`,
    }),
  );
  writeFileSync(join(folder, 'keys.gz'), gzipSync(rows.join('\n')));
  const imported = await curl(
    'POST',
    '/v1/admin/import',
    ...as(acme.admin),
    '-H',
    'Content-Encoding: gzip',
    '-H',
    'Content-Type: application/x-ndjson',
    '--data-binary',
    `@${join(folder, 'keys.gz')}`,
  );
  expect(imported.body).toMatchObject({ complete: true, counts: { created: 300 } });
  const called = await curl('GET', '/v1/notes', '-H', `X-API-Key: ${keys[123]}`);
  expect([called.status, called.body.tenant_id]).toEqual([200, acme.account.tenant_id]);

  // A colleague leaves; what they made is shown, and revoked in one call.
  const made = await curl('POST', '/v1/api-keys', ...as(acme.admin), ...json({ name: 'nightly' }));
  const revoked = await curl('DELETE', `/v1/api-keys/${made.body.id}`, ...as(acme.admin));
  expect(revoked.status).toBe(200);
  expect((await curl('GET', '/v1/notes', ...as(made.body.key))).status).toBe(401);
  expect((await curl('DELETE', `/v1/users/${acme.ids.viewer}`, ...as(acme.admin))).status).toBe(200);
  expect((await curl('GET', '/v1/notes', ...as(acme.viewer))).status).toBe(401);

  // The trail tells the whole story in order, of this tenant and no other.
  await stack.local.idle();
  const { body: trail } = await curl('GET', '/v1/audit?limit=1000', ...as(acme.admin));
  const told: { seq: number; action: string; target: string; actor: string }[] = trail.data;
  expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => index + 1));
  const position = (action: string, target?: string) =>
    told.findIndex((row) => row.action === action && (target === undefined || row.target === target));
  const story = [
    position('tenant.create'),
    position('user.create', `user:${acme.ids.editor}`),
    position('user.create', `user:${acme.ids.viewer}`),
    position('user.update', `user:${acme.ids.editor}`),
    position('key.import'),
    position('user.remove', `user:${acme.ids.viewer}`),
  ];
  expect(story).toEqual([...story].sort((a, b) => a - b));
  expect(story).not.toContain(-1);
  expect(position('key.revoke', `key:${made.body.id}`)).toBeGreaterThan(
    position('key.create', `key:${made.body.id}`),
  );
  const everybody = JSON.stringify(told);
  expect(everybody).not.toContain(globex.account.tenant_id);
  for (const secret of [PASSWORD, keys[0] ?? '', made.body.key, 'argon2'])
    expect(everybody).not.toContain(secret);
}, 180_000);
