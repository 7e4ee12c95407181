import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { browser, stack, startBeforeAll } from '../browser/branded-stack.ts';
import type { Page } from '../browser/chromium.ts';
import { type Account, bearer } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures } from './console.ts';

startBeforeAll();
let ada: Account;
let token: string;
let key: { readonly id: string; readonly key: string };
let opened: OpenConsole;
let page: Page;
beforeAll(async () => {
  ada = await stack.onboard();
  token = await stack.logIn(ada);
});
beforeEach(async () => {
  key = await stack.createKey(token, { name: 'Worker', scopes: ['read'] });
  for (let call = 0; call < 3; call += 1) await callWith(key.key);
  opened = await openConsole(browser, stack, ada, { path: `/keys/${key.id}` });
  ({ page } = opened);
  await page.waitForSelector('text=About this key');
});
afterEach(() => opened.close());

const callWith = (apiKey: string) => stack.raw('GET /v1/stats', { headers: bearer(apiKey) });
const stored = async () => (await stack.send(`GET /v1/api-keys/${key.id}`, { headers: bearer(token) })).json;

test('one key shows what it is, what has happened to it, and its use by day', async () => {
  await page.waitForSelector('text=key.create');
  await expect
    .poll(async () => (await page.textContent('figure table')) ?? '', { timeout: 90_000, interval: 2000 })
    .toMatch(/3/);
  await pictures(page, 'key');
  expect(await page.textContent('main')).toContain('127.0.0.1');
  expect(await page.content()).not.toContain(key.key);
  await page.click('main li button');
  await page.waitForSelector('dialog >> text=After');
  await pictures(page, 'audit-entry');
  expect(opened.complaints).toEqual([]);
});

test('refused requests are told by the reason, with what to do about them', async () => {
  await stack.raw('POST /v1/stats', { headers: bearer(key.key) });
  const change = (enabled: boolean) =>
    stack.send(`PATCH /v1/api-keys/${key.id}`, { headers: bearer(token), json: { enabled } });
  await change(false);
  for (let call = 0; call < 2; call += 1) expect((await callWith(key.key)).status).toBe(401);
  await change(true);
  await stack.local.idle();
  await page.reload();
  await page.waitForSelector('h3:has-text("Refused requests") + ul');
  expect(await page.locator('h3:has-text("Refused requests") + ul > li').allTextContents()).toEqual([
    expect.stringMatching(/^Key is disabled.*2$/),
    expect.stringMatching(/^A scope is missing.*1$/),
  ]);
  await pictures(page, 'key-refusals');
});

test('what has happened last is shown first, however much there is', async () => {
  await page.route('**/v1/audit?*', async (route) => {
    const url = new URL(route.request().url());
    const isFirst = !url.searchParams.has('cursor');
    url.searchParams.delete('cursor');
    const response = await route.fetch({ url: url.href });
    const [entry] = (await response.json()).data;
    const changed = isFirst ? { seq: 1, action: 'key.create' } : { seq: 2, action: 'key.revoke' };
    const json = { data: [{ ...entry, ...changed }], next_cursor: isFirst ? 'more' : null };
    await route.fulfill({ response, json });
  });
  await page.reload();
  await page.waitForSelector('main li');
  await expect
    .poll(() => page.locator('main li button span:first-child span:first-child').allTextContents())
    .toEqual(['key.revoke', 'key.create']);
});

test('rotating keeps the old key for the overlap that is chosen, counts it down, and shows the new one once', async () => {
  await page.click('text=Rotate…');
  await page.click('dialog label:has-text("1 hour")');
  await pictures(page, 'rotate');
  await page.click('dialog button:has-text("Rotate")');
  const next = (await page.textContent('output')) ?? '';
  expect([(await callWith(next)).status, (await callWith(key.key)).status]).toEqual([200, 200]);
  await page.check('text=I have stored it');
  await page.click('dialog >> text=Done');
  const timer = page.locator('[role=timer]');
  await expect.poll(() => timer.textContent()).toMatch(/goes on for 00:59:\d\d/);
  const first = await timer.textContent();
  await expect.poll(() => timer.textContent()).not.toBe(first);
  await pictures(page, 'rotated');
  expect(page.url()).not.toContain('do=');
  expect(await page.content()).not.toContain(next);
  expect(opened.complaints).toEqual([]);
});

test('editing sends what has changed, and the URL leads to it', async () => {
  await page.goto(`${stack.url}/console/keys/${key.id}?do=edit`);
  await page.waitForSelector('dialog input');
  await page.fill('dialog input >> nth=0', 'Worker, renamed');
  await page.check('dialog input[id$="-write"]');
  await page.fill('dialog textarea >> nth=1', 'team=search\nowner=ada');
  await pictures(page, 'edit');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('h1:has-text("Worker, renamed")');
  expect(await stored()).toMatchObject({
    name: 'Worker, renamed',
    scopes: ['read', 'write'],
    metadata: { team: 'search', owner: 'ada' },
    expires_at: null,
  });
});

test('in an edit too one’s own address is a click away', async () => {
  await page.click('header >> text=Edit');
  const own = page.locator('dialog button:has-text("Add my address")');
  const address = (await own.textContent())?.split(': ')[1] ?? '';
  await own.click();
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('text=Saved');
  expect((await stored()).allowed_ips).toEqual([expect.stringContaining(address)]);
  expect(address).not.toBe('');
});

test('a change that somebody else was faster with is said (409), and what there is now is shown', async () => {
  let conflicts = 1;
  await page.route(`**/v1/api-keys/${key.id}`, async (route) => {
    if (route.request().method() !== 'PATCH' || (conflicts -= 1) < 0) return route.continue();
    await stack.send(`PATCH /v1/api-keys/${key.id}`, {
      headers: bearer(token),
      json: { name: 'Renamed meanwhile' },
    });
    await route.fulfill({
      status: 409,
      contentType: 'application/json',
      body: JSON.stringify({ code: 'conflicting_state', detail: 'The key was changed meanwhile.' }),
    });
  });
  await page.click('main header >> text=Disable');
  await page.waitForSelector('text=Somebody has changed this key meanwhile');
  await page.waitForSelector('h1:has-text("Renamed meanwhile")');
  expect((await stored()).status).toBe('active');
});

test('a key that is not there, and one of another tenant, are told apart by nobody', async () => {
  const bob = await stack.onboard();
  for (const id of ['key_nothing', bob.keyId]) {
    await page.goto(`${stack.url}/console/keys/${id}`);
    await page.waitForSelector('text=There is nothing here');
  }
  await pictures(page, 'missing');
});
