/** Mails and the pages of their links, on the whole stack, in Chromium: mails are read where people read them. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { linkKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { bearer, PASSWORD } from '../support/stack.ts';
import { browser, stack, startBeforeAll, submitSignIn } from './branded-stack.ts';
import { hasFocus, openPage, overflow, picture, violations } from './chromium.ts';

const NEXT = 'correct horse battery staple';

startBeforeAll();
let mailsUrl: string;
beforeAll(async () => {
  mailsUrl = await stack.local.showMails();
});

/** Follows the link of the newest mail to an address whose subject has a word, from the page that shows mails. */
async function followMail(page: Page, email: string, word: string): Promise<string> {
  await stack.local.idle();
  await page.goto(mailsUrl);
  const mail = page
    .locator('article', { hasText: `to ${email},` })
    .filter({ hasText: word })
    .first();
  const link = (await mail.locator('pre a', { hasText: 'link=' }).getAttribute('href')) ?? '';
  await page.goto(link);
  return link;
}

async function check(page: Page, name: string): Promise<void> {
  await picture(page, name);
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
}

const heading = (page: Page) => page.textContent('h1');
const ask = (email: string) => stack.send('POST /v1/auth/forgot-password', { json: { email } });
const logIn = (email: string, password: string) =>
  stack.send('POST /v1/auth/login', { json: { email, password } });

test('a new account’s address is confirmed; opening the link uses nothing, and a second use says so', async () => {
  const { email } = await stack.onboard();
  const { page, close } = await openPage(browser, { javaScriptEnabled: false, locale: 'en' });
  const link = await followMail(page, email, 'Confirm');
  // A program that opens every link of a mail, twice.
  for (const _ of [1, 2]) await page.goto(link);
  await picture(page, 'stack-confirm');
  expect(await page.textContent('.lead')).toBe(email);
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=Your address is confirmed');
  await picture(page, 'stack-confirmed');
  await page.goto(link);
  expect(await heading(page)).toBe('This link is not valid');
  await picture(page, 'stack-dead-link');
  await close();
});

test('a forgotten password is replaced with the keyboard alone, from the sign-in page on', async () => {
  const { email } = await stack.onboard();
  const { page, close } = await openPage(browser, { javaScriptEnabled: false, locale: 'en' });
  await page.goto(`${stack.url}/sign-in`);
  await page.click('text=Forgot your password?');
  await hasFocus(page, 'email');
  await page.keyboard.type('not an address@');
  await page.keyboard.press('Control+A');
  await page.keyboard.type(email);
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=Look at your mail');
  await picture(page, 'stack-on-its-way');
  const link = await followMail(page, email, 'Choose');
  await hasFocus(page, 'password');
  await page.keyboard.type('password');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=alert]');
  expect(await page.textContent('[role=alert]')).toContain('easy to guess');
  await picture(page, 'stack-weak');
  await page.keyboard.type(NEXT);
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=Your password is changed');
  await picture(page, 'stack-changed');
  await page.click('a:text("Sign in")');
  await hasFocus(page, 'email');
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(NEXT);
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=You are signed in');
  // The link is used up.
  await page.goto(link);
  expect(await heading(page)).toBe('This link is not valid');
  await close();
});

test('a link that was forwarded works in another browser, once; the browser that was signed in is not any more', async () => {
  const account = await stack.onboard();
  const [mine, theirs] = [
    await openPage(browser, { locale: 'en' }),
    await openPage(browser, { locale: 'de' }),
  ];
  await mine.page.goto(`${stack.url}/sign-in`);
  await submitSignIn(mine.page, account.email);
  await mine.page.waitForSelector('text=You are signed in');
  await ask(account.email);
  const link = await followMail(theirs.page, account.email, 'Choose');
  expect(await heading(theirs.page)).toBe('Neues Passwort wählen');
  await theirs.page.fill('#password', NEXT);
  await theirs.page.click('button');
  await theirs.page.waitForSelector('text=Ihr Passwort ist geändert');
  await mine.page.goto(`${stack.url}/sign-in`);
  expect(await heading(mine.page)).toBe('Sign in');
  await mine.page.goto(link);
  expect(await heading(mine.page)).toBe('This link is not valid');
  await mine.close();
  await theirs.close();
});

