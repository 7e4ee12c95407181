import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { browser, stack, startBeforeAll, submitSignIn } from '../browser/branded-stack.ts';
import type { Page } from '../browser/chromium.ts';
import { addMember } from '../support/full-tenant.ts';
import { signedInAgo } from '../support/recent-session.ts';
import { type Account, bearer, contents } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures, refusal, sentToken } from './console.ts';

startBeforeAll();
let ada: Account;
let token: string;
let opened: OpenConsole;
let page: Page;
let sent: () => string;
beforeEach(async () => {
  ada = await stack.onboard();
  token = await stack.logIn(ada);
  opened = await openConsole(browser, stack, ada, { path: '/' });
  ({ page } = opened);
  sent = sentToken(page);
  await open();
});
afterEach(() => opened.close());

const open = async (query = '') => {
  await page.goto(`${stack.url}/console/settings${query}`);
  await page.waitForSelector('form');
};
const tenant = async () => contents(await stack.send('GET /v1/tenant', { headers: bearer(token) }));
const part = (name: string) => page.locator(`form[aria-label="${name}"]`);
const save = (name: string) => part(name).locator('button[type=submit]');
const submit = 'dialog button[type=submit]';

test('with the keyboard alone the name is changed, which is then shown everywhere', async () => {
  await pictures(page, 'settings');
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await part('General').locator('input').first().focus();
  expect(await save('General').isDisabled()).toBe(true);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Acme Research');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Health');
  await page.keyboard.press('Enter');
  await page.waitForSelector('nav >> text=Acme Research');
  expect(await tenant()).toMatchObject({ name: 'Acme Research', sector: 'Health' });
  await expect.poll(() => save('General').isDisabled()).toBe(true);
  await part('General').locator('input').nth(1).fill('');
  await save('General').click();
  await expect.poll(async () => (await tenant()).sector).toBe(null);
  expect(opened.complaints).toEqual([]);
});

test('the limits of the plan are those of the tenant’s tier', async () => {
  const { tier } = await tenant();
  const text = (await page.textContent('section:has-text("Plan and limits")')) ?? '';
  expect(text).toContain(tier);
  expect(text).toMatch(/Requests a minute and key[\d,]+/);
});

describe('what new keys have by default', () => {
  test('is kept, holds for the next key, and is taken back by emptying it', async () => {
    const form = part('New keys');
    await form.locator('input[type=number]').fill('30');
    await form.locator('label:has-text("read") input').check();
    await form.locator('textarea').fill('127.0.0.0/8\n2001:db8::/32');
    await save('New keys').click();
    await page.waitForSelector('text=Saved');
    await pictures(page, 'settings-defaults');
    expect((await tenant()).key_defaults).toEqual({
      expires_in_days: 30,
      scopes: ['read'],
      allowed_ips: ['127.0.0.0/8', '2001:db8::/32'],
    });
    expect(await stack.createKey(token, { name: 'By default' })).toMatchObject({
      scopes: ['read'],
      allowed_ips: ['127.0.0.0/8', '2001:db8::/32'],
    });
    await page.reload();
    await page.waitForSelector('form');
    expect(await form.locator('textarea').inputValue()).toBe('127.0.0.0/8\n2001:db8::/32');
    await form.locator('input[type=number]').fill('');
    await form.locator('label:has-text("read") input').uncheck();
    await form.locator('textarea').fill('');
    await save('New keys').click();
    await expect
      .poll(async () => (await tenant()).key_defaults)
      .toEqual({ expires_in_days: null, scopes: null, allowed_ips: null });
  });

  test('an address that is none is said at its field, and nothing is changed', async () => {
    await part('New keys').locator('textarea').fill('300.1.1.1');
    await save('New keys').click();
    await part('New keys').locator('p[role=alert]').waitFor();
    expect(await part('New keys').locator('textarea').getAttribute('aria-invalid')).toBe('true');
    await pictures(page, 'settings-fault');
    expect((await tenant()).key_defaults.allowed_ips).toBe(null);
  });
});

