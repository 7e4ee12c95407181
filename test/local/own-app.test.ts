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

const call = async (url: string, credential?: string, method = 'GET') => {
  const headers = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
  const response = await fetch(url, { method, headers });
  const text = await response.text();
  return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
};

test('says what is served, and what is not', () => {
  expect(printed).toMatch(/http:\/\/localhost:\d+ {2}Http[0-9A-F]+ \(HTTP API\)/);
  expect(printed).toMatch(/http:\/\/localhost:\d+ {2}Rest[0-9A-F]+ \(REST API\)/);
  expect(printed).toMatch(/Jobs[0-9A-F]+ \(AWS::SQS::Queue\) is not served here/);
  expect(printed).toMatch(/curl -X POST http:\/\/localhost:\d+\/v1\/auth\/onboard/);
  expect(printed).not.toContain('is not run here');
  expect(printed).not.toContain('QueuePolicy');
});

describe('an HTTP API of theirs', () => {
  test('lets nobody in without a credential, and everybody with one, as it is told', async () => {
    const { key } = await newKey();
    const url = urlOf('Http');
    expect(await call(`${url}/items`)).toEqual({ status: 403, json: { message: 'Forbidden' } });
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
    // A function that answers refusals says so.
    expect(await statusesOf('/answering')).toContain(429);
  });

  test('tells a function that answers refusals what to say, and nobody’s identity', async () => {
    const { key } = await newKey();
    const url = urlOf('Http');
    const forbidden = await call(`${url}/answering`, key, 'DELETE');
    expect(forbidden).toMatchObject({
      status: 403,
      json: { outcome: 'forbidden', reason: 'insufficient_scope' },
    });
    expect(forbidden.json).not.toHaveProperty('tenantId');
    // Another route says API Gateway's 403.
    expect(await call(`${url}/items/1`, key, 'DELETE')).toEqual({
      status: 403,
      json: { message: 'Forbidden' },
    });
    expect((await call(`${url}/answering`)).json).toEqual({ message: 'Forbidden' });
  });

  test('refuses a key at once when it is revoked', async () => {
    const { key, token } = await newKey();
    const front = /^ {2}URL=(\S+)$/m.exec(printed)?.[1];
    expect((await call(`${urlOf('Http')}/items`, key)).status).toBe(200);
    const { json } = await call(`${front}/v1/api-keys`, token);
    const [apiKey] = json.api_keys ?? json.items ?? json.data ?? json;
    expect((await call(`${front}/v1/api-keys/${apiKey.id}`, token, 'DELETE')).status).toBeLessThan(300);
    expect((await call(`${urlOf('Http')}/items`, key)).status).toBe(403);
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
