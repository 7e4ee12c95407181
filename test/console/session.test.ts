import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { browser, stack, startBeforeAll, submitSignIn } from '../browser/branded-stack.ts';
import type { Page } from '../browser/chromium.ts';
import { type Account, bearer } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures } from './console.ts';

startBeforeAll();
let ada: Account;
beforeAll(async () => {
  ada = await stack.onboard();
});

let opened: OpenConsole;
let page: Page;
beforeEach(async () => {
  opened = await openConsole(browser, stack, ada, { path: '/keys?sort=name' });
  ({ page } = opened);
  await page.waitForSelector('text=First key');
});
afterEach(() => opened.close());

/** Another tab of the same browser. */
const newTab = async (path = '/keys') => {
  const tab = await page.context().newPage();
  await tab.goto(`${stack.url}/console${path}`);
  return tab;
};
const endSessions = async () => {
  const headers = bearer(await stack.logIn(ada));
  const { json } = await stack.send('GET /v1/auth/sessions', { headers });
  for (const { id, is_current } of json.data)
    if (!is_current) await stack.send(`DELETE /v1/auth/sessions/${id}`, { headers });
};

test('after the sign-in the reader is where they wanted to be, and no token is in the URL or in any storage', async () => {
  expect(page.url()).toBe(`${stack.url}/console/keys?sort=name`);
  const kept = await page.evaluate(
    'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, history.state])',
  );
  expect(kept).not.toMatch(/eyJ|lkrefresh_|code=/);
  const cookies = await page.context().cookies();
  const own = cookies.filter(({ name }) => name.startsWith('__Host-latchkey-console'));
  expect(own).toHaveLength(1);
  expect(own[0]).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' });
  // The stage's port is in the name: other stages of this host have cookies of their own.
  expect(own[0]?.name).toBe(`__Host-latchkey-console-${new URL(stack.url).port}`);
  expect(opened.complaints).toEqual([]);
});

test('the page is told by its headers to run nothing else, and is never cached; its files are for a year', async () => {
  const response = await page.goto(`${stack.url}/console/keys`);
  const headers = response?.headers() ?? {};
  expect(headers['cache-control']).toBe('no-store');
  const policy = headers['content-security-policy'] ?? '';
  for (const part of [
    "default-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "script-src 'self';",
  ])
    expect(policy).toContain(part);
  expect(policy).not.toContain('unsafe');
  const script = await page.getAttribute('script[type=module]', 'src');
  const file = await page.request.get(new URL(script ?? '', stack.url).href);
  expect(file.headers()).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'br',
    vary: 'Accept-Encoding',
  });
  const plain = await stack.raw(`GET ${new URL(script ?? '', stack.url).pathname}`, {});
  expect([plain.status, plain.text === (await file.text())]).toEqual([200, true]);
  expect((await stack.raw('GET /console/assets/nothing.js', {})).status).toBe(404);
});

test('what the policy forbids fails the test in which it happens', async () => {
  const { page: other, complaints, close } = await openConsole(browser, stack, ada);
  await other.evaluate(
    'document.body.append(Object.assign(document.createElement("img"), { src: "https://example.com/x" }))',
  );
  await expect.poll(() => complaints.join()).toContain('Content Security Policy');
  await expect(close()).rejects.toThrow();
});

test('browsers that ask for the root are led to the console, and programs are told that nothing is there', async () => {
  await page.goto(stack.url);
  await page.waitForSelector('h1:has-text("Overview")');
  const accept = (value: string) => stack.raw('GET /', { headers: { accept: value } });
  expect((await accept('text/html,application/xhtml+xml')).headers.location).toBe('/console');
  for (const value of ['*/*', 'application/json']) expect((await accept(value)).status).toBe(404);
});

test('tabs share the session: one renews for all, and each stays signed in', async () => {
  const tabs = await Promise.all([newTab(), newTab(), newTab('/audit')]);
  for (const tab of tabs) await tab.waitForSelector('main h1');
  const renewals = tabs.map(
    (tab) =>
      new Promise<number>((resolve) => {
        let count = 0;
        tab.on('request', (request) => {
          if (request.method() === 'PUT' && request.url().endsWith('/console/session')) count += 1;
        });
        setTimeout(() => resolve(count), 2500);
      }),
  );
  // An access token that the API refuses: each tab asks for another, and all but one find it there.
  let refused = 0;
  for (const tab of tabs)
    await tab.route('**/v1/api-keys?*', (route) => {
      refused += 1;
      return refused <= 1 ? route.fulfill({ status: 401, body: '{}' }) : route.continue();
    });
  for (const tab of tabs.slice(0, 2)) await tab.click('nav >> text=Audit');
  for (const tab of tabs) await tab.click('nav >> text=API keys');
  for (const tab of tabs) await tab.waitForSelector('text=First key');
  expect((await Promise.all(renewals)).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1);
});

