import { afterEach, beforeEach, expect, test } from 'vitest';
import { browser, stack, startBeforeAll } from '../browser/branded-stack.ts';
import type { Page } from '../browser/chromium.ts';
import { addMember } from '../support/full-tenant.ts';
import { type Account, bearer, contents } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures, refusal } from './console.ts';

startBeforeAll();
let ada: Account;
let token: string;
let opened: OpenConsole;
let page: Page;
beforeEach(async () => {
  ada = await stack.onboard();
  token = await stack.logIn(ada);
  opened = await openConsole(browser, stack, ada, { path: '/workspaces' });
  ({ page } = opened);
  await page.waitForSelector('main li');
});
afterEach(() => opened.close());

const submit = 'dialog button[type=submit]';
const api = async (target: string, json?: object) =>
  contents(await stack.send(target, { headers: bearer(token), ...(json && { json }) }));
const names = async () =>
  (await api('GET /v1/workspaces')).data.map(({ name }: { readonly name: string }) => name);
const item = (name: string) => page.locator(`main li:has-text("${name}")`);

test('with the keyboard alone a workspace is created, renamed, and its old name given back', async () => {
  await page.waitForSelector('text=One workspace is enough for many');
  await pictures(page, 'workspaces-alone');
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.keyboard.press('g');
  await page.keyboard.press('w');
  await page.locator('main >> text=Create workspace').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog input:focus');
  await page.keyboard.type('Customer A');
  await pictures(page, 'workspaces-create');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=“Customer A” is there');
  await item('Customer A').waitFor();
  expect(await item('Customer A').textContent()).toContain('0 keys');
  await page.locator('button[aria-label="Rename Customer A"]').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog input:focus');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Customer B');
  await page.keyboard.press('Enter');
  await item('Customer B').waitFor();
  expect(await names()).toEqual(['Default', 'Customer B']);
  await page.click('text=Undo');
  await item('Customer A').waitFor();
  expect(await names()).toEqual(['Default', 'Customer A']);
  await pictures(page, 'workspaces');
  expect(opened.complaints).toEqual([]);
});

test('keys are counted, and lead to the list of them', async () => {
  expect(await item('Default').textContent()).toContain('1 key ');
  await item('Default').locator('a').click();
  await page.waitForSelector('h1:has-text("API keys")');
  expect(new URL(page.url()).searchParams.get('workspace')).toBe(ada.workspaceId);
});

test('one without keys is deleted after a question, and the default one by nobody', async () => {
  const { id } = await api('POST /v1/workspaces', { name: 'Empty' });
  await page.goto(`${stack.url}/console/workspaces?do=delete&id=${id}`);
  await page.waitForSelector('dialog >> text=Delete “Empty”?');
  expect(await page.locator('dialog input').count()).toBe(0);
  await page.click(submit);
  await page.waitForSelector('text=“Empty” is deleted');
  await expect.poll(names).toEqual(['Default']);
  await page.goto(`${stack.url}/console/workspaces?do=delete&id=${ada.workspaceId}`);
  await page.waitForSelector('main li');
  expect(await page.locator('button[aria-label^="Delete"], dialog').count()).toBe(0);
});

test('one with keys is deleted by typing its name, and goes on until all are revoked', async () => {
  const { id } = await api('POST /v1/workspaces', { name: 'Busy' });
  const { key } = await stack.createKey(token, { name: 'Worker', workspace_id: id });
  await page.reload();
  await page.click('button[aria-label="Delete Busy"]');
  await page.waitForSelector('dialog >> text=Its keys (1)');
  expect(await page.isDisabled(submit)).toBe(true);
  await page.fill('dialog input', 'Busy');
  await pictures(page, 'workspaces-delete');
  const calls: string[] = [];
  await page.route(`**/v1/workspaces/${id}?*`, async (route) => {
    calls.push(new URL(route.request().url()).search);
    if (calls.length > 1) return route.continue();
    await route.fulfill({ json: { id, status: 'closing', keys_revoked: 0 } });
  });
  await page.click(submit);
  await page.waitForSelector('text=“Busy” is deleted');
  expect(calls).toEqual(['?force=true', '?force=true']);
  expect((await stack.raw('GET /v1/stats', { headers: bearer(key) })).status).toBe(401);
  expect(await names()).toEqual(['Default']);
});

test('a key that came meanwhile stands against a deletion (409), and is then seen', async () => {
  const { id } = await api('POST /v1/workspaces', { name: 'Quick' });
  await page.reload();
  await page.click('button[aria-label="Delete Quick"]');
  await page.waitForSelector('dialog');
  await stack.createKey(token, { name: 'Worker', workspace_id: id });
  await page.click(submit);
  await page.waitForSelector('dialog [role=alert] >> text=The workspace has API keys.');
  await page.waitForSelector('dialog >> text=Its keys (1)');
  await page.fill('dialog input', 'Quick');
  await page.click(submit);
  await page.waitForSelector('text=“Quick” is deleted');
});

test('too many at once (429), a name that is none, and nothing that answers are said where they happen', async () => {
  await page.goto(`${stack.url}/console/workspaces?do=create`);
  await page.fill('dialog input', 'Customer');
  await page.route('**/v1/workspaces', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill(refusal(429, 'rate_limited', 'Too many.', { 'Retry-After': '30' }))
      : route.continue(),
  );
  await page.click(submit);
  await page.waitForSelector('dialog >> text=Try again in 30 seconds.');
  await page.unroute('**/v1/workspaces');
  await page.fill('dialog input', 'a\u0085b');
  await page.click(submit);
  await page.waitForSelector('dialog p[role=alert]');
  await page.context().setOffline(true);
  await page.click(submit);
  await page.waitForSelector('dialog >> text=Nothing answers.');
  await page.context().setOffline(false);
  expect(await names()).toEqual(['Default']);
});

test('a list that cannot be loaded says so, and is loaded again', async () => {
  let isBroken = true;
  await page.route('**/v1/workspaces', (route) =>
    isBroken ? route.fulfill(refusal(404, 'not_found', 'There is none.')) : route.continue(),
  );
  await page.reload();
  await page.waitForSelector('main >> text=There is nothing here');
  isBroken = false;
  await page.reload();
  await item('Default').waitFor();
});

test('who may only read sees the workspaces, and can change none', async () => {
  const viewer = await addMember(stack, { ...ada, token }, 'viewer');
  const theirs = await openConsole(browser, stack, viewer, { path: '/workspaces?do=create' });
  await theirs.page.waitForSelector('main li:has-text("Default")');
  await pictures(theirs.page, 'workspaces-viewer');
  expect(await theirs.page.locator('main button, main a, dialog').count()).toBe(0);
  await theirs.close();
});
