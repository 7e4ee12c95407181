/** Accepting an invitation in Chromium, by the mail in the local outbox. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { linkKey, tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { MAX_USERS } from '../../lambdas/people/people.ts';
import { type Account, bearer, contents, expectStatus } from '../support/stack.ts';
import { browser, stack, startBeforeAll, submitSignIn } from './branded-stack.ts';
import { hasFocus, openPage, overflow, picture, violations } from './chromium.ts';

const NEW_PASSWORD = 'Correct-Horse-42-Battery';

startBeforeAll();
let ada: Account;
let token: string;
beforeAll(async () => {
  ada = await stack.onboard();
  token = await stack.logIn(ada);
});

/** Fills in the form of the page that is open. */
async function accept(page: Page): Promise<void> {
  await page.fill('#full_name', 'Grace Hopper');
  await page.fill('#password', NEW_PASSWORD);
  await page.click('main button');
}

/** Invites somebody, and gives the URL of the mail. */
async function invite(email: string): Promise<{ readonly id: string; readonly url: string }> {
  const request = { headers: bearer(token), json: { email, role: 'editor' } };
  const { id } = contents(expectStatus(await stack.send('POST /v1/invitations', request), 201));
  const mailsTo = () => stack.local.mails().filter(({ to }) => to === email);
  await expect.poll(() => mailsTo().length, { timeout: 20_000 }).toBeGreaterThan(0);
  return { id, url: /https?:\S+\?link=\S+/.exec(mailsTo().at(-1)?.text ?? '')?.[0] ?? '' };
}

const ways = [
  ['en', 'light', { width: 1280, height: 800 }, 'Join Default'],
  ['de', 'dark', { width: 320, height: 640 }, 'Default beitreten'],
] as const;

test.each(ways)(
  'who is invited comes in with the keyboard alone and without a script (%s, %s)',
  async (locale, colorScheme, viewport, title) => {
    const email = `grace-${locale}@example.com`;
    const { url } = await invite(email);
    const options = { locale, colorScheme, viewport, javaScriptEnabled: true };
    const { page, complaints, close } = await openPage(browser, options);
    await page.goto(url);
    await hasFocus(page, 'full_name');
    expect(await page.textContent('h1')).toBe(title);
    expect(await page.textContent('main')).toContain(email);
    await picture(page, `invitation-${viewport.width}`);
    expect([await violations(page), (await overflow(page)) <= 0]).toEqual([[], true]);
    await page.keyboard.type('Grace Hopper');
    await page.keyboard.press('Tab');
    await page.keyboard.type('password1');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]');
    await hasFocus(page, 'password');
    await picture(page, `invitation-weak-${viewport.width}`);
    expect([await violations(page), await page.inputValue('#full_name')]).toEqual([[], 'Grace Hopper']);
    await page.keyboard.type(NEW_PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForSelector('a.button');
    await picture(page, `invitation-accepted-${viewport.width}`);
    expect(await violations(page)).toEqual([]);
    // Nobody is signed in by a link.
    expect(await page.context().cookies()).toEqual([]);
    await page.click('a.button');
    await hasFocus(page, 'password');
    await page.keyboard.type(NEW_PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForSelector(`text=${email}`);
    await page.goto(url);
    await picture(page, `invitation-used-${viewport.width}`);
    expect([await violations(page), await page.locator('form').count()]).toEqual([[], 0]);
    expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
    await close();
  },
);

test('a link that was taken back while its page lay open does nothing', async () => {
  const { id, url } = await invite('late@example.com');
  const { page, close } = await openPage(browser, { locale: 'en' });
  await page.goto(url);
  expectStatus(await stack.send(`DELETE /v1/invitations/${id}`, { headers: bearer(token) }), 200);
  await accept(page);
  await page.waitForSelector('text=This invitation is not valid');
  expect(await violations(page)).toEqual([]);
  await close();
});

test('nor does one that has expired meanwhile', async () => {
  const { url } = await invite('expired@example.com');
  const { page, close } = await openPage(browser, { locale: 'en' });
  await page.goto(url);
  await stack.table.update(linkKey(/link=([\w-]+)\./.exec(url)?.[1] ?? ''), {
    UpdateExpression: 'SET xa = :past',
    ExpressionAttributeValues: { ':past': N(Math.floor(Date.now() / 1000)) },
  });
  await accept(page);
  await page.waitForSelector('text=This invitation is not valid');
  const json = { email: 'expired@example.com', password: NEW_PASSWORD };
  expectStatus(await stack.send('POST /v1/auth/login', { json }), 401);
  await close();
});

test('into a full organization nobody comes, and is told whom to ask; the link stays good', async () => {
  const { url } = await invite('full@example.com');
  const count = (users: number) =>
    stack.table.update(tenantKey(ada.tenantId), {
      UpdateExpression: 'SET userCount = :users',
      ExpressionAttributeValues: { ':users': N(users) },
    });
  const before = Number((await stack.table.get(tenantKey(ada.tenantId)))?.userCount?.N);
  const { page, close } = await openPage(browser, { locale: 'en' });
  await page.goto(url);
  await count(MAX_USERS);
  await accept(page);
  await page.waitForSelector('text=The organization is full');
  await picture(page, 'invitation-full');
  expect(await violations(page)).toEqual([]);
  await count(before);
  await page.goto(url);
  await accept(page);
  await page.waitForSelector('a.button');
  await close();
});

test('in a browser in which another is signed in it is the invited address that comes in', async () => {
  const { url } = await invite('invited@example.com');
  const { page, close } = await openPage(browser, { locale: 'en' });
  await page.goto(`${stack.url}/sign-in`);
  await submitSignIn(page, ada.email);
  await page.waitForSelector(`text=${ada.email}`);
  await page.goto(url);
  await accept(page);
  await page.waitForSelector('a.button');
  await page.goto(`${stack.url}/sign-in`);
  expect(await page.textContent('main')).toContain(ada.email);
  const json = { email: 'invited@example.com', password: NEW_PASSWORD };
  expectStatus(await stack.send('POST /v1/auth/login', { json }), 200);
  await close();
});
