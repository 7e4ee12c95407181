/** A profile that nobody knew: one file in `profiles/` of a copy of this repository, and its line in the index there. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dereferenced } from '../support/dereferenced.ts';
import { type HttpResponse, httpClient } from '../support/http.ts';

const ROOT = join(import.meta.dirname, '../..');
const COPIED = [
  'bin',
  'console',
  'lib',
  'lambdas',
  'local',
  'profiles',
  'docs',
  'latchkey.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'cdk.json',
  '.dependency-cruiser.mjs',
];

const SIXTH = `
import { ADMIN_MANAGES, READ_WRITE_DELETE_ADMIN, VIEWER_EDITOR_ADMIN, WRITE_DELETES } from './scopes.ts';
import type { Profile, View } from './profile.ts';

export const profile = {
  name: 'sixth',
  title: 'The sixth service',
  keys: {
    prefix: 'six',
    environments: ['test'],
    defaultScopes: ['read'],
    onboardingScopes: ['read', 'write', 'admin'],
    defaultExpiryDays: 6,
    maxExpiryDays: 66,
  },
  credentials: ['token-key'],
  tokens: { algorithm: 'ES256', lifetimeSeconds: 600 },
  allowsAnonymous: false,
  upstreamPrefixes: ['/six'],
  scopes: READ_WRITE_DELETE_ADMIN,
  ...VIEWER_EDITOR_ADMIN,
  areaScopes: ADMIN_MANAGES,
  methodScopes: WRITE_DELETES,
  pathScopes: [{ path: '/six/admin/*', scope: 'admin' }],
  paths: {
    onboard: ['/join'],
    login: [],
    listKeys: ['/six/keys'],
    createKey: ['/six/keys'],
    revokeKey: ['/six/keys/{id}'],
    getMetrics: ['/numbers'],
  },
  access: {},
  requestFields: { titel: 'name' },
  present: { createKey: ({ id, key, name }: View) => ({ nr: id, key, titel: name }) },
  envelope: (body) => ({ six: body }),
  errorCodes: { missing_credential: 'NO_KEY' },
  errorBody: ({ code, message, requestId }) => ({ sorry: { code, message, requestId } }),
} satisfies Profile as Profile;
`;

let copy: string;
let child: ReturnType<typeof spawn>;
let client: ReturnType<typeof httpClient>;

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'latchkey-sixth-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'profiles/sixth.ts'), SIXTH);
  const index = join(copy, 'profiles/index.ts');
  const text = readFileSync(index, 'utf8').replace('export const profiles = {', '$&\n  sixth,');
  writeFileSync(index, `import { profile as sixth } from './sixth.ts';\n${text}`);
  child = spawn(process.execPath, ['local/start.ts', '--profile', 'sixth', '--port', '0'], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  client = httpClient(await readyUrl());
});
afterAll(async () => {
  client?.close();
  if (child?.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  if (copy !== undefined) rmSync(copy, { recursive: true, force: true });
});

/** Its output is read to the end, so that nothing it prints blocks it. */
function readyUrl(): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => {
      printed += text;
      const [, url] = /Ready on (\S+)/.exec(printed) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', () => reject(new Error(`It did not start: ${printed}`)));
  });
}

const send = (target: string, key?: string, json?: object): Promise<HttpResponse> =>
  client.send(target, {
    ...(key === undefined ? {} : { headers: { authorization: `Token ${key}` } }),
    ...(json === undefined ? {} : { json }),
  });

test('a profile is one file: paths, key, scopes, fields, envelope and errors are its own from end to end', async () => {
  const joined = await send('POST /join', undefined, {
    email: 'six@example.com',
    password: 'YourSecurePassword123!',
  });
  expect(joined.status).toBe(201);
  const { api_key: first, tenant_id } = joined.json.six;
  expect(first).toMatch(/^six_test_[0-9A-Za-z]{50}$/);

  const made = await send('POST /six/keys', first, { titel: 'a key' });
  expect([made.status, made.json]).toEqual([
    201,
    { six: { nr: expect.any(String), key: expect.stringMatching(/^six_test_/), titel: 'a key' } },
  ]);
  const { key, nr } = made.json.six;
  expect((await send('GET /six/things', key)).json).toMatchObject({
    tenant_id,
    scopes: ['read'],
    environment: 'test',
  });
  expect((await send('POST /six/things', key)).json.sorry.message).toBe(
    'Insufficient scope. Required: write',
  );
  expect((await send('GET /six/admin/export', key)).status).toBe(403);
  expect((await send(`DELETE /six/keys/${nr}`, first)).status).toBe(200);
  expect((await send('GET /six/things', key)).status).toBe(401);

  expect((await send('GET /six/things')).json.sorry.code).toBe('NO_KEY');
  expect((await send('POST /v1/auth/login', undefined, {})).status).toBe(404);
  expect((await send('GET /v1/api-keys', first)).status).toBe(404);
  expect((await send('GET /numbers')).text).toContain('profile="sixth"');
});

test('its document is written with the others', () => {
  execFileSync(process.execPath, ['bin/docs.ts'], { cwd: copy });
  const document = dereferenced(JSON.parse(readFileSync(join(copy, 'docs/openapi/sixth.json'), 'utf8')));
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/join', '/six/keys', '/six/keys/{id}', '/numbers']),
  );
  expect(
    document.paths['/six/keys'].post.requestBody.content['application/json'].schema.properties,
  ).toHaveProperty('titel');
});