test('signing out ends the session in every tab, and nobody comes in again by a click', async () => {
  const other = await newTab();
  await other.waitForSelector('text=First key');
  await page.click('nav [aria-haspopup=menu]');
  await pictures(page, 'account-menu');
  await page.click('[role=menuitem] >> text=Sign out');
  for (const tab of [page, other]) await tab.waitForSelector('text=You are signed out');
  await pictures(page, 'signed-out');
  expect((await page.context().cookies()).filter(({ name }) => name.includes('latchkey'))).toEqual([]);
  await page.click('text=Sign in');
  await page.waitForSelector('#password');
  await page.fill('#email', ada.email);
  await submitSignIn(page, ada.email);
  await page.waitForSelector('main h1');
});

test('a session that has ended leads to the sign-in, and back to the same place', async () => {
  await endSessions();
  await page.context().clearCookies();
  await page.click('nav >> text=Audit');
  await page.waitForSelector('#password');
  await submitSignIn(page, ada.email);
  await page.waitForSelector('h1:has-text("Audit")');
});

test('an offline moment is said, what was loaded stays, and it goes on by itself', async () => {
  await page.context().setOffline(true);
  await page.waitForSelector('text=You are offline');
  await pictures(page, 'offline');
  expect(await page.isVisible('text=First key')).toBe(true);
  await page.click('button[aria-label="Actions for First key"]').catch(() => undefined);
  await page.context().setOffline(false);
  await page.waitForSelector('text=You are offline', { state: 'detached' });
  await page.reload();
  await page.waitForSelector('text=First key');
});

test('too many requests (429) are waited for where that is short, and else said', async () => {
  let refusals = 1;
  let seconds = '1';
  await page.route('**/v1/audit?*', (route) =>
    (refusals -= 1) >= 0
      ? route.fulfill({
          status: 429,
          headers: { 'Retry-After': seconds },
          body: '{"message":"Try again later."}',
        })
      : route.continue(),
  );
  await page.click('nav >> text=Audit');
  await page.waitForSelector('main li');
  [refusals, seconds] = [99, '42'];
  await page.fill('input[aria-label^="Action"]', 'key');
  await page.waitForSelector('text=This goes on in 42 seconds.');
  await pictures(page, 'too-many');
  refusals = 0;
  await page.click('text=Try again');
  await page.waitForSelector('main li');
});

test('what is sent when the token has just ended is sent again with the next, its body too', async () => {
  let refusals = 1;
  await page.route('**/v1/api-keys', (route) =>
    route.request().method() === 'POST' && (refusals -= 1) >= 0
      ? route.fulfill({ status: 401, body: '{}' })
      : route.continue(),
  );
  await page.keyboard.press('c');
  await page.fill('input[name=name]', 'Sent twice');
  await page.click('button[type=submit]');
  await page.waitForSelector('output');
  expect(refusals).toBe(-1);
});

test('who may not manage keys is told so, and is not shown the way', async () => {
  const email = 'viewer@example.com';
  const headers = bearer(await stack.logIn(ada));
  await stack.send('POST /v1/users', {
    headers,
    json: { email, password: 'YourSecurePassword123!', role: 'viewer' },
  });
  const viewer = await openConsole(browser, stack, { email });
  expect(await viewer.page.locator('nav >> text=API keys').count()).toBe(0);
  await viewer.page.goto(`${stack.url}/console/keys`);
  await viewer.page.waitForSelector('text=Not for your role');
  await pictures(viewer.page, 'forbidden');
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});

test('a script of another site gets nothing from the backend of the session', async () => {
  // A tab whose complaints nobody counts: the policy forbids the call.
  const tab = await newTab();
  await tab.waitForSelector('main h1');
  const status = await tab.evaluate(
    `fetch('${stack.url.replace('localhost', '127.0.0.1')}/console/session', { method: 'PUT', credentials: 'include', headers: { 'X-Latchkey-Console': '1' } }).then((response) => response.status, () => 'refused')`,
  );
  expect(status).toBe('refused');
});
