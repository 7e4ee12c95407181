import { afterEach, beforeEach, expect, test } from 'vitest';
import { browser, stack, startBeforeAll } from '../browser/branded-stack.ts';
import type { Page } from '../browser/chromium.ts';
import { connectApp } from '../support/connected-app.ts';
import { type Account, bearer } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures, refusal } from './console.ts';

startBeforeAll();
let ada: Account;
let token: string;
let appId: string;
let opened: OpenConsole;
let page: Page;
beforeEach(async () => {
  ada = await stack.onboard();
  token = await stack.logIn(ada);
  appId = await connectApp(stack, ada, { host: 'notes.example', scopes: ['read', 'write'] });
  opened = await openConsole(browser, stack, ada);
  ({ page } = opened);
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.waitForSelector('main li');
});
afterEach(() => opened.close());

const connected = async () =>
  (await stack.send('GET /v1/auth/apps', { headers: bearer(token) })).json.data.length;

test('apps are listed with what they may do and when they were last used', async () => {
  const text = (await page.textContent('main li')) ?? '';
  for (const part of ['notes.example', 'read', 'write', 'Connected', 'not signed in now', 'Default'])
    expect(text).toContain(part);
  await page.route('**/v1/auth/sessions', async (route) => {
    const response = await route.fetch();
    const { data, ...rest } = await response.json();
    const { data: apps } = (await stack.send('GET /v1/auth/apps', { headers: bearer(token) })).json;
    const used = (last_used_at: string) => ({ ...data[0], client_id: apps[0].client_id, last_used_at });
    const json = {
      ...rest,
      data: [...data, used('2020-01-01T00:00:00Z'), used(new Date(Date.now() - 7_200_000).toISOString())],
    };
    await route.fulfill({ response, json });
  });
  await page.reload();
  await page.waitForSelector('main li >> text=last used 2 hours ago');
  await pictures(page, 'apps');
  expect(opened.complaints).toEqual([]);
});

test('with the keyboard alone an app is disconnected, after a question that a link leads to', async () => {
  await page.locator('main li button').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog >> text=There is no way back');
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ do: 'disconnect', id: appId });
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  expect(await connected()).toBe(1);
  await page.goto(`${stack.url}/console/apps?do=disconnect&id=${appId}`);
  await page.waitForSelector('dialog');
  await pictures(page, 'apps-disconnect');
  await page.locator('dialog button[type=submit]').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=No app acts for you');
  await pictures(page, 'apps-none');
  expect(await connected()).toBe(0);
  expect(opened.complaints).toEqual([]);
});

test('an app that is disconnected elsewhere meanwhile is no longer listed', async () => {
  await page.click('main li button');
  await page.waitForSelector('dialog');
  await stack.send(`DELETE /v1/auth/apps/${appId}`, { headers: bearer(token) });
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('text=No app acts for you');
});

test('what goes wrong is said in the dialog: a conflict, and too many requests', async () => {
  let answer = refusal(409, 'conflicting_state', 'It is being changed.');
  await page.route('**/v1/auth/apps/*', (route) => route.fulfill(answer));
  await page.click('main li button');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('dialog [role=alert] >> text=It is being changed.');
  answer = refusal(429, 'conflicting_state', 'It is being changed.', { 'Retry-After': '42' });
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('dialog [role=alert] >> text=Try again in 42 seconds.');
});

test('a list that loads, fails, or is forbidden is said to', async () => {
  let status = 0;
  await page.route('**/v1/auth/apps', async (route) => {
    if (status === 0) return;
    await route.fulfill(refusal(status, 'x', 'Told by the API.'));
  });
  await page.reload();
  await page.waitForSelector('main section span[aria-hidden].block');
  status = 500;
  await page.reload();
  await page.waitForSelector('text=This could not be loaded', { timeout: 20_000 });
  status = 403;
  await page.click('text=Try again');
  await page.waitForSelector('text=Not for your role');
});
