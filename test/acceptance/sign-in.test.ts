/** Signing in and out with a browser, as a client of HTTP sees it; test/browser has the same in Chromium. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loginSubjects } from '../../lambdas/attempts/backoff.ts';
import { type HttpRequest, type HttpResponse, httpClient } from '../support/http.ts';
import {
  type Account,
  bearer,
  contents,
  PASSWORD,
  prolongPause,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

let stack: TestStack;
let ada: Account;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { branding: { name: 'Acme <Memory>' } } });
  ada = await stack.onboard();
});
afterAll(() => stack?.stop());

const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** A browser's way with cookies, as far as it matters here. */
class Browser {
  cookie: string | undefined;

  async send(target: string, { headers = {}, ...request }: HttpRequest = {}): Promise<HttpResponse> {
    const sent = this.cookie === undefined ? headers : { cookie: this.cookie, ...headers };
    const response = await stack.send(target, { headers: sent, ...request });
    for (const set of response.values['set-cookie'] ?? []) {
      const [pair = '', ...attributes] = set.split('; ');
      this.cookie = attributes.includes('Max-Age=0') ? undefined : pair;
    }
    return response;
  }

  post(path: string, fields: Readonly<Record<string, string>>): Promise<HttpResponse> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.send(`POST ${path}`, { headers, body: `${new URLSearchParams(fields)}` });
  }

  /** Opens the page and sends its form, with other fields where a test says so. */
  async signIn(fields: Readonly<Record<string, string>> = {}, path = '/sign-in'): Promise<HttpResponse> {
    const { text } = await this.send(`GET ${path}`);
    const given = { ...hiddenFields(text), email: ada.email, password: PASSWORD, ...fields };
    return this.post('/sign-in', given);
  }

  /** Whether somebody is signed in. */
  async who(): Promise<string | undefined> {
    const { text } = await this.send('GET /sign-in');
    return /You are signed in<[\s\S]*?as (\S+?)</.exec(text)?.[1];
  }
}

