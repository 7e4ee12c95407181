/** Second factors of the whole stack, in Chromium: an authenticator app that computes its codes, and virtual authenticators. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { totpCode } from '../../lambdas/factors/totp.ts';
import { type Account, bearer } from '../support/stack.ts';
import { browser, stack, startBeforeAll, submitSignIn } from './branded-stack.ts';
import { openPage, overflow, picture, violations, withAuthenticator } from './chromium.ts';

startBeforeAll();

const step = () => Math.floor(Date.now() / 30_000);

/** Waits until a time step is young, so that none ends between a code and its use. */
async function youngStep(page: Page): Promise<number> {
  const passed = Date.now() % 30_000;
  if (passed > 20_000) await page.waitForTimeout(30_500 - passed);
  return step();
}

async function signIn(page: Page, { email }: Account, continueAt = '/factors'): Promise<void> {
  await page.goto(`${stack.url}/sign-in?continue=${encodeURIComponent(continueAt)}`);
  await submitSignIn(page, email);
}

async function enter(page: Page, code: string): Promise<void> {
  await page.fill('#code', code);
  await page.press('#code', 'Enter');
}

/** What the page must be, whatever its size and colours. */
async function looksGood(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 900 });
      expect([name, colorScheme, width, await violations(page), await overflow(page)]).toEqual([
        name,
        colorScheme,
        width,
        [],
        0,
      ]);
      await picture(page, `factors-${name}-${colorScheme}-${width}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** Sets up an app; gives its secret and the recovery codes. */
async function setUpApp(page: Page): Promise<{ readonly secret: string; readonly codes: string[] }> {
  await page.click('text=Set up an authenticator app');
  await page.click('summary');
  const secret = ((await page.textContent('.secret')) ?? '').replace(/\s/g, '');
  await enter(page, totpCode(secret, (await youngStep(page)) - 1));
  await page.waitForSelector('text=Save your recovery codes');
  return { secret, codes: await page.locator('.codes code').allTextContents() };
}

const alert = (page: Page) => page.textContent('[role=alert]:not([hidden])');

test('an app is set up, its codes work once and a step around, and recovery codes until they are used up', async () => {
  const ada = await stack.onboard();
  const { page, complaints, close } = await openPage(browser, { locale: 'en' });
  await signIn(page, ada);
  await page.waitForSelector('text=Sign-in security');
  await looksGood(page, 'none');
  await page.click('text=Set up an authenticator app');
  await enter(page, '000000');
  expect(await alert(page)).toContain('wrong');
  await looksGood(page, 'app');
  await page.goto(`${stack.url}/factors`);
  const { secret, codes } = await setUpApp(page);
  expect(codes).toHaveLength(10);
  await looksGood(page, 'codes');
  await page.click('text=I have saved them');
  await page.waitForSelector('text=10 codes are left');
  await looksGood(page, 'listed');

  const again = async (code: string) => {
    await signIn(page, ada);
    await page.waitForSelector('text=Second step');
    await enter(page, code);
    await page.waitForSelector('h1');
    return (await page.locator('[role=alert]:not([hidden])').count()) > 0 ? 'refused' : 'in';
  };
  await signIn(page, ada);
  await page.waitForSelector('text=Second step');
  await looksGood(page, 'code');
  // Nobody is signed in before the second step.
  expect(
    await page
      .context()
      .request.get(`${stack.url}/factors`)
      .then((answer) => answer.url()),
  ).toContain('/sign-in');
  const present = await youngStep(page);
  expect(await again(totpCode(secret, present - 2))).toBe('refused');
  expect(await again(totpCode(secret, present))).toBe('in');
  await page.waitForURL(`${stack.url}/factors`);
  expect(await again(totpCode(secret, present))).toBe('refused');
  expect(await again(totpCode(secret, present + 1))).toBe('in');
  // A code of a step before the last one that was used.
  expect(await again(totpCode(secret, present))).toBe('refused');
  for (const code of codes) expect(await again(code.toLowerCase())).toBe('in');
  expect(await again(codes[0] ?? '')).toBe('refused');
  expect(await again(codes[9] ?? '')).toBe('refused');
  expect(complaints.filter((text) => !/40[13]/.test(text))).toEqual([]);
  await close();
});

test('a passkey: set up, as second factor, without a password, and of no use once it is removed', async () => {
  const ada = await stack.onboard();
  const { page, complaints, close } = await openPage(browser, { locale: 'en' });
  const { cdp, id } = await withAuthenticator(page);
  await signIn(page, ada);
  await page.click('text=Add a passkey');
  await looksGood(page, 'passkey-new');
  await page.fill('#name', 'Ada’s laptop');
  await page.click('text=Create the passkey');
  await page.waitForSelector('text=Save your recovery codes');
  await page.click('text=I have saved them');
  await page.waitForSelector('text=Ada’s laptop');
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId: id });
  expect(credentials).toMatchObject([{ rpId: 'localhost', isResidentCredential: true }]);

  // As second factor: it asks by itself.
  await signIn(page, ada);
  await page.waitForURL(`${stack.url}/factors`);
  await page.waitForSelector('text=Last used');

  // Instead of the password.
  await page.goto(`${stack.url}/sign-out`);
  await page.click('main button');
  await page.goto(`${stack.url}/sign-in?continue=/factors`);
  await looksGood(page, 'sign-in');
  await page.click('text=Sign in with a passkey');
  await page.waitForURL(`${stack.url}/factors`);
  await page.waitForSelector('text=Ada’s laptop');

  // A device that does not verify its person is refused, and another way is offered.
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false });
  await signIn(page, ada);
  await page.waitForSelector('[role=alert]:not([hidden])');
  await looksGood(page, 'passkey');
  await page.click('text=Use a code');
  await page.waitForSelector('text=Recovery code');
  await looksGood(page, 'recovery');
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: true });

  await signIn(page, ada);
  await page.waitForURL(`${stack.url}/factors`);
  await page.click('text=Remove');
  await page.waitForSelector('text=A second step protects');
  await page.goto(`${stack.url}/sign-in?continue=/factors`);
  await page.click('text=Sign in with a passkey');
  await page.waitForSelector('text=This passkey was not accepted');
  expect(complaints.filter((text) => !/40[13]/.test(text))).toEqual([]);
  await close();
});

test('an answer that the browser gave to another origin, or to another challenge, is refused', async () => {
  const ada = await stack.onboard();
  const elsewhere = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<p>'));
  await once(elsewhere.listen(0, '127.0.0.1'), 'listening');
  const { page, close } = await openPage(browser, { locale: 'en' });
  await withAuthenticator(page);
  await signIn(page, ada);
  await page.click('text=Add a passkey');
  await page.click('text=Create the passkey');
  await page.click('text=I have saved them');

  const { request } = page.context();
  const form = async () => {
    const html = await (await request.get(`${stack.url}/sign-in`)).text();
    const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const asked = await request.post(`${stack.url}/factor`, {
      form: { csrf, alone: 'true', way: 'passkey' },
    });
    const options = /data-options="([^"]+)"/.exec(await asked.text())?.[1] ?? '';
    return { csrf, options: JSON.parse(options.replaceAll('&quot;', '"')) };
  };
  const answer = (options: object) =>
    page.evaluate(
      `navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)}) }).then((found) => JSON.stringify(found.toJSON()))`,
    ) as Promise<string>;
  const send = async (csrf: string, credential: string) =>
    (await request.post(`${stack.url}/factor`, { form: { csrf, alone: 'true', credential } })).status();

  const { port } = elsewhere.address() as AddressInfo;
  const first = await form();
  await page.goto(`http://localhost:${port}/`);
  const fromElsewhere = await answer(first.options);
  expect(
    JSON.parse(Buffer.from(JSON.parse(fromElsewhere).response.clientDataJSON, 'base64url').toString()).origin,
  ).toBe(`http://localhost:${port}`);
  expect(await send(first.csrf, fromElsewhere)).toBe(401);

  await page.goto(`${stack.url}/sign-in`);
  const second = await form();
  const good = await answer(second.options);
  const third = await form();
  expect(await send(third.csrf, good)).toBe(401);
  const fourth = await form();
  const right = await answer(fourth.options);
  expect(await send(fourth.csrf, right)).toBe(200);
  expect(await send(fourth.csrf, right)).not.toBe(200);
  elsewhere.close();
  await close();
});

