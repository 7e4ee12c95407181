/** The command line against the local stack: every command, by a person who signs in on the pages, and by a key. */
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Account, ROOMY_TIER, startTestStack, type TestStack } from '../support/stack.ts';
import { Agent } from './agent.ts';
import { logIn } from './sign-in.ts';
import { type RunOptions, Terminal } from './terminal.ts';

let stack: TestStack;
let ada: Account;
const terminal = new Terminal();

const run = (args: readonly string[], options?: RunOptions) => terminal.run(args, options);
/** The status of a call with a key. */
const call = async (key: string) =>
  (await stack.send('GET /v1/things', { headers: { 'x-api-key': key } })).status;
const credentials = join(terminal.home, '.config/latchkey/credentials.json');
const stored = () => readFileSync(credentials, 'utf8');
const secrets = () =>
  [...stored().matchAll(/"(?:accessToken|refreshToken)": "([^"]+)"/g)].map(([, each]) => each);

beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
  ada = await stack.onboard();
});
afterAll(() => stack?.stop());

test('who is not signed in is told so, and how to sign in', async () => {
  const { code, stderr } = await run(['keys', 'list', '--url', stack.url]);
  expect([code, stderr]).toEqual([3, expect.stringContaining(`latchkey login --url ${stack.url}`)]);
});

test('a person signs in by a device code, and is remembered with their deployment', async () => {
  const outcome = await logIn(terminal, stack.url, ada);
  expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining('/device and enter the code') });
  expect(outcome.stdout).toContain(`Signed in to ${stack.url} as ${ada.userId}`);
  const { code, json } = await run(['whoami', '--json']);
  expect(code).toBe(0);
  expect(json).toMatchObject({
    url: stack.url,
    kind: 'user',
    credential: 'login',
    user_id: ada.userId,
    tenant_id: ada.tenantId,
    scopes: ['read', 'write', 'delete', 'admin'],
  });
});

test('the tokens are in a file that others cannot read, and in nothing that was printed', async () => {
  expect(statSync(credentials).mode & 0o777).toBe(0o600);
  expect(secrets()).toHaveLength(2);
  const printed = [await run(['whoami']), await run(['whoami', '--json']), await run(['keys', 'list'])];
  for (const { stdout, stderr } of printed)
    for (const secret of secrets()) expect(stdout + stderr).not.toContain(secret);
});

test('who declines lets nobody in', async () => {
  const elsewhere = new Terminal();
  const { code, stderr } = await logIn(elsewhere, stack.url, ada, 'deny');
  expect([code, stderr]).toEqual([3, expect.stringContaining('declined')]);
  expect((await elsewhere.run(['whoami', '--url', stack.url])).code).toBe(3);
});

describe('keys', () => {
  test('a key is printed once by itself, works, is listed, rotated and revoked', async () => {
    const created = await run(['keys', 'create', 'ci', '--scope', 'read', '--expires-in-days', '30']);
    expect(created).toMatchObject({ code: 0, stderr: expect.stringContaining('shown once') });
    const key = created.stdout.trim();
    expect(key).toMatch(/^lk_live_\w+$/);
    expect(await call(key)).toBe(200);

    const { json: keys } = await run(['keys', 'list', '--json']);
    const ci = keys.find(({ name }: { name: string }) => name === 'ci');
    expect(ci).toMatchObject({ scopes: ['read'], status: 'active' });
    expect(JSON.stringify(keys)).not.toContain(key);
    const table = await run(['keys', 'list']);
    expect(table.stdout).toMatch(/^id +name +key +scopes +status/);
    expect(table.stdout).toContain(ci.id);

    const rotated = await run(['keys', 'rotate', ci.id, '--grace-seconds', '60', '--json']);
    expect(rotated.json).toMatchObject({ id: ci.id, key: expect.stringMatching(/^lk_live_/) });
    expect([await call(key), await call(rotated.json.key)]).toEqual([200, 200]);

    const asked = await run(['keys', 'revoke', ci.id]);
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    const declined = await run(['keys', 'revoke', ci.id], { isTerminal: true, input: 'n\n' });
    expect([declined.code, declined.stderr]).toEqual([1, expect.stringContaining('Revoke ci (lk_live_')]);
    expect(await call(rotated.json.key)).toBe(200);
    expect(await run(['keys', 'revoke', ci.id], { isTerminal: true, input: 'y\n' })).toMatchObject({
      code: 0,
    });
    expect([await call(key), await call(rotated.json.key)]).toEqual([401, 401]);
  });

  test('of a list as many are shown as are asked for', async () => {
    for (const name of ['a', 'b']) await run(['keys', 'create', name]);
    expect((await run(['keys', 'list', '--limit', '2', '--json'])).json).toHaveLength(2);
  });

  test('a field that is wrong is named with its fix, on stderr and with the id of the request', async () => {
    const { code, stdout, stderr } = await run(['keys', 'create', 'ci', '--scope', 'everything']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/\(request \S+\)\n {2}scopes/);
    const asJson = await run(['keys', 'create', 'ci', '--scope', 'everything', '--json']);
    expect(JSON.parse(asJson.stderr).error).toMatchObject({
      exit_code: 1,
      status: 400,
      request_id: expect.any(String),
      errors: [{ field: expect.stringContaining('scopes') }],
    });
  });

  test('a key that is not there, and one that may not, end with codes of their own', async () => {
    expect((await run(['keys', 'revoke', ada.tenantId, '--yes'])).code).toBe(5);
    const withKey = { env: { LATCHKEY_API_KEY: ada.apiKey } };
    expect(await run(['keys', 'list'], withKey)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('latchkey whoami'),
    });
  });
});

