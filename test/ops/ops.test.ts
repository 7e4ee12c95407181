import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyRecordKey } from '../../lambdas/kernel/item-keys.ts';
import { S } from '../../lambdas/kernel/items.ts';
import { outputsOf } from '../../local/outputs-file.ts';
import {
  type Account,
  apiKey,
  bearer,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import { OPS, OperatorShell, run } from './shell.ts';

/** The operator's commands, as a shell runs them, on a stack that serves. */

let stack: TestStack;
let ada: Account;
let shell: OperatorShell;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
  ada = await stack.onboard('ada@example.com');
  shell = new OperatorShell(stack.local);
});
afterAll(async () => {
  await stack?.stop();
  shell?.remove();
});

const said = (...args: string[]) => shell.said(...args);
const ops = (...args: string[]) => shell.json(...args);
const refusal = (...args: string[]) => shell.refusal(...args);
const call = (key: string) => stack.send('GET /v1/things', { headers: apiKey(key) });

test('help names every command; an unknown one and a wrong option are errors that say so', async () => {
  const text = await said('help');
  for (const command of ['tenants suspend ID', 'keys find MASKED', 'rights', 'users list', 'audit --tenant'])
    expect(text).toContain(command);
  expect(await refusal('tenants', 'destroy', 'x')).toMatchObject({
    code: 1,
    text: expect.stringContaining('There is no command "tenants destroy x"'),
  });
  expect((await refusal('tenants', 'list', '--nonsense')).code).toBe(1);
  expect((await refusal('tenants', 'show')).text).toContain('usage: npm run ops -- tenants show ID');
  expect((await refusal('tenants', 'show', 'nobody')).text).toContain('There is no tenant nobody');
  expect((await refusal('audit', '--tenant', 'nobody')).text).toContain('There is no tenant nobody');
  expect((await refusal('tenants', 'list', '--dry-run')).text).toContain(
    '"tenants list" takes no --dry-run.',
  );
  expect((await refusal('signing-keys', 'revoke')).text).toContain('ops -- signing-keys revoke KID');
});

test('an operator imports keys by their hash for a tenant, and decides whose one that two claim is', async () => {
  const [ann, bob] = [await stack.onboard(), await stack.onboard()];
  const keys = [0, 1].map((index) => `old-system-${index}-${crypto.randomUUID()}`);
  const file = join(mkdtempSync(join(tmpdir(), 'latchkey-import-')), 'keys.ndjson');
  const rows = keys.map((key, index) => ({
    type: 'api_key',
    id: `key_old${index}`,
    sha256: createHash('sha256').update(key).digest('hex'),
  }));
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
  const give = (tenant: string, ...more: string[]) => ops('import', file, '--tenant', tenant, ...more);
  const owners = () => Promise.all(keys.map(async (key) => (await call(key)).json.tenant_id));
  expect(await give(ann.tenantId, '--dry-run')).toEqual({
    tenant: ann.tenantId,
    created: 2,
    not_imported: [],
  });
  expect(await give(ann.tenantId)).toMatchObject({ created: 2 });
  expect(await owners()).toEqual([ann.tenantId, ann.tenantId]);
  const contested = await give(bob.tenantId);
  expect(contested).toMatchObject({ refused: 2, not_imported: [{ id: 'key_old0' }, { id: 'key_old1' }] });
  expect(await owners()).toEqual([undefined, undefined]);
  expect(await give(ann.tenantId, '--decide')).toMatchObject({ unchanged: 2, not_imported: [] });
  expect(await owners()).toEqual([ann.tenantId, ann.tenantId]);
  expect(await give(bob.tenantId, '--decide')).toMatchObject({ created: 2, not_imported: [] });
  expect(await owners()).toEqual([bob.tenantId, bob.tenantId]);
  await stack.local.idle();
  expect(
    (await ops('keys', 'list', '--tenant', ann.tenantId)).map(({ id }: { id: string }) => id),
  ).not.toContain('key_old0');
  const trail = await ops('audit', '--tenant', ann.tenantId, '--target', 'key:key_old0');
  expect(trail.map(({ actor, action }: Record<string, string>) => `${action} ${actor}`)).toEqual(
    expect.arrayContaining([
      'key.import operator',
      'key.disable system',
      'key.enable operator',
      'key.revoke operator',
    ]),
  );
  expect((await refusal('import', 'nowhere.ndjson', '--tenant', ann.tenantId)).text).toContain(
    'cannot be read',
  );
  expect((await refusal('import', file)).text).toContain('Which tenant? --tenant ID');
});

