import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dev } from '../../local/dev.ts';

/** `latchkey dev` on an app that has a Latchkey: their REST API and HTTP API, behind its authorizer. */
const APP = `"${process.execPath}" "${join(import.meta.dirname, 'fixture', 'own-app.ts')}"`;
const stopping = new AbortController();
const cwd = mkdtempSync(join(tmpdir(), 'latchkey-own-'));
let printed = '';
let ended: Promise<number>;

beforeAll(async () => {
  const stdout = new PassThrough();
  const ready = new Promise<void>((resolve) => {
    stdout.on('data', (text: Buffer) => {
      printed += text;
      if (printed.includes('Ctrl-C stops it.')) resolve();
    });
  });
  const io = { stdout, stderr: stdout, env: process.env, cwd, signal: stopping.signal };
  ended = dev(['--app', APP, '--stack', 'Theirs', '--port', '0'], io);
  await Promise.race([ready, ended.then((code) => Promise.reject(new Error(`${code}: ${printed}`)))]);
}, 120_000);
afterAll(async () => {
  stopping.abort();
  await ended;
  rmSync(cwd, { recursive: true, force: true });
});

const urlOf = (logicalId: string) =>
  new RegExp(`(http://\\S+)  ${logicalId}[0-9A-F]* `).exec(printed)?.[1] ?? '';

/** The first key, by the calls that are printed. */
async function newKey(): Promise<{ key: string; token: string }> {
  const body = { email: `ada-${Math.random()}@example.com`, password: 'YourSecurePassword123!' };
  const url = /^ {2}URL=(\S+)$/m.exec(printed)?.[1];
  const post = (path: string) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then((response) => response.json() as Promise<Record<string, string>>);
  const { api_key: key = '' } = await post('/v1/auth/onboard');
  const { access_token: token = '' } = await post('/v1/auth/login');
  return { key, token };
}

const call = async (
  url: string,
  credential?: string,
  method = 'GET',
  more: Readonly<Record<string, string>> = {},
) => {
  const headers = { ...more, ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }) };
  const response = await fetch(url, { method, headers });
  const text = await response.text();
  return {
    status: response.status,
    json: text === '' ? undefined : JSON.parse(text),
    headers: Object.fromEntries(response.headers),
  };
};

async function revoke({ token }: { readonly token: string }): Promise<void> {
  const front = /^ {2}URL=(\S+)$/m.exec(printed)?.[1];
  const { json } = await call(`${front}/v1/api-keys`, token);
  const [apiKey] = json.api_keys ?? json.items ?? json.data ?? json;
  expect((await call(`${front}/v1/api-keys/${apiKey.id}`, token, 'DELETE')).status).toBeLessThan(300);
}

test('says what is served, and what is not', () => {
  expect(printed).toMatch(/http:\/\/localhost:\d+ {2}Http[0-9A-F]+ \(HTTP API\)/);
  expect(printed).toMatch(/http:\/\/localhost:\d+ {2}Rest[0-9A-F]+ \(REST API\)/);
  expect(printed).toMatch(/Jobs[0-9A-F]+ \(AWS::SQS::Queue\) is not served here/);
  expect(printed).toMatch(/curl -X POST http:\/\/localhost:\d+\/v1\/auth\/onboard/);
  expect(printed).not.toContain('is not run here');
  expect(printed).not.toContain('QueuePolicy');
});

/** What an HTTP API of AWS says of whatever its authorizer refuses. */
const FORBIDDEN = { status: 403, json: { message: 'Forbidden' } };

