/** The console's page and session, as a client of HTTP sees them; test/console has the same in Chromium. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HttpRequest, HttpResponse } from '../support/http.ts';
import { type Account, bearer, PASSWORD, startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let ada: Account;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default' });
  ada = await stack.onboard();
});
afterAll(() => stack?.stop());

/** A browser's way with cookies, and with the headers that its scripts cannot change. */
function browser() {
  const cookies = new Map<string, string>();
  const send = async (target: string, request: HttpRequest = {}): Promise<HttpResponse> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie && { cookie }), ...request.headers };
    const response = await stack.send(target, { ...request, headers });
    for (const set of response.values['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (set.includes('Max-Age=0')) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  const ours = {
    'sec-fetch-site': 'same-origin',
    origin: new URL(stack.url).origin,
    'x-latchkey-console': '1',
  };
  return {
    cookies,
    send,
    /** As a script of the console's page. */
    script: (target: string, json?: object) => send(target, { headers: ours, ...(json && { json }) }),
  };
}

/** A path of ours, of a URL or a path. */
const pathOf = (location = '') => location.slice(location.startsWith('/') ? 0 : stack.url.length);

test('somebody signs in to the console, calls the API, renews, and signs out of all of it', async () => {
  const { send, script, cookies } = browser();
  const { json: begun } = await script('POST /console/sign-in', {});
  const asked = await send(`GET ${pathOf(begun.location)}`);
  const { text } = await send(`GET ${pathOf(asked.headers.location)}`);
  const hidden = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
    ([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')],
  );
  const form = { ...Object.fromEntries(hidden), email: ada.email, password: PASSWORD };
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  await send('POST /sign-in', { headers, body: `${new URLSearchParams(form)}` });
  // Signed in, and the question of consent is not asked.
  const answered = await send(`GET ${pathOf(begun.location)}`);
  const { searchParams, pathname } = new URL(answered.headers.location ?? '');
  expect(pathname).toBe('/console/callback');
  const json = { code: searchParams.get('code') ?? '', state: searchParams.get('state') ?? '' };
  const { json: opened } = await script('POST /console/session', json);
  const me = await send(`GET /v1/auth/me`, { headers: bearer(opened.access_token) });
  expect(me.json).toMatchObject({ email: ada.email, role: 'admin' });

  // As its list of keys asks: for many at once, and of another tenant's nothing.
  const bob = await stack.onboard();
  const used = await send(`GET /v1/usage/keys?days=2&key_ids=${ada.keyId},${bob.keyId}`, {
    headers: bearer(opened.access_token),
  });
  expect(
    used.json.data.map((each: { key_id: string; days: unknown[] }) => [each.key_id, each.days.length]),
  ).toEqual([
    [ada.keyId, 2],
    [bob.keyId, 2],
  ]);
  const wrong = await send('GET /v1/usage/keys?key_ids=,', { headers: bearer(opened.access_token) });
  expect([wrong.status, wrong.json.detail]).toEqual([400, 'key_ids: must be 1 to 100 ids with commas']);
  const { json: renewed } = await script('PUT /console/session');
  expect(renewed.session.access_token).not.toBe(opened.access_token);
  // Of a session that it lists as the person's own login: no client acts for them.
  const sessions = await send('GET /v1/auth/sessions', { headers: bearer(renewed.session.access_token) });
  expect(sessions.json.data.find((each: { is_current: boolean }) => each.is_current)).toMatchObject({
    client_id: null,
  });
  const apps = await send('GET /v1/auth/apps', { headers: bearer(renewed.session.access_token) });
  expect(apps.json.data).toEqual([]);

  expect((await script('DELETE /console/session')).status).toBe(204);
  expect([...cookies.keys()]).toEqual([]);
  const after = await send('GET /v1/auth/me', { headers: bearer(renewed.session.access_token) });
  expect(after.status).toBe(401);
});

test('the token endpoint knows no client “console”, whatever it presents', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const grant of ['authorization_code', 'refresh_token', 'client_credentials']) {
    const form = { grant_type: grant, client_id: 'console', code: 'x', refresh_token: 'x' };
    const { status, json } = await stack.send('POST /token', {
      headers,
      body: `${new URLSearchParams(form)}`,
    });
    expect([status, json.error]).toEqual([401, 'invalid_client']);
  }
});

test('browsers that ask for the root are led to the console, and programs are told that nothing is there', async () => {
  const ask = (accept: string) => stack.raw('GET /', { headers: { accept } });
  const { status, headers } = await ask('text/html,application/xhtml+xml,*/*;q=0.8');
  expect([status, headers.location, headers.vary]).toEqual([303, '/console', 'Accept']);
  for (const accept of ['*/*', 'application/json']) expect((await ask(accept)).status).toBe(404);
});

test('the page names files that are there, compressed, and each of another name is a 404', async () => {
  const { text } = await stack.send('GET /console/keys');
  const files = [...text.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)].map(([, path]) => path);
  expect(files.length).toBeGreaterThan(1);
  for (const path of files) {
    const { status, headers } = await stack.raw(`GET ${path}`, { headers: { 'accept-encoding': 'br' } });
    expect([status, headers['content-encoding']]).toEqual([200, 'br']);
  }
  expect((await stack.raw('GET /console/assets/nothing.js', {})).status).toBe(404);
});

test('a deployment that has switched the console off has no path of it, and leads nobody there', async () => {
  const off = await startTestStack({ profile: 'default', config: { console: false } });
  try {
    for (const target of ['GET /console', 'GET /console/keys', 'PUT /console/session'])
      expect([target, (await off.raw(target, {})).status]).toEqual([target, 404]);
    expect((await off.raw('GET /', { headers: { accept: 'text/html' } })).status).toBe(404);
    const query = new URLSearchParams({ client_id: 'console', redirect_uri: `${off.url}/console/callback` });
    expect((await off.raw(`GET /authorize?${query}`, {})).status).toBe(401);
  } finally {
    await off.stop();
  }
});