test('origins of pages with the key manager are one on each line, and one that is none is said at its field', async () => {
  const form = part('Key manager on your own pages');
  await form.locator('textarea').fill('https://app.example.com/path');
  await save('Key manager on your own pages').click();
  await form.locator('p[role=alert]').waitFor();
  await form.locator('textarea').fill('https://app.example.com\nhttp://localhost:3000');
  await save('Key manager on your own pages').click();
  await page.waitForSelector('text=Saved');
  await pictures(page, 'settings-origins');
  expect((await tenant()).embed_origins).toEqual(['https://app.example.com', 'http://localhost:3000']);
});

test('a second factor is required of everybody after a recent sign-in, which leads back to what was chosen', async () => {
  await signedInAgo(stack.table, sent(), 700);
  const sessions = await stack.send('GET /v1/auth/sessions', { headers: bearer(token) });
  for (const { id } of sessions.json.sign_ins)
    await stack.send(`DELETE /v1/auth/sessions/${id}`, { headers: bearer(token) });
  await part('Second factor').locator('input').check();
  expect(new URL(page.url()).search).toBe('?factor=required');
  await save('Second factor').click();
  await pictures(page, 'settings-sign-in-again');
  await page.click('form button:has-text("Sign in again")');
  await page.waitForSelector('#password');
  await submitSignIn(page, ada.email);
  await page.waitForSelector('form');
  expect(await part('Second factor').locator('input').isChecked()).toBe(true);
  await save('Second factor').click();
  await page.waitForSelector('text=Saved');
  expect((await tenant()).require_factor).toBe(true);
  expect(new URL(page.url()).search).toBe('');
  expect(await part('Second factor').locator('input').isChecked()).toBe(true);
});

test('what is refused is said where it happens: a conflict (409), and too many at once (429)', async () => {
  const answers = [
    refusal(409, 'conflicting_state', 'The tenant was changed meanwhile.'),
    refusal(429, 'rate_limited', 'Too many.', { 'Retry-After': '20' }),
  ];
  await page.route('**/v1/tenant', (route) =>
    route.request().method() === 'PATCH' ? route.fulfill(answers.shift()) : route.continue(),
  );
  await part('General').locator('input').first().fill('Other');
  await save('General').click();
  await part('General').locator('text=The tenant was changed meanwhile.').waitFor();
  await save('General').click();
  await part('General').locator('text=Try again in 20 seconds.').waitFor();
  expect((await tenant()).name).not.toBe('Other');
});

test('settings that cannot be loaded say so', async () => {
  await page.route('**/v1/tenant', (route) => route.fulfill(refusal(404, 'not_found', 'There is none.')));
  await page.reload();
  await page.waitForSelector('main >> text=There is nothing here');
  await pictures(page, 'settings-error');
});

test('they are not for who may not change them, nor in their navigation', async () => {
  const viewer = await addMember(stack, { ...ada, token }, 'viewer');
  const theirs = await openConsole(browser, stack, viewer, { path: '/settings' });
  await theirs.page.waitForSelector('text=Not for your role');
  expect(await theirs.page.locator('nav >> text=Settings').count()).toBe(0);
  await theirs.close();
});

describe('closing', () => {
  test('takes the name, leads to where it is taken back, and is taken back there', async () => {
    const { name } = await tenant();
    await page.click('text=Close account…');
    expect(await page.isDisabled(submit)).toBe(true);
    await page.fill('dialog input', name);
    await pictures(page, 'settings-close');
    await page.click(submit);
    await page.waitForURL(`${stack.url}/account`);
    await pictures(page, 'settings-closed');
    await expect
      .poll(async () => (await stack.send('GET /v1/tenant', { headers: bearer(token) })).status)
      .toBe(401);
    await page.click('text=Reopen');
    await page.goto(`${stack.url}/console/settings`);
    await page.waitForSelector('form, #password');
    if (await page.isVisible('#password')) await submitSignIn(page, ada.email);
    await page.waitForSelector('form');
  });

  test('is for the last who manages people: with another, the refusal (409) says so', async () => {
    await addMember(stack, { ...ada, token }, 'admin');
    await open('?do=close');
    await page.fill('dialog input', (await tenant()).name);
    await page.click(submit);
    await page.waitForSelector('dialog [role=alert] >> text=As things are now, this cannot be done');
    await pictures(page, 'settings-close-refused');
    expect((await tenant()).status).toBe('active');
  });
});
