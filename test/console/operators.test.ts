import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { totpCode } from '../../lambdas/factors/totp.ts';
import { startBrandedStack } from '../browser/branded-stack.ts';
import {
  type Browser,
  openPage,
  overflow,
  type Page,
  startChromium,
  violations,
} from '../browser/chromium.ts';
import { invitedOperator, OPERATOR_PASSWORD } from '../operators/operator-session.ts';
import { OperatorShell } from '../ops/shell.ts';
import { type Account, apiKey, type TestStack } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures } from './console.ts';

let browser: Browser;
let stack: TestStack;
let shell: OperatorShell;
let ada: Account;
let opened: OpenConsole;
let page: Page;
let secret: string;

const step = () => Math.floor(Date.now() / 30_000);

/** Signs in on the sign-in page, with a code of the app once there is one. */
async function signIn(email: string): Promise<void> {
  await page.fill('#email', email);
  await page.fill('#password', OPERATOR_PASSWORD);
  await page.press('#password', 'Enter');
}

beforeAll(async () => {
  [browser, stack] = await Promise.all([startChromium(), startBrandedStack('default', { operators: true })]);
  shell = new OperatorShell(stack.local);
  ada = await stack.onboard();
  await invitedOperator(stack, shell, 'op@example.com');
  opened = await openPage(browser, { locale: 'en', viewport: { width: 1280, height: 800 } });
  ({ page } = opened);
  await page.goto(`${stack.url}/console`);
  await signIn('op@example.com');
  // The first sign-in sets up a second factor, and there is no way around it.
  await page.click('text=Set up an authenticator app');
  await page.click('summary');
  secret = ((await page.textContent('.secret')) ?? '').replace(/\s/g, '');
  await page.fill('#code', totpCode(secret, step() - 1));
  await page.press('#code', 'Enter');
  await page.click('text=I have saved them');
  await page.waitForSelector('main h1:has-text("Tenants")');
});
afterAll(async () => {
  await opened?.close();
  await browser?.close();
  await stack?.stop();
  shell?.remove();
});
beforeEach(async () => {
  await page.goto(`${stack.url}/console/operators`);
  await page.waitForSelector('main h1:has-text("Tenants")');
});
afterEach(() => {
  // A browser tells of each answer that is an error; what the page makes of it is looked at.
  expect(opened.complaints.filter((each) => !each.startsWith('Failed to load resource'))).toEqual([]);
});

const tenantPage = async (query = '') => {
  await page.goto(`${stack.url}/console/operators/${ada.tenantId}${query}`);
  await page.waitForSelector('text=First key');
};
const status = async () => (await stack.send('GET /v1/things', { headers: apiKey(ada.apiKey) })).status;

async function looksGood(name: string): Promise<void> {
  // A button under the pointer is paler.
  await page.mouse.move(0, 0);
  await page.waitForTimeout(150);
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 800 });
    expect([name, width, await violations(page), await overflow(page)]).toEqual([name, width, [], 0]);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await pictures(page, name);
}

test('an operator comes to the tenants, and sees no screen of keys', async () => {
  await page.goto(`${stack.url}/console`);
  await page.waitForURL(`${stack.url}/console/operators`);
  const links = await page.locator('nav a').allTextContents();
  expect(links).toEqual(expect.arrayContaining(['Tenants', 'Status']));
  for (const hidden of ['Overview', 'API keys', 'Audit']) expect(links).not.toContain(hidden);
  for (const path of ['keys', 'keys/new', 'audit']) {
    await page.goto(`${stack.url}/console/${path}`);
    await page.waitForSelector('text=Not for your role');
  }
});

test('a tenant is found by the address of a person, and its people, keys and trail are there', async () => {
  await page.fill('input[type=search]', ada.email);
  await page.waitForURL(/search=/);
  await page.waitForSelector('main li:only-child');
  await looksGood('operators-tenants');
  await page.click('main li a');
  await page.waitForURL(`${stack.url}/console/operators/${ada.tenantId}`);
  await page.waitForSelector('text=First key');
  await page.waitForSelector(`text=${ada.email}`);
  await page.waitForSelector('text=tenant.create');
  await looksGood('operators-tenant');
  await page.goto(`${stack.url}/console/operators?search=nobody@example.com`);
  await page.waitForSelector('text=Nothing');
  await looksGood('operators-none');
  await page.goto(`${stack.url}/console/operators/nothing`);
  await page.waitForSelector('text=There is nothing here');
});

test('by the keyboard alone a tenant is suspended, and let in again', async () => {
  await tenantPage();
  await page.focus('text=Suspend…');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open]');
  await looksGood('operators-suspend');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog[open]', { state: 'detached' });
  expect(await status()).toBe(200);
  await tenantPage('?do=suspend');
  await page.focus('dialog button[type=submit]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=The tenant is suspended');
  await page.waitForSelector('main h1:has-text("Suspended")');
  await page.waitForTimeout(2100);
  expect(await status()).toBe(401);
  await page.click('text=Resume…');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('main h1:has-text("Active")');
  await page.waitForTimeout(2100);
  expect(await status()).toBe(200);
});

test('the tier is changed, a password reset and a key revoked, each after a question that has a link', async () => {
  await tenantPage('?do=tier');
  await page.selectOption('dialog select', 'pro');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('text=The tier is changed');
  await page.waitForSelector('dd:has-text("pro")');
  await page.click('text=Reset password…');
  await page.waitForURL(new RegExp(`do=reset&of=${ada.userId}`));
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('text=The link is on its way');
  await page.click('text=Revoke…');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('text=The key is revoked');
  expect(await status()).toBe(401);
});

test('the status shows what there is, what was decided, and the keys that sign', async () => {
  await page.goto(`${stack.url}/console/operators/status`);
  await page.waitForSelector('text=Signs');
  expect(await page.getAttribute('nav a:has-text("Status")', 'aria-current')).toBe('page');
  expect(await page.getAttribute('nav a:has-text("Tenants")', 'aria-current')).toBeNull();
  await looksGood('operators-status');
});

test('who signed in too long ago signs in again, and is back at the question', async () => {
  await tenantPage('?do=resume');
  // As the row answers after ten minutes; the sign-in itself is real.
  await page.route('**/operators/tenants/*', (route) =>
    route.request().method() === 'PATCH'
      ? route.fulfill({
          status: 403,
          contentType: 'application/problem+json',
          body: JSON.stringify({ code: 'reauthentication_required', detail: 'Sign in again.' }),
        })
      : route.continue(),
  );
  // The sign-in of this browser is younger than that: it comes back at once.
  const comesBack = page.waitForURL(/\/console\/callback\?/, { waitUntil: 'commit' });
  await page.click('dialog button[type=submit]');
  await comesBack;
  await page.waitForURL(/do=resume/);
  await page.waitForSelector('dialog[open]');
  await page.unroute('**/operators/tenants/*');
});

test('for anybody else none of the screens is there', async () => {
  const bob = await stack.onboard();
  const other = await openConsole(browser, stack, bob);
  for (const path of ['operators', 'operators/status', `operators/${ada.tenantId}`]) {
    await other.page.goto(`${stack.url}/console/${path}`);
    await other.page.waitForSelector('h1:has-text("There is nothing here")');
  }
  expect(await other.page.locator('nav a').allTextContents()).not.toContain('Tenants');
  await other.close();
});