function hiddenFields(html: string): Record<string, string> {
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  return Object.fromEntries(
    fields.map(([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')]),
  );
}

describe('a page', () => {
  test.each(['GET /sign-in', 'GET /sign-out', 'HEAD /sign-in'])(
    '%s is framed by nobody, runs nothing and is kept by no cache',
    async (target) => {
      const { status, headers } = await stack.send(target);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': POLICY,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      // No script of another site reads it.
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    },
  );

  test('has the name of the configuration, and loads a stylesheet that caches may keep for a while', async () => {
    const { text } = await stack.send('GET /sign-in');
    expect(text).toContain('to continue to Acme &lt;Memory&gt;');
    const [, path = ''] = /<link rel="stylesheet" href="([^"]+)">/.exec(text) ?? [];
    const { headers, status } = await stack.send(`GET ${path}`);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/css; charset=utf-8',
      'public, max-age=600',
    ]);
    const logo = await stack.send('GET /logo.svg');
    expect([logo.headers['content-type'], logo.headers['content-security-policy']]).toEqual([
      'image/svg+xml',
      "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    ]);
  });

  test('is in the language that is asked for', async () => {
    const titleOf = async (path: string, language = '') => {
      const { text } = await stack.send(`GET ${path}`, { headers: { 'accept-language': language } });
      return /<html lang="(\w+)">/.exec(text)?.[1];
    };
    expect(await titleOf('/sign-in', 'de-AT, en;q=0.5')).toBe('de');
    expect(await titleOf('/sign-in?ui_locales=de', 'en')).toBe('de');
    const inside = encodeURIComponent('/authorize?ui_locales=de');
    expect(await titleOf(`/sign-in?continue=${inside}`, 'en')).toBe('de');
    expect(await titleOf('/sign-in?continue=x', 'de')).toBe('de');
  });

  test('asked for at 127.0.0.1 leads to localhost, with its query; a program’s call is answered there', async () => {
    const { port } = new URL(stack.url);
    const byAddress = httpClient(`http://127.0.0.1:${port}`);
    const page = await byAddress.send('GET /sign-in?continue=%2Fdevice%3Fuser_code%3DA%26b');
    expect([page.status, page.headers.location]).toEqual([
      302,
      `${stack.url}/sign-in?continue=%2Fdevice%3Fuser_code%3DA%26b`,
    ]);
    expect((await byAddress.send('GET /health')).status).toBe(200);
    byAddress.close();
  });

  test('tells an error as a page, with what its developers need', async () => {
    const { status, text, headers } = await stack.send('GET /sign-in?continue=https://evil.example');
    expect([status, headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    expect(text).toContain('continue: must be the path of one of our pages that asks for a sign-in');
    expect(text).toContain(headers['x-request-id'] ?? 'no id');
    expect(headers['content-security-policy']).toBe(POLICY);
  });
});

describe('signing in', () => {
  test('goes on by a page of its own, never by a redirect, and sets a cookie that no script and no other host sees', async () => {
    const browser = new Browser();
    const path = `/sign-in?${new URLSearchParams({ continue: '/authorize?client_id=a&state=b' })}`;
    const { status, text, headers } = await browser.signIn({}, path);
    expect([status, headers.location]).toEqual([200, undefined]);
    expect(text).toContain('content="0;url=/authorize?client_id=a&amp;state=b"');
    const { port } = new URL(stack.url);
    expect(headers['set-cookie']).toMatch(
      new RegExp(
        `^__Host-latchkey-sign-in-${port}=[\\w-]{43}; Max-Age=43200; Path=/; Secure; HttpOnly; SameSite=Lax$`,
      ),
    );
    expect(await browser.who()).toBe(ada.email);
  });

  test('with a wrong password or an unknown address says the same, keeps the address and signs nobody in', async () => {
    const browser = new Browser();
    const wrong = await browser.signIn({ password: 'wrong' });
    const unknown = await browser.signIn({ email: 'nobody@example.com' });
    const malformed = await browser.signIn({ email: 'nobody' });
    const neutral = ({ text }: HttpResponse, email: string) => text.replaceAll(email, '');
    expect([wrong.status, unknown.status, malformed.status]).toEqual([401, 401, 401]);
    expect(neutral(wrong, ada.email)).toContain('The e-mail address or the password is wrong.');
    expect(neutral(unknown, 'nobody@example.com')).toBe(neutral(wrong, ada.email));
    expect(wrong.text).toContain(`value="${ada.email}"`);
    expect(wrong.text).not.toContain('wrong"');
    expect(await browser.who()).toBeUndefined();
  });

  test('has the rules of a login: after ten wrong passwords the next waits, by either way in, and is told so', async () => {
    const { email } = await stack.onboard();
    const browser = new Browser();
    let since = 0;
    for (let attempt = 0; attempt < 10; attempt += 1) {
      since = Math.floor(Date.now() / 1000);
      expect((await browser.signIn({ email, password: 'wrong' })).status).toBe(401);
    }
    for (const subject of loginSubjects(email, '127.0.0.1', true)) await prolongPause(stack, subject, since);
    const right = await browser.signIn({ email });
    expect([right.status, right.headers['retry-after']]).toEqual([429, expect.stringMatching(/^[1-9]\d*$/)]);
    expect(right.text).toContain('Too many attempts');
    const login = await stack.send('POST /v1/auth/login', { json: { email, password: PASSWORD } });
    expect(login.status).toBe(429);
  });

  test('gives another secret: a cookie that somebody planted opens nothing', async () => {
    const planted = new Browser();
    await planted.send('GET /sign-in');
    const victim = new Browser();
    victim.cookie = planted.cookie;
    expect((await victim.signIn()).status).toBe(200);
    expect([await victim.who(), await planted.who()]).toEqual([ada.email, undefined]);
  });

  test.each([
    'https://evil.example/',
    '//evil.example/authorize',
    '/\\evil.example',
    '/authorize/../sign-out',
    'javascript:alert(1)',
  ])('cannot lead to %s', async (target) => {
    const { status, text } = await new Browser().signIn({ continue: target });
    expect(status).toBe(400);
    expect(text).not.toMatch(/http-equiv="refresh"|href="(?!\/pages\.css|\/logo\.svg)/);
  });
});

describe('a form of another site', () => {
  const otherSite = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  const form = { 'content-type': 'application/x-www-form-urlencoded', ...otherSite };
  const body = (fields: Readonly<Record<string, string>>) => `${new URLSearchParams(fields)}`;

  test('signs nobody in as whom it says: it has not the token of the browser', async () => {
    const mallory = new Browser();
    const { text } = await mallory.send('GET /sign-in');
    const stolen = { ...hiddenFields(text), email: ada.email, password: PASSWORD };
    const victim = new Browser();
    await victim.send('GET /sign-in');
    const before = victim.cookie;
    for (const fields of [stolen, { ...stolen, csrf: '' }, { email: ada.email, password: PASSWORD }]) {
      const answer = await victim.send('POST /sign-in', { headers: form, body: body(fields) });
      expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined]);
    }
    expect([victim.cookie, await victim.who()]).toEqual([before, undefined]);
  });

  test('signs nobody out, and the answer to one without a cookie sets none: there is one that it did not send', async () => {
    const victim = new Browser();
    await victim.signIn();
    const withCookie = await victim.send('POST /sign-out', { headers: form, body: body({ csrf: 'guess' }) });
    expect([withCookie.status, withCookie.headers['set-cookie']]).toEqual([403, undefined]);
    // What a browser does with SameSite=Lax: another site's post comes without it.
    for (const target of ['POST /sign-out', 'POST /sign-in']) {
      const without = await stack.send(target, {
        headers: form,
        body: body({ email: 'a@b.example', password: 'x' }),
      });
      expect([target, without.status, without.headers['set-cookie']]).toEqual([target, 403, undefined]);
    }
    expect(await victim.who()).toBe(ada.email);
  });
});

describe('a sign-in', () => {
  test('ends by signing out, and the cookie opens nothing any more', async () => {
    const browser = new Browser();
    await browser.signIn();
    const { cookie } = browser;
    const { text } = await browser.send('GET /sign-out');
    const out = await browser.post('/sign-out', hiddenFields(text));
    expect(out.status).toBe(200);
    expect(out.headers['set-cookie']).toMatch(/^__Host-latchkey-sign-in-\d+=; Max-Age=0; /);
    const thief = new Browser();
    thief.cookie = cookie;
    expect(await thief.who()).toBeUndefined();
  });

  test('ends when the password is changed, and when the person is removed', async () => {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const headers = bearer(token);
    const browser = new Browser();
    await browser.signIn({ email: account.email });
    expect(await browser.who()).toBe(account.email);
    await stack.send('POST /v1/auth/password', {
      headers,
      json: { current_password: PASSWORD, new_password: `${PASSWORD}2` },
    });
    expect(await browser.who()).toBeUndefined();

    const ben = { email: 'ben-signs-in@example.com', password: PASSWORD };
    const made = await stack.send('POST /v1/users', { headers, json: ben });
    const his = new Browser();
    await his.signIn(ben);
    expect(await his.who()).toBe(ben.email);
    await stack.send(`DELETE /v1/users/${contents(made).id}`, { headers });
    expect(await his.who()).toBeUndefined();
  });

  test('is told in the audit trail, with who and from where, and the secret in no line', async () => {
    const account = await stack.onboard();
    const browser = new Browser();
    await browser.signIn({ email: account.email });
    const secret = browser.cookie?.split('=')[1] ?? 'none';
    const { text } = await browser.send('GET /sign-out');
    await browser.post('/sign-out', hiddenFields(text));
    const trail = await stack.send('GET /v1/audit?action=signin', {
      headers: bearer(await stack.logIn(account)),
    });
    expect(
      contents(trail).data.map((row: { action: string; actor: string; ip: string }) => [
        row.action,
        row.actor,
        row.ip,
      ]),
    ).toEqual([
      ['signin.create', `user:${account.userId}`, '127.0.0.1'],
      ['signin.end', `user:${account.userId}`, '127.0.0.1'],
    ]);
    expect(stack.lines.join('\n')).not.toContain(secret);
    expect(stack.lines.join('\n')).not.toContain(PASSWORD);
  });

  test('opens no route of the API', async () => {
    const browser = new Browser();
    await browser.signIn();
    expect((await browser.send('GET /v1/auth/me')).status).toBe(401);
  });
});
