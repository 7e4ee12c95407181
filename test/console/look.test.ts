import { beforeAll, describe, expect, test } from 'vitest';
import { browser, stack, startBeforeAll } from '../browser/branded-stack.ts';
import { overflow, violations } from '../browser/chromium.ts';
import { connectApp } from '../support/connected-app.ts';
import { type Account, bearer } from '../support/stack.ts';
import { openConsole } from './console.ts';

startBeforeAll();
let ada: Account;
let appId: string;
let clientId: string;
beforeAll(async () => {
  ada = await stack.onboard();
  await stack.raw('GET /v1/stats', { headers: bearer(ada.apiKey) });
  appId = await connectApp(stack, ada, { scopes: ['read'] });
  const { json } = await stack.send('POST /v1/clients', {
    headers: bearer(await stack.logIn(ada)),
    json: {
      name: 'Dashboard',
      redirect_uris: ['https://dashboard.example.com/oauth/callback/with/a/rather/long/path'],
      token_endpoint_auth_method: 'client_secret_basic',
      scopes: ['read'],
    },
  });
  clientId = json.id;
});

/** The screens, each with what stands there once it is loaded. */
const screens = (): readonly (readonly [path: string, loaded: string])[] => [
  ['/', 'figure'],
  ['/keys', 'tbody a'],
  ['/keys?status=revoked', 'main h2'],
  ['/keys/new', 'input[name=name]'],
  [`/keys/${ada.keyId}`, 'main li'],
  [`/keys/${ada.keyId}?do=edit`, 'dialog'],
  [`/keys/${ada.keyId}?do=rotate`, 'dialog'],
  [`/keys/${ada.keyId}?do=revoke`, 'dialog'],
  ['/audit', 'main li'],
  ['/people', 'tbody a'],
  ['/people?do=invite', 'dialog'],
  [`/people/${ada.userId}`, 'dl'],
  [`/people/${ada.userId}?do=edit`, 'dialog'],
  ['/workspaces', 'main li'],
  ['/workspaces?do=create', 'dialog'],
  [`/workspaces?do=rename&id=${ada.workspaceId}`, 'dialog'],
  ['/settings', 'form'],
  ['/settings?do=close', 'dialog'],
  ['/people/nobody', 'main h1'],
  ['/account', 'main section:nth-of-type(3) li'],
  ['/account?do=address', 'dialog'],
  ['/account?do=password', 'dialog'],
  ['/account?do=codes', 'dialog'],
  ['/account?do=end-others', 'dialog'],
  ['/account?do=delete', 'dialog'],
  ['/apps', 'main li'],
  [`/apps?do=disconnect&id=${appId}`, 'dialog'],
  ['/clients', 'main li'],
  ['/clients?do=register', 'dialog'],
  [`/clients?do=rotate&id=${clientId}`, 'dialog'],
  [`/clients?do=delete&id=${clientId}`, 'dialog'],
  ['/nothing', 'main h1'],
  ['/keys/key_nothing', 'main h1'],
];

describe.each([
  [
    'wide, light, English',
    { locale: 'en', colorScheme: 'light' as const, viewport: { width: 1280, height: 800 } },
  ],
  [
    'narrow, dark, German',
    { locale: 'de', colorScheme: 'dark' as const, viewport: { width: 320, height: 640 } },
  ],
])('%s', (_name, options) => {
  test('axe finds nothing, nothing is wider than the window, and the browser complains of nothing', async () => {
    const { page, complaints, close } = await openConsole(browser, stack, ada, options);
    for (const [path, loaded] of screens()) {
      await page.goto(`${stack.url}/console${path}`);
      await page.waitForSelector(loaded);
      await page.waitForTimeout(400);
      expect([path, await violations(page), (await overflow(page)) <= 0]).toEqual([path, [], true]);
    }
    // The browser itself says that there is no such key.
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
    await close();
  });
});

test('every word of a screen is German for who reads German', async () => {
  const { page, close } = await openConsole(browser, stack, ada, { locale: 'de-AT' });
  const seen: string[] = [];
  for (const [path, loaded] of screens()) {
    await page.goto(`${stack.url}/console${path}`);
    await page.waitForSelector(loaded);
    seen.push((await page.textContent('body')) ?? '');
  }
  expect(await page.getAttribute('html', 'lang')).toBe('de');
  for (const english of [
    'Overview',
    'API keys',
    'Create key',
    'Revoke',
    'Cancel',
    'Never',
    'Workspace',
    'Requests',
  ])
    expect([english, seen.join('\n').includes(english)]).toEqual([english, false]);
  await close();
});

test('who wants less motion has none', async () => {
  const { page, close } = await openConsole(browser, stack, ada, {
    path: `/keys/${ada.keyId}?do=edit`,
    reducedMotion: 'reduce',
  });
  await page.waitForSelector('dialog');
  expect(
    await page.evaluate(
      'document.getAnimations().filter((each) => each.constructor.name === "CSSAnimation").length',
    ),
  ).toBe(0);
  await close();
});

test('every control can be reached and seen by the keyboard, and a dialog gives the focus back', async () => {
  const { page, close } = await openConsole(browser, stack, ada, { path: `/keys/${ada.keyId}` });
  await page.waitForSelector('text=About this key');
  await page.keyboard.press('Tab');
  await page.waitForSelector('a:focus >> text=Skip to the content');
  await page.keyboard.press('Enter');
  const opener = page.locator('main header button >> nth=0');
  await opener.focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog');
  for (let press = 0; press < 30; press += 1) {
    await page.keyboard.press('Tab');
    expect(
      await page.evaluate(
        'document.activeElement === document.body || document.activeElement.closest("dialog") !== null',
      ),
    ).toBe(true);
  }
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Edit');
  await close();
});

test('a menu is used by the keyboard as menus are, gives the focus back, and stays within the window', async () => {
  const { page, complaints, close } = await openConsole(browser, stack, ada, {
    path: '/keys',
    viewport: { width: 320, height: 640 },
  });
  await page.waitForSelector('tbody a');
  const trigger = page.locator('tbody [aria-haspopup=menu] >> nth=0');
  const focusedText = () => page.evaluate('document.activeElement.textContent');
  await trigger.focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForSelector('[role=menu] [role^=menuitem]:focus');
  const entries = await page.locator('[role=menu] [role^=menuitem]').allTextContents();
  const last = entries.at(-1) ?? '';
  expect(await focusedText()).toBe(entries[0]);
  expect([await violations(page), (await overflow(page)) <= 0]).toEqual([[], true]);
  const box = await page.locator('[role=menu]').boundingBox();
  expect(box !== null && box.x >= 0 && box.x + box.width <= 320 && box.y + box.height <= 640).toBe(true);
  for (const [key, text] of [
    ['ArrowUp', last],
    ['ArrowDown', entries[0]],
    ['End', last],
    ['Home', entries[0]],
    [entries[1]?.slice(0, 1) ?? '', entries[1]],
  ] as const) {
    await page.keyboard.press(key);
    expect([key, await focusedText()]).toEqual([key, text]);
  }
  await page.keyboard.press('Escape');
  await page.waitForSelector('[role=menu]', { state: 'hidden' });
  await page.waitForSelector('tbody [aria-haspopup=menu]:focus');
  // Opened once more, by a click, and closed by one elsewhere.
  await trigger.click();
  await page.waitForSelector('[role=menu] [role^=menuitem]');
  await page.mouse.click(5, 5);
  await page.waitForSelector('[role=menu]', { state: 'hidden' });
  expect(new URL(page.url()).pathname).toBe('/console/keys');
  expect(complaints).toEqual([]);
  await close();
});
