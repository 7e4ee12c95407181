/** The pages of the whole stack, in Chromium. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Account, PASSWORD } from '../support/stack.ts';
import { browser, signedInAs, stack, startBeforeAll } from './branded-stack.ts';
import { hasFocus, openPage, overflow, picture, violations } from './chromium.ts';

startBeforeAll();
let ada: Account;
beforeAll(async () => {
  ada = await stack.onboard();
});

/** Signs in on the page that is open, with the keyboard alone. */
async function signIn(page: Page, password = PASSWORD): Promise<void> {
  await page.waitForSelector('#email:focus');
  await page.keyboard.type(ada.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

test('with the keyboard alone and without a script, somebody signs in, is told a mistake, goes on, and signs out', async () => {
  const { page, complaints, close } = await openPage(browser, { javaScriptEnabled: false, locale: 'en' });
  await page.goto(`${stack.url}/sign-in?continue=${encodeURIComponent('/device?user_code=WDJB-MJHT')}`);
  await hasFocus(page, 'email');
  await signIn(page, 'wrong');
  await page.waitForSelector('[role=alert]');
  await picture(page, 'stack-wrong');
  // The address is there still, and the focus where the password goes.
  await hasFocus(page, 'password');
  expect(await page.inputValue('#email')).toBe(ada.email);
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${stack.url}/device?user_code=WDJB-MJHT`);

  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({
    httpOnly: true,
    secure: true,
    sameSite: 'Lax',
    path: '/',
    domain: 'localhost',
  });
  expect(await signedInAs(page, stack)).toBe(ada.email);
  await picture(page, 'stack-signed-in');
  for (const name of ['/factors', 'Sign out']) {
    await page.keyboard.press('Tab');
    await hasFocus(page, name);
  }
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=You are signed out');
  expect(await page.context().cookies()).toEqual([]);
  expect(await signedInAs(page, stack)).toBeUndefined();
  expect(complaints.filter((text) => !text.includes('401') && !text.includes('404'))).toEqual([]);
  await close();
});

test('axe finds nothing on the pages as they are served, in German', async () => {
  const { page, complaints, close } = await openPage(browser, { locale: 'de-AT' });
  for (const path of ['/sign-in', '/sign-in?continue=/device', '/sign-out']) {
    await page.goto(stack.url + path);
    expect([path, await violations(page)]).toEqual([path, []]);
  }
  await page.goto(`${stack.url}/sign-in`);
  expect(await page.textContent('h1')).toBe('Anmelden');
  expect(await page.evaluate('getComputedStyle(document.querySelector("button")).backgroundColor')).toBe(
    'rgb(11, 122, 117)',
  );
  expect(complaints).toEqual([]);
  await close();
});

test('asked for at 127.0.0.1, the page is the one at localhost, and signing in there works', async () => {
  const { page, close } = await openPage(browser);
  await page.goto(`${stack.url.replace('localhost', '127.0.0.1')}/sign-in`);
  expect(page.url()).toBe(`${stack.url}/sign-in`);
  await signIn(page);
  await page.waitForSelector('text=You are signed in');
  await close();
});

describe('an app that is given the URL', () => {
  const server = createServer((_, response) => response.end('arrived'));
  let redirectUri: string;
  let authorizationUrl: string;
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
    const metadata = {
      client_name: 'Cursor',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    };
    const { json } = await stack.send('POST /register', { json: metadata });
    authorizationUrl = `${stack.url}/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id: json.client_id,
      redirect_uri: redirectUri,
      code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
      code_challenge_method: 'S256',
      state: 'a b&c',
    })}`;
  });
  afterAll(() => server.close());

  test('gets its code through sign-in and consent, with the keyboard alone and without a script', async () => {
    const { page, close } = await openPage(browser, { javaScriptEnabled: false, locale: 'en' });
    await page.goto(authorizationUrl);
    await signIn(page);
    await page.waitForSelector('button[value=allow]');
    const text = (await page.textContent('main')) ?? '';
    for (const shown of [
      'Allow “Cursor”',
      'Nobody has checked',
      new URL(redirectUri).host,
      ada.email,
      'runs on your own computer',
    ])
      expect(text).toContain(shown);
    await page.locator('button[value=allow]').focus();
    await hasFocus(page, 'allow');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${redirectUri}?*`);
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('state'), searchParams.get('iss')]).toEqual(['a b&c', stack.url]);
    expect(searchParams.get('code')).toMatch(/.{20}/);
    await close();
  });

  test('asks on a page in which axe finds nothing, at 320 pixels, dark and in German', async () => {
    const { page, complaints, close } = await openPage(browser, {
      locale: 'de',
      colorScheme: 'dark',
      viewport: { width: 320, height: 640 },
    });
    await page.goto(authorizationUrl);
    await signIn(page);
    await page.waitForSelector('button[value=deny]');
    await picture(page, 'stack-consent');
    expect([await violations(page), (await overflow(page)) <= 0]).toEqual([[], true]);
    expect(await page.textContent('h1')).toBe('Darf „Cursor“ auf Ihr Konto zugreifen?');
    await page.click('button[value=deny]');
    await page.waitForURL(/error=access_denied/);
    expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([]);
    await close();
  });

  test('gets nothing by a form of another site, nor by a frame', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(authorizationUrl);
    await signIn(page);
    await page.waitForSelector('button[value=allow]');
    const fields = {
      ...Object.fromEntries(new URL(authorizationUrl).searchParams),
      decision: 'allow',
      csrf: 'guess',
    };
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input name="${name}" value="${value.replace('&', '&amp;')}">`,
    );
    await page.route('http://evil.localhost:1/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form method="post" action="${stack.url}/authorize">${inputs.join('')}<button>Win</button></form><iframe src="${authorizationUrl}&prompt=consent"></iframe>`,
      }),
    );
    await page.goto('http://evil.localhost:1/');
    expect(await page.frames()[1]?.locator('form').count()).toBe(0);
    const [response] = await Promise.all([
      page.waitForResponse(`${stack.url}/authorize`),
      page.click('button'),
    ]);
    expect([response.status(), page.url()]).toEqual([403, `${stack.url}/authorize`]);
    await close();
  });

  test('on a device is connected by its code, in the language that its link asks for', async () => {
    const { searchParams } = new URL(authorizationUrl);
    const form = `${new URLSearchParams({ client_id: searchParams.get('client_id') ?? '' })}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { json } = await stack.send('POST /device_authorization', { headers, body: form });
    const { page, close } = await openPage(browser, { javaScriptEnabled: false, locale: 'en' });
    await page.goto(`${json.verification_uri}?ui_locales=de`);
    await signIn(page);
    await page.waitForSelector('#user_code:focus');
    await page.keyboard.type('BCDF-GHJK');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=Dieser Code gilt nicht');
    await page.fill('#user_code', json.user_code);
    await page.keyboard.press('Enter');
    await page.waitForSelector('button[value=allow]');
    expect(await page.getAttribute('html', 'lang')).toBe('de');
    expect(await page.textContent('main')).toContain(json.user_code);
    await picture(page, 'stack-device');
    await page.click('button[value=allow]');
    await page.waitForSelector('text=Das Gerät ist verbunden');
    await close();
  });
});

describe('another site', () => {
  let evil: string;
  let page: Page;
  let close: () => Promise<void>;
  let content = '';
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(content);
  });
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    evil = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    ({ page, close } = await openPage(browser));
    await page.goto(`${stack.url}/sign-in`);
    await signIn(page);
    await page.waitForSelector('text=You are signed in');
  });
  afterAll(async () => {
    await close?.();
    server.close();
  });

  /** Submits a form to us from a page of the other site. */
  const submit = async (
    path: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<number | undefined> => {
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
    content = `<form method="post" action="${stack.url}${path}">${inputs.join('')}<button>Win</button></form>`;
    await page.goto(evil);
    const [response] = await Promise.all([page.waitForResponse(stack.url + path), page.click('button')]);
    return response.status();
  };

  test('cannot sign somebody out', async () => {
    expect(await submit('/sign-out', { csrf: 'guess' })).toBe(403);
    expect(await signedInAs(page, stack)).toBe(ada.email);
  });

  test('cannot sign somebody in as another, even with a token of a browser of its own', async () => {
    const { email } = await stack.onboard();
    const { text } = await stack.send('GET /sign-in');
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    expect(await submit('/sign-in', { csrf, email, password: PASSWORD })).toBe(403);
    expect(await signedInAs(page, stack)).toBe(ada.email);
  });

  test('cannot frame a page of who is signed in', async () => {
    content = `<iframe src="${stack.url}/sign-out"></iframe>`;
    await page.goto(evil);
    await page.waitForTimeout(500);
    expect(await page.frames()[1]?.locator('form').count()).toBe(0);
  });
});