test('rights are counted: which scopes keys have, which roles people, and which of them are declared', async () => {
  const locator = ada.apiKey.slice('lk_live_'.length, 'lk_live_'.length + 12);
  const lose = (scopes: string) =>
    stack.table.update(keyRecordKey(locator), {
      UpdateExpression: 'SET scp = :scopes',
      ExpressionAttributeValues: { ':scopes': S(scopes) },
    });
  await lose('read legacy');
  const rows = await ops('rights');
  expect(rows).toContainEqual({ scope: 'read', keys: expect.any(Number), declared: true });
  expect(rows).toContainEqual({ scope: 'legacy', keys: 1, declared: false });
  expect(rows).toContainEqual({ role: 'admin', people: expect.any(Number), declared: true });
  expect(rows).toContainEqual({ role: 'viewer', people: 0, declared: true });
  await lose('read write delete');
});

test('of several stacks one is chosen by its name, its URL or its port, and none by itself', async () => {
  const checkout = mkdtempSync(join(tmpdir(), 'latchkey-checkout-'));
  const note = (file: string, stacks: object) => {
    mkdirSync(join(checkout, '.latchkey/local'), { recursive: true });
    writeFileSync(join(checkout, '.latchkey', file), JSON.stringify(stacks));
  };
  const listTenants = (...args: string[]) =>
    run(process.execPath, [OPS, 'tenants', 'list', '--json', ...args], { cwd: checkout }).then(
      ({ stdout }) => (JSON.parse(stdout) as { id: string }[]).some(({ id }) => id === ada.tenantId),
      (failed: { stderr: string }) => failed.stderr,
    );
  const running = outputsOf(stack.local);
  const { port } = new URL(stack.url);

  expect(await listTenants()).toMatch(/^\.latchkey notes no stack: "npm start" notes one while it runs/);
  note(`local/${port}.json`, { [`local-${port}`]: running });
  expect(await listTenants()).toBe(true);
  // Of a process that is gone, as no process has this id (proc(5), pid_max).
  note('local/1.json', { 'local-1': { ...running, ProcessId: String(2 ** 22 + 1) } });
  expect(await listTenants()).toBe(true);

  note('local/2.json', { 'local-2': { ...running, ApiUrl: 'http://127.0.0.1:2' } });
  note('outputs.json', { Latchkey: { ApiUrl: 'https://api.example.com/live/', TableName: 'elsewhere' } });
  expect(await listTenants()).toBe(
    `Several stacks are noted: choose with --stack, --url or --port.
  Latchkey https://api.example.com/live/
  local-2 http://127.0.0.1:2
  local-${port} ${stack.url}
`,
  );
  for (const choice of [
    ['--stack', `local-${port}`],
    ['--url', `${stack.url}/`],
    ['--port', port],
  ])
    expect(await listTenants(...choice), choice.join(' ')).toBe(true);
  expect(await listTenants('--port', '9')).toContain('No such stack is noted');
  expect(await listTenants('--url', 'https://api.example.com/live')).toContain(
    'lack TableName, KeysetSecretArn or AssertionSecretArn',
  );
  rmSync(checkout, { recursive: true });
});

test('a suspended tenant is refused from when the command has answered, and let in again', async () => {
  const dry = await ops('tenants', 'suspend', ada.tenantId, '--dry-run');
  expect(dry).toMatchObject({ state: 'suspended', changed: 'nothing (--dry-run)' });
  expect((await call(ada.apiKey)).status).toBe(200);
  const suspended = await ops('tenants', 'suspend', ada.tenantId);
  expect(suspended).toMatchObject({ state: 'suspended', holds_from: expect.stringMatching(/Z$/) });
  expect((await call(ada.apiKey)).json).toMatchObject({ code: 'suspended_tenant' });
  expect(await ops('tenants', 'show', ada.tenantId)).toMatchObject({ state: 'suspended' });
  await ops('tenants', 'resume', ada.tenantId);
  expect((await call(ada.apiKey)).status).toBe(200);
});

