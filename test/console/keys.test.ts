import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { browser, stack, startBeforeAll } from '../browser/branded-stack.ts';
import type { Page } from '../browser/chromium.ts';
import { type Account, bearer } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures } from './console.ts';

startBeforeAll();
let ada: Account;
let token: string;
beforeAll(async () => {
  ada = await stack.onboard();
  token = await stack.logIn(ada);
  await stack.createKey(token, { name: 'Nightly import', scopes: ['read', 'write'] });
  await stack.createKey(token, { name: 'Mobile app', scopes: ['read'], expires_in_days: 9 });
  await stack.createKey(token, { name: 'Staging', environment: 'test', scopes: ['read'] });
});

let opened: OpenConsole;
let page: Page;
beforeEach(async () => {
  opened = await openConsole(browser, stack, ada, { path: '/keys' });
  ({ page } = opened);
  await page.waitForSelector('text=Nightly import');
});
afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  await opened.close();
});

const names = () => page.locator('tbody tr td:nth-child(2) a').allTextContents();
/** The tenant's key of a name, as the API has it. */
const keyNamed = async (name: string) => {
  const { json } = await stack.send('GET /v1/api-keys', { headers: bearer(token) });
  return json.data.find((key: { readonly name: string }) => key.name === name);
};

test('the list shows what there is of each key, newest first, and never a key', async () => {
  await pictures(page, 'keys');
  expect(await names()).toEqual(['Staging', 'Mobile app', 'Nightly import', 'First key']);
  const text = (await page.textContent('table')) ?? '';
  for (const shown of ['Never used', 'in 8 days', 'Default', 'Test', 'read']) expect(text).toContain(shown);
  expect(await page.content()).not.toContain(ada.apiKey);
});

// What is looked for is found in masked keys, too, whose ends are random: two letters may be in any of them.
test('search, filters and the order stand in the URL, which shows the same again', async () => {
  await page.fill('input[type=search]', 'i');
  await expect.poll(names).toEqual(['Staging', 'Mobile app', 'Nightly import', 'First key']);
  await page.fill('input[type=search]', 'import');
  await expect.poll(names).toEqual(['Nightly import']);
  await page.fill('input[type=search]', '');
  await page.selectOption('select[aria-label=Environment]', 'test');
  await expect.poll(names).toEqual(['Staging']);
  await page.selectOption('select[aria-label=Environment]', '');
  await page.click('th >> text=Name');
  await expect.poll(names).toEqual(['First key', 'Mobile app', 'Nightly import', 'Staging']);
  expect(await page.getAttribute('th[aria-sort]', 'aria-sort')).toBe('ascending');
  await page.click('th >> text=Name');
  const live = ['Nightly import', 'Mobile app', 'First key'];
  await page.fill('input[type=search]', '_live_');
  await expect.poll(names).toEqual(live);
  const url = new URL(page.url());
  expect(Object.fromEntries(url.searchParams)).toEqual({ text: '_live_', sort: '-name' });
  await page.reload();
  await page.waitForSelector('tbody a');
  expect([await names(), await page.inputValue('input[type=search]')]).toEqual([live, '_live_']);
  await page.fill('input[type=search]', 'nothing like it');
  await page.click('text=Clear filters');
  await expect.poll(async () => (await names()).length).toBe(4);
});

test('a key that was pasted is found by its beginning, and the rest of it is nowhere', async () => {
  await page.fill('input[type=search]', ada.apiKey);
  await expect.poll(names).toEqual(['First key']);
});

test('the box of the head is checked only if every key in the list is', async () => {
  const all = page.locator('input[aria-label="Select all keys"]');
  await page.check('input[aria-label="Select First key"]');
  await page.fill('input[type=search]', 'import');
  await expect.poll(names).toEqual(['Nightly import']);
  expect(await all.isChecked()).toBe(false);
  await all.check();
  expect(await page.isChecked('input[aria-label="Select Nightly import"]')).toBe(true);
  await page.waitForSelector('text=1 key selected');
});