test('who must have a second factor sets one up before they are signed in, and keeps the last one', async () => {
  const ada = await stack.onboard();
  const token = await stack.logIn(ada);
  await stack.send('PATCH /v1/tenant', {
    headers: bearer(token),
    json: { require_factor: true },
  });
  const { page, complaints, close } = await openPage(browser, { locale: 'en' });
  await signIn(page, ada, '/device');
  await page.waitForSelector('text=Protect your account');
  await looksGood(page, 'required');
  await page.goto(`${stack.url}/device`);
  expect(page.url()).toContain('/sign-in');
  await signIn(page, ada, '/device');
  await page.waitForSelector('text=Protect your account');
  await setUpApp(page);
  await page.click('text=I have saved them');
  await page.waitForURL(`${stack.url}/device`);
  await page.goto(`${stack.url}/factors`);
  await page.click('text=Remove');
  await page.waitForSelector('text=The last one stays');
  await looksGood(page, 'last');
  expect(complaints.filter((text) => !/40[139]/.test(text))).toEqual([]);
  await close();
});

test('without a script the pages say what passkeys need', async () => {
  const ada = await stack.onboard();
  const { page, close } = await openPage(browser, { locale: 'de', javaScriptEnabled: false });
  await signIn(page, ada);
  await page.click('text=Passkey hinzufügen');
  await page.waitForSelector('text=Passkey erzeugen');
  // The browser's own tools show no `noscript` where they have switched scripts off.
  expect(await page.content()).toContain('<noscript><p class="warning">Passkeys brauchen JavaScript');
  await picture(page, 'factors-no-script');
  await close();
});
