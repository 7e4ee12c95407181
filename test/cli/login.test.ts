/** The sign-in by a device code, against an authorization server that is made up: what ours never answers, or only after minutes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Terminal } from './terminal.ts';

const URL_A = 'https://a.example';
const METADATA = {
  issuer: URL_A,
  token_endpoint: `${URL_A}/token`,
  device_authorization_endpoint: `${URL_A}/device_authorization`,
  registration_endpoint: `${URL_A}/register`,
  revocation_endpoint: `${URL_A}/revoke`,
  scopes_supported: ['read', 'offline_access'],
};
const DEVICE = {
  device_code: 'device-secret',
  user_code: 'BCDF-GHJK',
  verification_uri: `${URL_A}/device`,
  expires_in: 600,
  interval: 5,
};
const TOKENS = {
  access_token: `x.${Buffer.from('{"sub":"ada","tid":"t","scope":"read","exp":9999999999}').toString('base64url')}.x`,
  refresh_token: 'refresh-secret',
  scope: 'read',
};

type Answer = readonly [status: number, body: object] | Error;
const pending: Answer = [400, { error: 'authorization_pending', error_description: 'Not yet.' }];
const oauthError = (error: string): Answer => [400, { error, error_description: 'No.' }];

/** A server that gives its answers to a path one after another, the last one again and again. */
function serverOf(answers: Readonly<Record<string, readonly Answer[]>>) {
  const all: Record<string, readonly Answer[]> = {
    '/.well-known/oauth-authorization-server': [[200, METADATA]],
    '/register': [[201, { client_id: 'client_1' }]],
    '/device_authorization': [[200, DEVICE]],
    ...answers,
  };
  const asked: { readonly path: string; readonly form: Readonly<Record<string, string>> }[] = [];
  const slept: number[] = [];
  let now = Date.now();
  const served: Record<string, number> = {};
  const io = {
    now: () => now,
    sleep: async (seconds: number) => {
      slept.push(seconds);
      now += seconds * 1000;
    },
    fetch: (async (input, init) => {
      const { origin, pathname } = new URL(String(input));
      expect(init?.redirect).toBe('error');
      const form = init?.body instanceof URLSearchParams ? Object.fromEntries(init.body) : {};
      asked.push({ path: pathname, form });
      const list = origin === URL_A ? (all[pathname] ?? []) : [];
      const turn = (served[pathname] = (served[pathname] ?? 0) + 1);
      const answer = list[Math.min(turn, list.length) - 1] ?? ([404, {}] as const);
      if (answer instanceof Error) throw answer;
      const [status, body] = answer;
      return Response.json(body, { status, headers: status === 429 ? { 'Retry-After': '33' } : {} });
    }) as typeof fetch,
  };
  return { io, asked, slept };
}

const logIn = (io: object, terminal = new Terminal(), args: readonly string[] = []) =>
  terminal.run(['login', '--url', URL_A, ...args], { io });

test('asks as often as the server says, and less often when it is told so or nothing answers', async () => {
  const lost = new TypeError('fetch failed');
  const { io, asked, slept } = serverOf({
    '/token': [pending, oauthError('slow_down'), pending, lost, [429, {}], [200, TOKENS]],
  });
  const terminal = new Terminal();
  const { code, stdout, stderr } = await logIn(io, terminal);
  expect([code, slept]).toEqual([0, [5, 5, 10, 10, 20, 33]]);
  expect(stdout).toContain('as ada, with read. Kept in: file.');
  expect(stderr).toContain(`Open ${URL_A}/device and enter the code BCDF-GHJK. It is good for 10 minutes.`);
  for (const secret of ['device-secret', 'refresh-secret', TOKENS.access_token])
    expect(stdout + stderr).not.toContain(secret);
  expect(asked.find(({ path }) => path === '/device_authorization')?.form).toEqual({
    client_id: 'client_1',
    scope: 'read offline_access',
  });
  expect(readFileSync(join(terminal.home, '.config/latchkey/config.json'), 'utf8')).not.toContain('secret');
});

test('who has set LATCHKEY_API_KEY is told that it goes first', async () => {
  const { io } = serverOf({ '/token': [[200, TOKENS]] });
  expect((await logIn(io, new Terminal({ LATCHKEY_API_KEY: 'lk_live_a' }))).stderr).toContain('used before');
  expect((await logIn(serverOf({ '/token': [[200, TOKENS]] }).io)).stderr).not.toContain('used before');
});

test.each([
  ['is not entered in time', [pending], 'Nobody entered the code in time'],
  ['has expired at the server', [oauthError('expired_token')], 'The code has expired'],
  ['is declined', [oauthError('access_denied')], 'The sign-in was declined'],
])('a code that %s signs nobody in', async (_name, answers, message) => {
  const { code, stderr } = await logIn(serverOf({ '/token': answers }).io);
  expect([code, stderr]).toEqual([3, expect.stringContaining(message)]);
});

test('an installation registers once, and again when the server has forgotten it', async () => {
  const { io, asked } = serverOf({
    '/token': [[200, TOKENS]],
    '/device_authorization': [
      [200, DEVICE],
      [200, DEVICE],
      [401, { error: 'invalid_client', error_description: 'Unknown client.' }],
      [200, DEVICE],
    ],
    '/register': [
      [201, { client_id: 'client_1' }],
      [201, { client_id: 'client_2' }],
    ],
  });
  const terminal = new Terminal();
  for (let time = 0; time < 3; time += 1) expect((await logIn(io, terminal)).code).toBe(0);
  const clients = asked
    .filter(({ path }) => path === '/device_authorization')
    .map(({ form }) => form.client_id);
  expect(clients).toEqual(['client_1', 'client_1', 'client_1', 'client_2']);
});

describe('a server is trusted with nothing', () => {
  const metadata = (changes: object): Readonly<Record<string, readonly Answer[]>> => ({
    '/.well-known/oauth-authorization-server': [[200, { ...METADATA, ...changes }]],
  });
  test.each([
    [
      'that calls itself otherwise (RFC 8414, 3.3)',
      metadata({ issuer: 'https://b.example' }),
      'use that as --url',
    ],
    [
      'whose tokens come from elsewhere',
      metadata({ token_endpoint: 'https://b.example/token' }),
      'another server',
    ],
    ['without a device grant', metadata({ device_authorization_endpoint: undefined }), '--api-key'],
    ['that has no metadata', { '/.well-known/oauth-authorization-server': [] }, 'no deployment of Latchkey'],
  ])('%s', async (_name, answers, message) => {
    const { io, asked } = serverOf({ ...answers, '/token': [[200, TOKENS]] });
    const { code, stderr } = await logIn(io);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(asked.map(({ path }) => path).filter((path) => !path.startsWith('/.well-known'))).toEqual([]);
  });

  test('whose answer is gone is told by its code of 6', async () => {
    const { io } = serverOf({ '/.well-known/oauth-authorization-server': [new TypeError('fetch failed')] });
    expect((await logIn(io)).code).toBe(6);
  });
});