test('of two browsers that have the form open one changes the password', async () => {
  const { email } = await stack.onboard();
  await ask(email);
  const windows = [await openPage(browser, { locale: 'en' }), await openPage(browser, { locale: 'en' })];
  for (const { page } of windows) await followMail(page, email, 'Choose');
  await Promise.all(
    windows.map(async ({ page }, index) => {
      await page.fill('#password', `${NEXT} ${index}`);
      await Promise.all([page.waitForNavigation(), page.click('button')]);
    }),
  );
  const headings = await Promise.all(windows.map(({ page }) => heading(page)));
  expect(headings.toSorted()).toEqual(['This link is not valid', 'Your password is changed']);
  const logins = await Promise.all([0, 1].map((index) => logIn(email, `${NEXT} ${index}`)));
  expect(logins.map(({ status }) => status).toSorted()).toEqual([200, 401]);
  for (const { close } of windows) await close();
});

test('an expired link says so, and leads to another', async () => {
  const { email } = await stack.onboard();
  await ask(email);
  const { page, close } = await openPage(browser, { locale: 'en' });
  const link = await followMail(page, email, 'Choose');
  const id = /link=([\w-]+)\./.exec(link)?.[1] ?? '';
  await stack.table.update(linkKey(id), {
    UpdateExpression: 'SET xa = :past',
    ExpressionAttributeValues: { ':past': N(Math.floor(Date.now() / 1000)) },
  });
  // The form was open already: nothing is changed by it either.
  await page.fill('#password', NEXT);
  await page.click('button');
  await page.waitForSelector('text=This link is not valid');
  expect((await logIn(email, PASSWORD)).status).toBe(200);
  await page.click('text=Ask for another one');
  await hasFocus(page, 'email');
  await close();
});

test('an address is changed, and changed back', async () => {
  const account = await stack.onboard();
  const token = await stack.logIn(account);
  const to = `new-${account.email}`;
  await stack.send('POST /v1/auth/email', { headers: bearer(token), json: { email: to } });
  const { page, close } = await openPage(browser, { locale: 'en', viewport: { width: 320, height: 720 } });
  await followMail(page, to, 'new e-mail address');
  await check(page, 'stack-address');
  await page.click('button');
  await page.waitForSelector('text=Your address is changed');
  expect((await logIn(to, PASSWORD)).status).toBe(200);
  await followMail(page, account.email, 'was changed');
  await check(page, 'stack-undo');
  await page.click('button');
  await page.waitForSelector('text=The change is taken back');
  await check(page, 'stack-undone');
  await followMail(page, account.email, 'Choose');
  await page.fill('#password', NEXT);
  await page.click('button');
  await page.waitForSelector('text=Your password is changed');
  expect((await logIn(account.email, NEXT)).status).toBe(200);
  await close();
});

test('while the provider is down the page says what will happen, and the mail comes when it is back', async () => {
  const { email } = await stack.onboard();
  await stack.local.idle();
  const { page, close } = await openPage(browser, { locale: 'en' });
  stack.local.pauseMail();
  await page.goto(`${stack.url}/reset-password`);
  await page.fill('#email', email);
  await page.click('button');
  await page.waitForSelector('text=longer where mail is slow: nothing gets lost');
  await stack.local.idle();
  const sentTo = () =>
    stack.local.mails().filter((mail) => mail.to === email && mail.subject.includes('Choose'));
  expect(sentTo()).toHaveLength(0);
  stack.local.resumeMail();
  const waiting = await stack.table.queryAll('OUTBOX', 'MAIL#');
  expect(waiting.map((item) => item.to?.S)).toEqual([email]);
  for (const { PK, SK } of waiting)
    await stack.table.update(
      { PK: PK ?? {}, SK: SK ?? {} },
      {
        UpdateExpression: 'SET due = :now',
        ExpressionAttributeValues: { ':now': N(0) },
      },
    );
  await stack.local.invoke('Functionsmailer', {});
  expect(sentTo()).toHaveLength(1);
  await followMail(page, email, 'Choose');
  expect(await heading(page)).toBe('Choose a new password');
  await close();
});

test.each(['en', 'de'])('mails look as they should, and load nothing (%s)', async (locale) => {
  const account = await stack.onboard(`look-${locale}@example.com`);
  await stack.send('POST /v1/auth/forgot-password', {
    headers: { 'Accept-Language': locale },
    json: { email: account.email },
  });
  await stack.local.idle();
  const index = stack.local.mails().findLastIndex(({ to }) => to === account.email);
  for (const width of [1280, 320]) {
    const { page, complaints, close } = await openPage(browser, { locale, viewport: { width, height: 800 } });
    const requested: string[] = [];
    page.on('request', (request) => void requested.push(request.url()));
    await page.goto(`${mailsUrl}/${index}`);
    await check(page, `mail-${locale}-${width}`);
    expect(requested.filter((url) => !url.startsWith(mailsUrl))).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  }
});
