import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KeysClient } from '../../../console/embed/client.ts';
import { textsFor } from '../../../console/embed/texts.ts';

/** The calls of `<latchkey-keys>`, without a browser. */

const URL_OF_KEYS = 'https://api.example.com/live/v1/api-keys';
const KEY = { id: 'key_1' };

const tokenFor = (seconds: number, scope = 'read write') =>
  `x.${Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + seconds, scope })).toString('base64url')}.x`;
const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
const PAGE = { data: [], next_cursor: null };

let sent: ReturnType<typeof vi.fn<typeof fetch>>;
beforeEach(() => {
  sent = vi.fn<typeof fetch>(async () => json(200, PAGE));
  vi.stubGlobal('fetch', sent);
});
afterEach(() => vi.unstubAllGlobals());

const clientOf = (getToken: () => string | Promise<string>, signal = new AbortController().signal) =>
  new KeysClient(URL_OF_KEYS, getToken, signal);

test('a token is asked for when it is needed, kept while it lasts, and stands in one header alone', async () => {
  const token = tokenFor(600);
  const getToken = vi.fn(async () => token);
  const client = clientOf(getToken);
  expect(getToken).not.toHaveBeenCalled();
  await client.list(null);
  await client.list('a b&c');
  await client.rotate(KEY, 60);
  expect(getToken).toHaveBeenCalledTimes(1);
  expect(await client.scopes()).toEqual(['read', 'write']);
  const urls = sent.mock.calls.map(([url]) => url);
  expect(urls).toEqual([
    `${URL_OF_KEYS}?limit=100`,
    `${URL_OF_KEYS}?limit=100&cursor=a%20b%26c`,
    `${URL_OF_KEYS}/key_1/rotate`,
  ]);
  for (const [url, request] of sent.mock.calls) {
    expect(`${url}${request?.body}`).not.toContain(token);
    expect(request).toMatchObject({
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/vnd.latchkey+json' },
    });
  }
});

test('a token is replaced half a minute before its end', async () => {
  const getToken = vi.fn().mockReturnValueOnce(tokenFor(29)).mockReturnValue(tokenFor(600));
  const client = clientOf(getToken);
  await client.list(null);
  await client.list(null);
  await client.list(null);
  expect(getToken).toHaveBeenCalledTimes(2);
});

test('a token that is over before its time is replaced once, and the call repeated', async () => {
  const getToken = vi.fn(() => tokenFor(600));
  const client = clientOf(getToken);
  await client.list(null);
  sent.mockImplementationOnce(async () => json(401, { code: 'ended_session' }));
  expect(await client.list(null)).toEqual(PAGE);
  expect(getToken).toHaveBeenCalledTimes(2);
  sent.mockImplementation(async () => json(401, { code: 'revoked_credential', detail: 'Gone.' }));
  await expect(client.list(null)).rejects.toMatchObject({ code: 'revoked_credential', status: 401 });
  expect(getToken).toHaveBeenCalledTimes(3);
  // A first one that is refused is not asked for again: the page would turn in circles.
  await expect(clientOf(getToken).list(null)).rejects.toMatchObject({ status: 401 });
  expect(getToken).toHaveBeenCalledTimes(4);
});

test.each([
  ['throws', () => Promise.reject(new Error('signed out'))],
  [
    'throws at once',
    () => {
      throw new Error('signed out');
    },
  ],
  ['gives nothing', () => ''],
  ['gives a page', () => '<!doctype html>'],
  ['gives one that is no token', () => 'a.b.c'],
])('where the page’s function %s nothing is sent', async (_how, getToken) => {
  await expect(clientOf(getToken).list(null)).rejects.toMatchObject({ code: 'no_token', status: 0 });
  expect(sent).not.toHaveBeenCalled();
});

test('a refusal has its code, status, text and fields; an answer that is none has its status', async () => {
  const errors = [{ field: 'name', message: 'must not be blank' }];
  sent.mockImplementationOnce(async () => json(400, { code: 'invalid_field', detail: 'name: …', errors }));
  const refused = clientOf(() => tokenFor(600)).create({ name: ' ', scopes: ['read'] });
  await expect(refused).rejects.toMatchObject({
    code: 'invalid_field',
    status: 400,
    message: 'name: …',
    fields: new Map([['name', 'must not be blank']]),
  });
  sent.mockImplementationOnce(async () => new Response('<html>', { status: 502 }));
  await expect(clientOf(() => tokenFor(600)).list(null)).rejects.toMatchObject({
    code: 'unknown',
    status: 502,
  });
});

test('where nothing answers that is said, and who has gone is told nothing', async () => {
  sent.mockImplementation(() => Promise.reject(new TypeError('Failed to fetch')));
  await expect(clientOf(() => tokenFor(600)).list(null)).rejects.toMatchObject({
    code: 'offline',
    status: 0,
  });
  const gone = AbortSignal.abort();
  await expect(clientOf(() => tokenFor(600), gone).list(null)).rejects.toBeInstanceOf(TypeError);
});

test('both languages have every word, and any other language is English', () => {
  const [english, german] = [textsFor('fr'), textsFor('de-AT')];
  expect(textsFor('')).toBe(english);
  expect(Object.keys(german)).toEqual(Object.keys(english));
  for (const name of Object.keys(english) as (keyof typeof english)[])
    if (!['test', 'name'].includes(name)) expect(`${german[name]}`, name).not.toBe(`${english[name]}`);
});