describe('env', () => {
  test('a key goes into the file and onto no screen; the other lines stay', async () => {
    const file = join(terminal.home, '.env');
    writeFileSync(file, 'PORT=3000\n# a comment\nEMPTY=', { mode: 0o644 });
    const outcome = await run(['env', '--name', 'local', '--scope', 'read']);
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('LATCHKEY_API_KEY') });
    const written = readFileSync(file, 'utf8');
    const [, key = ''] = /^PORT=3000\n# a comment\nEMPTY=\nLATCHKEY_API_KEY=(\S+)\n$/.exec(written) ?? [];
    expect(await call(key)).toBe(200);
    expect(outcome.stdout + outcome.stderr).not.toContain(key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('a value that is there is kept, and no key is made for nothing', async () => {
    const before = (await run(['keys', 'list', '--json'])).json.length;
    const { code, stderr } = await run(['keys', 'create', 'again', '--env', '.env']);
    expect([code, stderr]).toEqual([5, expect.stringContaining('--force')]);
    expect((await run(['keys', 'list', '--json'])).json).toHaveLength(before);
  });

  test('a rotated key takes the place of the one before', async () => {
    const { json: key } = await run(['keys', 'create', 'turning', '--env', '.env.turning', '--json']);
    expect(key).toMatchObject({ written_to: '.env.turning', variable: 'LATCHKEY_API_KEY' });
    expect(key).not.toHaveProperty('key');
    const read = () => readFileSync(join(terminal.home, '.env.turning'), 'utf8').trim().split('=')[1] ?? '';
    const first = read();
    const args = ['keys', 'rotate', key.id, '--yes', '--env', '.env.turning', '--force'];
    expect((await run(args)).code).toBe(0);
    expect([await call(first), await call(read())]).toEqual([401, 200]);
  });
});

test('usage is shown by day, and watched until Ctrl-C', async () => {
  const { stdout } = await run(['usage', '--days', '2']);
  expect(stdout).toMatch(/^date +live +test\n(\d{4}-\d\d-\d\d +\d+ +\d+\n){2}This month: \d+ live/);
  const interrupt = new AbortController();
  const watched = await run(['usage', '--watch', '--interval', '1', '--json'], {
    io: {
      signal: interrupt.signal,
      sleep: (seconds) => pause(seconds * 1000, undefined, { signal: interrupt.signal }),
    },
    onStdout: (text) => {
      if (text.split('\n').length > 2) interrupt.abort();
    },
  });
  expect([watched.code, watched.stderr]).toEqual([130, '']);
  const looks = watched.stdout.trim().split('\n');
  expect(looks.map((line) => JSON.parse(line).key_id)).toEqual([null, null]);
});

test('the audit trail is shown from its beginning, and followed from its end', async () => {
  const { json: trail } = await run(['audit', '--action', 'tenant.create', '--json']);
  expect(trail).toMatchObject([{ action: 'tenant.create', target: `tenant:${ada.tenantId}` }]);
  expect((await run(['audit', '--limit', '1'])).stdout).toMatch(/^seq +at +actor/);
  const interrupt = new AbortController();
  const sleep = (seconds: number) => pause(seconds * 1000, undefined, { signal: interrupt.signal });
  let made: Promise<unknown> | undefined;
  const followed = await run(['audit', '--follow', '--interval', '1', '--json', '--action', 'workspace'], {
    io: {
      signal: interrupt.signal,
      // It has seen the end: what is made from now on is new.
      sleep: async (seconds) => {
        made ??= stack.logIn(ada).then((token) =>
          stack.send('POST /v1/workspaces', {
            headers: { authorization: `Bearer ${token}` },
            json: { name: 'followed' },
          }),
        );
        await made;
        await sleep(seconds);
      },
    },
    onStdout: () => interrupt.abort(),
  });
  expect(followed).toMatchObject({ code: 130, stderr: '' });
  expect(JSON.parse(followed.stdout)).toMatchObject({ action: 'workspace.create', target_name: 'followed' });
});

describe('an agent', () => {
  const keyIn = (file: string) => readFileSync(join(terminal.home, file), 'utf8').trim().split('=')[1] ?? '';

  test('makes, rotates and revokes keys by a client that asks its person, and sees none of them', async () => {
    let decision: 'accept' | 'decline' = 'accept';
    const agent = await Agent.start(terminal, stack.url, () => decision);
    try {
      const named = (await agent.tools()).map(({ name, annotations }) => [
        name,
        annotations?.destructiveHint,
      ]);
      expect(named).toContainEqual(['revoke_key', true]);
      expect((await agent.call('whoami')).value).toMatchObject({ user_id: ada.userId });
      const made = await agent.call('create_key', {
        name: 'agent',
        scopes: ['read'],
        env_file: '.env.agent',
      });
      expect(made.value).toMatchObject({ written_to: '.env.agent', scopes: ['read'] });
      const first = keyIn('.env.agent');
      expect(await call(first)).toBe(200);
      expect(agent.questions).toEqual([]);

      const { id } = made.value;
      const rotate = { id, env_file: '.env.agent', overwrite: true };
      const rotated = await agent.call('rotate_key', rotate);
      expect(rotated).toMatchObject({ isError: false, value: { id } });
      expect(agent.questions).toEqual([expect.stringContaining('Rotate the key "agent"')]);
      expect([await call(first), await call(keyIn('.env.agent'))]).toEqual([401, 200]);

      decision = 'decline';
      expect(await agent.call('revoke_key', { id })).toMatchObject({ isError: true });
      expect(await call(keyIn('.env.agent'))).toBe(200);
      const answers = [
        made,
        rotated,
        await agent.call('list_keys'),
        await agent.call('audit', { action: 'key' }),
      ];
      for (const { text, value } of answers)
        for (const key of [first, keyIn('.env.agent')])
          expect(text + JSON.stringify(value)).not.toContain(key);

      decision = 'accept';
      expect((await agent.call('revoke_key', { id })).value).toEqual({ id, status: 'revoked' });
      expect(await call(keyIn('.env.agent'))).toBe(401);
    } finally {
      await agent.stop();
    }
  });

  test('whose client cannot ask confirms the same call by a token, once', async () => {
    const agent = await Agent.start(terminal, stack.url);
    try {
      const { value: made } = await agent.call('create_key', {
        name: 'shown',
        scopes: ['read'],
        reveal: true,
      });
      expect(made).toEqual({
        confirmation_required: expect.stringContaining('Show'),
        confirm: expect.any(String),
      });
      const shown = await agent.call('create_key', {
        name: 'shown',
        scopes: ['read'],
        reveal: true,
        confirm: made.confirm,
      });
      expect(await call(shown.value.key)).toBe(200);

      const { value: other } = await agent.call('create_key', { name: 'other', env_file: '.env.other' });
      const { value: asked } = await agent.call('revoke_key', { id: other.id });
      expect(asked).toMatchObject({
        confirmation_required: expect.stringContaining('Revoke the key "other"'),
      });
      // Of another key it is no confirmation, and it is spent by that.
      const moved = await agent.call('revoke_key', { id: shown.value.id, confirm: asked.confirm });
      expect(moved.value).toHaveProperty('confirmation_required');
      const late = await agent.call('revoke_key', { id: other.id, confirm: asked.confirm });
      expect(late.value).toHaveProperty('confirmation_required');
      expect(await call(shown.value.key)).toBe(200);
      const done = await agent.call('revoke_key', { id: other.id, confirm: late.value.confirm });
      expect(done.value).toMatchObject({ status: 'revoked' });
      expect(await call(keyIn('.env.other'))).toBe(401);
    } finally {
      await agent.stop();
    }
  });

  test('writes keys into .env files below its folder only, and is told what is wrong with a call', async () => {
    const agent = await Agent.start(terminal, stack.url);
    try {
      symlinkSync('/etc/passwd', join(terminal.home, '.env.link'));
      for (const file of ['../.env', '/tmp/.env', '.bashrc', '.env.link'])
        expect(await agent.call('create_key', { name: 'astray', env_file: file })).toMatchObject({
          isError: true,
          text: expect.stringContaining('env_file must be'),
        });
      expect((await agent.call('create_key', {})).text).toBe('name is missing.');
      expect((await agent.call('usage', { days: 0 })).text).toBe('days must be a whole number from 1 to 90.');
      const refused = await agent.call('create_key', {
        name: 'x',
        scopes: ['everything'],
        env_file: '.env.x',
      });
      expect(refused).toMatchObject({ isError: true, text: expect.stringMatching(/request \S+\)\nscopes/) });
      const names = (await agent.call('list_keys')).value.keys.map(({ name }: { name: string }) => name);
      expect(names).not.toContain('astray');
    } finally {
      await agent.stop();
    }
  });
});