test('a closed tenant stays closed; a tier that does not exist is refused', async () => {
  const other = await stack.onboard();
  expect((await refusal('tenants', 'tier', other.tenantId, 'platinum')).text).toContain('no tier "platinum"');
  expect(await ops('tenants', 'tier', other.tenantId, 'pro')).toMatchObject({ tier: 'pro' });
  await ops('tenants', 'close', other.tenantId);
  expect((await call(other.apiKey)).status).toBe(401);
  expect((await refusal('tenants', 'resume', other.tenantId)).text).toContain('stays so');
  const list = await ops('tenants', 'list');
  expect(list.find((tenant: { id: string }) => tenant.id === other.tenantId)).toMatchObject({
    state: 'closed',
  });
});

test('a key is found by its masked form, and keys are revoked in bulk; the audit trail tells it', async () => {
  const token = await stack.logIn(ada);
  const keys = [await stack.createKey(token), await stack.createKey(token)];
  expect(await ops('keys', 'find', keys[0].key_prefix)).toMatchObject({
    id: keys[0].id,
    tenant: ada.tenantId,
  });
  expect((await refusal('keys', 'find', keys[0].key)).text).toContain('masked form');
  const selection = ['--tenant', ada.tenantId, '--created-by', `user:${ada.userId}`];
  expect((await refusal('keys', 'revoke', '--tenant', ada.tenantId)).text).toContain('Narrow it');
  expect(await ops('keys', 'revoke', ...selection, '--dry-run')).toMatchObject({ would_revoke: 3 });
  expect(await ops('keys', 'revoke', ...selection, '--older-than-days', '1')).toMatchObject({ revoked: 0 });
  expect((await call(keys[0].key)).status).toBe(200);
  expect(await ops('keys', 'revoke', ...selection)).toEqual({ revoked: 3, complete: true });
  for (const key of [...keys.map((each) => each.key), ada.apiKey]) expect((await call(key)).status).toBe(401);
  await stack.local.idle();
  const rows = await ops('audit', '--tenant', ada.tenantId, '--actor', 'operator');
  expect(rows.map((row: { action: string }) => row.action)).toEqual([
    'tenant.update',
    'tenant.update',
    'key.revoke',
    'key.revoke',
    'key.revoke',
  ]);
  expect(await ops('users', 'list', '--tenant', ada.tenantId)).toMatchObject([
    { role: 'admin', email: ada.email },
  ]);
  expect((await stack.send('GET /v1/audit', { headers: bearer(token) })).status).toBe(200);
});

test('an operator resets a password: the link is mailed, or printed and not mailed', async () => {
  const bea = await stack.onboard('bea@example.com');
  const token = await stack.logIn(bea);
  const mailed = async () => {
    await stack.local.idle();
    return stack.local.mails().filter(({ to, subject }) => to === bea.email && subject.includes('Choose'));
  };
  expect((await refusal('users', 'reset', 'nobody', '--tenant', bea.tenantId)).text).toContain(
    'no user nobody',
  );
  await ops('users', 'reset', bea.userId, '--tenant', bea.tenantId, '--dry-run');
  expect((await stack.send('GET /v1/auth/me', { headers: bearer(token) })).status).toBe(200);

  await ops('users', 'reset', bea.userId, '--tenant', bea.tenantId);
  expect((await stack.send('GET /v1/auth/me', { headers: bearer(token) })).status).toBe(401);
  expect(await mailed()).toHaveLength(1);

  const printed = await ops('users', 'reset', bea.userId, '--tenant', bea.tenantId, '--print');
  expect(await mailed()).toHaveLength(1);
  const link = /link=(.+)$/.exec(printed.below_the_url_of_the_api)?.[1];
  const password = 'correct horse battery staple';
  const reset = { json: { link, new_password: password } };
  expect((await stack.send('POST /v1/auth/reset-password', reset)).status).toBe(200);
  const login = await stack.send('POST /v1/auth/login', { json: { email: bea.email, password } });
  const headers = bearer(login.json.access_token);
  const rows = await stack.send('GET /v1/audit?action=user.reset', { headers });
  expect(rows.json.data).toMatchObject([{ actor: 'operator' }, { actor: 'operator' }]);
});