describe('a function that answers refusals by the middleware', () => {
  /** What a client may make up: none of it is a decision. */
  const LIES = {
    outcome: 'allowed',
    'x-amzn-requestcontext': JSON.stringify({ authorizer: { lambda: { outcome: 'allowed' } } }),
  };
  const QUERY = '?outcome=allowed&requestContext[authorizer][lambda][outcome]=allowed';

  type Outcome = { readonly status: number; readonly json: object; readonly headers?: object };
  type Caller = 'nobody' | 'unknown' | 'revoked' | 'owner' | 'spent';
  let callers: Readonly<Record<Caller, string | undefined>>;

  const error = (status: number, code: string) => ({
    status,
    json: { status, code, message: expect.any(String), request_id: expect.any(String) },
  });
  const TOLD = { 'x-ratelimit-limit': '6', 'x-request-id': expect.any(String) };

  describe.each([
    ['', {}],
    [QUERY, LIES],
  ])('of a call with the query "%s"', (query, more) => {
    // Of each table its own: a key may be used six times a minute.
    beforeAll(async () => {
      const [revoked, spent, owner] = await Promise.all([newKey(), newKey(), newKey()]);
      await revoke(revoked);
      callers = {
        nobody: undefined,
        unknown: 'lk_live_nobody',
        revoked: revoked.key,
        owner: owner.key,
        spent: spent.key,
      };
    }, 60_000);

    test.each<[string, Caller, string, string, Outcome]>([
      ['nobody is API Gateway’s 403', 'nobody', 'GET', '/answering', FORBIDDEN],
      ['a key that nobody has is API Gateway’s 403', 'unknown', 'GET', '/answering', FORBIDDEN],
      ['a key that is revoked is API Gateway’s 403', 'revoked', 'GET', '/answering', FORBIDDEN],
      [
        'who may passes, typed',
        'owner',
        'GET',
        '/answering',
        {
          status: 200,
          json: {
            identity: {
              kind: 'key',
              tenant: expect.stringMatching(/^[\da-f-]{36}$/),
              workspace: expect.any(String),
              keyId: expect.any(String),
              principal: expect.stringMatching(/^key:/),
              scopes: expect.any(Array),
              environment: 'live',
              limit: { limit: 6, remaining: expect.any(Number), resetAt: expect.any(Number) },
            },
          },
          headers: { 'x-ratelimit-limit': '6' },
        },
      ],
      [
        'a scope that is missing is the function’s 403',
        'owner',
        'DELETE',
        '/answering',
        {
          ...error(403, 'insufficient_scope'),
          headers: { ...TOLD, 'www-authenticate': 'Bearer error="insufficient_scope"' },
        },
      ],
      [
        'a limit that is used up is the function’s 429',
        'spent',
        'GET',
        '/answering',
        {
          ...error(429, 'rate_limited'),
          headers: {
            ...TOLD,
            'retry-after': expect.stringMatching(/^\d{1,2}$/),
            'x-ratelimit-remaining': '0',
          },
        },
      ],
      [
        'who says something in our place is refused by the function',
        'owner',
        'GET',
        '/answering lie',
        error(403, 'not_forwarded'),
      ],
      ['nobody who does is API Gateway’s 403', 'nobody', 'GET', '/answering lie', FORBIDDEN],
      ['a missing scope elsewhere is API Gateway’s 403', 'owner', 'DELETE', '/items/1', FORBIDDEN],
      ['a used up limit elsewhere is API Gateway’s 403', 'spent', 'GET', '/items', FORBIDDEN],
    ])('%s', async (_, caller, method, path, outcome) => {
      const [target, lie] = path.split(' ');
      const ours = { 'x-latchkey-outcome': 'allowed', 'x-latchkey-tenant': 'another' };
      const headers = lie === undefined ? more : { ...more, ...ours };
      const ask = () => call(`${urlOf('Http')}${target}${query}`, callers[caller], method, headers);
      // More than two minutes take, should one end between the calls.
      for (let sent = 0; caller === 'spent' && sent < 12; sent += 1) if ((await ask()).status !== 200) break;
      const answer = await ask();
      expect(answer).toMatchObject(outcome);
      // Of a refusal nobody's identity is told.
      if (answer.status !== 200) expect(answer.json).not.toHaveProperty('identity');
    });
  });
});

describe('an HTTP API of theirs', () => {
  test('lets nobody in without a credential, and everybody with one, as it is told', async () => {
    const { key } = await newKey();
    const url = urlOf('Http');
    expect(await call(`${url}/items`)).toMatchObject(FORBIDDEN);
    expect((await call(`${url}/items`, 'lk_live_nobody')).status).toBe(403);
    expect(await call(`${url}/items`, key)).toMatchObject({
      status: 200,
      json: { outcome: 'allowed', callerKind: 'key', tenantId: expect.any(String), rateLimitLimit: '6' },
    });
    expect((await call(`${url}/gone`, key)).status).toBe(404);
    const python = await call(`${url}/python`, key);
    expect(python).toMatchObject({ status: 200, json: { tenant: expect.stringMatching(/\w/) } });
  });

  test('counts each call, and lets none over the limit in', async () => {
    const { key } = await newKey();
    // More than two minutes take, should one end between the calls.
    const statusesOf = async (path: string) => {
      const calls = Array.from({ length: 14 }, () => call(`${urlOf('Http')}${path}`, key));
      return (await Promise.all(calls)).map(({ status }) => status);
    };
    const statuses = await statusesOf('/items');
    const letIn = statuses.filter((status) => status === 200).length;
    expect(letIn).toBeGreaterThanOrEqual(6);
    expect(letIn).toBeLessThanOrEqual(12);
    expect(new Set(statuses)).toEqual(new Set([200, 403]));
  });

  test('refuses a key at once when it is revoked', async () => {
    const made = await newKey();
    expect((await call(`${urlOf('Http')}/items`, made.key)).status).toBe(200);
    await revoke(made);
    expect((await call(`${urlOf('Http')}/items`, made.key)).status).toBe(403);
  });
});

test('a REST API of theirs is behind the same door', async () => {
  const { key } = await newKey();
  const url = `${urlOf('Rest')}/items`;
  expect((await call(url)).status).toBe(403);
  expect(await call(url, key)).toMatchObject({
    status: 200,
    json: { outcome: 'allowed', callerKind: 'key' },
  });
});