describe('an API key', () => {
  const machine = new Terminal();

  test('is read from a pipe, tried, kept, and used; never from a terminal', async () => {
    const { key } = await stack.createKey(await stack.logIn(ada), {
      name: 'machine',
      scopes: ['read', 'admin'],
    });
    const args = ['login', '--api-key', '--url', stack.url];
    expect((await machine.run(args, { isTerminal: true })).code).toBe(2);
    expect((await machine.run(args, { input: 'lk_live_wrong\n' })).code).toBe(3);
    const kept = await machine.run(args, { input: `${key}\n` });
    expect(kept).toMatchObject({ code: 0, stdout: expect.stringContaining('Kept the key machine') });
    expect(kept.stdout + kept.stderr).not.toContain(key);
    expect((await machine.run(['whoami', '--json'])).json).toMatchObject({
      kind: 'key',
      credential: 'key',
      name: 'machine',
      tenant_id: ada.tenantId,
    });
    expect((await machine.run(['keys', 'list'])).code).toBe(0);
  });

  test('of LATCHKEY_API_KEY is used before the one that is kept', async () => {
    const { json } = await machine.run(['whoami', '--json'], { env: { LATCHKEY_API_KEY: ada.apiKey } });
    expect(json).toMatchObject({ credential: 'LATCHKEY_API_KEY', key_id: ada.keyId });
  });

  test('is forgotten by logout, and goes on working', async () => {
    expect((await machine.run(['logout'])).stdout).toContain('works until it is revoked');
    expect((await machine.run(['whoami'])).code).toBe(3);
  });
});

test('processes that find the token expired at once refresh it once, and all go on', async () => {
  const refreshes: number[] = [];
  const counted: typeof fetch = async (input, init) => {
    if (String(input).endsWith('/token')) refreshes.push(1);
    return fetch(input, init);
  };
  const [before = ''] = secrets();
  const over = `x.${Buffer.from('{"exp":1}').toString('base64url')}.x`;
  writeFileSync(credentials, stored().replace(before, over));
  const outcomes = await Promise.all(
    Array.from({ length: 4 }, () => run(['keys', 'list'], { io: { fetch: counted } })),
  );
  expect(outcomes.map(({ code, stderr }) => [code, stderr])).toEqual(Array(4).fill([0, '']));
  expect([before, over]).not.toContain(secrets()[0]);
  expect(refreshes.length).toBe(1);
});

test('a logout ends the session on the server too', async () => {
  const [token] = secrets();
  expect((await run(['logout'])).stdout).toContain('Signed out');
  const { status } = await stack.send('GET /v1/tenant', { headers: { authorization: `Bearer ${token}` } });
  expect(status).toBe(401);
  expect((await run(['whoami'])).code).toBe(3);
  expect((await run(['logout'])).code).toBe(3);
});