test('this browser remembers the columns', async () => {
  await page.click('text=Columns');
  await page.click('[role=menuitemcheckbox] >> text=Scopes');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('th >> text=Scopes').count()).toBe(0);
  await page.reload();
  await page.waitForSelector('text=Nightly import');
  expect(await page.locator('th >> text=Scopes').count()).toBe(0);
});

test('a key is disabled at once, and that is taken back', async () => {
  const menu = () => page.click('button[aria-label="Actions for Mobile app"]');
  await menu();
  await page.click('[role=menuitem] >> text=Disable');
  await page.waitForSelector('tr:has-text("Mobile app") >> text=Disabled');
  await expect.poll(async () => (await keyNamed('Mobile app')).status).toBe('disabled');
  await page.click('text=Undo');
  await page.waitForSelector('tr:has-text("Mobile app") >> text=Active');
  await expect.poll(async () => (await keyNamed('Mobile app')).status).toBe('active');
});

test('keys that are selected are disabled together, and enabled again', async () => {
  const names = ['Pair 1', 'Pair 2'];
  for (const name of names) await stack.createKey(token, { name });
  await page.reload();
  for (const [action, status] of [
    ['Disable', 'disabled'],
    ['Enable', 'active'],
  ] as const) {
    for (const name of names) await page.check(`input[aria-label="Select ${name}"]`);
    await page.click(`[role=toolbar] >> text=${action}`);
    for (const name of names) await expect.poll(async () => (await keyNamed(name)).status).toBe(status);
    await page.waitForSelector('[role=toolbar]', { state: 'detached' });
  }
});

describe('a key is revoked', () => {
  test('by typing its name, with a warning if it is in use', async () => {
    const { key } = await stack.createKey(token, { name: 'Old worker' });
    const call = () => stack.raw('GET /v1/stats', { headers: bearer(key) });
    expect((await call()).status).toBe(200);
    await page.reload();
    await page.click('button[aria-label="Actions for Old worker"]');
    await page.click('[role=menuitem] >> text=Revoke');
    await page.waitForSelector('dialog >> text=It was used');
    const revoke = page.locator('dialog button[type=submit]');
    expect(await revoke.isDisabled()).toBe(true);
    await page.fill('dialog input', 'Old worke');
    expect(await revoke.isDisabled()).toBe(true);
    await page.fill('dialog input', 'Old worker');
    await pictures(page, 'revoke');
    await revoke.click();
    await page.waitForSelector('tr:has-text("Old worker") >> text=Revoked');
    expect((await call()).status).toBe(401);
  });

  test('with others that are selected, by a word', async () => {
    for (const name of ['Batch 1', 'Batch 2']) await stack.createKey(token, { name });
    await page.reload();
    for (const name of ['Batch 1', 'Batch 2']) await page.check(`input[aria-label="Select ${name}"]`);
    await page.waitForSelector('text=2 keys selected');
    await page.click('[role=toolbar] >> text=Revoke');
    await page.fill('dialog input', 'revoke');
    await page.click('dialog button[type=submit]');
    for (const name of ['Batch 1', 'Batch 2'])
      await expect.poll(async () => (await keyNamed(name)).status).toBe('revoked');
  });
});

test('the palette finds screens and keys, and all of it goes by the keyboard', async () => {
  await page.keyboard.press('Control+k');
  await page.waitForSelector('[role=combobox]:focus');
  await page.keyboard.type('staging');
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1:has-text("Staging")');
  await page.keyboard.press('g');
  await page.keyboard.press('k');
  await page.waitForSelector('h1:has-text("API keys")');
  await page.keyboard.press('?');
  await page.waitForSelector('dialog >> text=Keyboard shortcuts');
  await pictures(page, 'shortcuts');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  await page.keyboard.press('c');
  await page.waitForSelector('h1:has-text("Create a key")');
});
