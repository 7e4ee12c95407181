import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toolProgram } from '../../toolchain/install.ts';
import { BRANDED, PAGES, PLAIN, RenderedPages } from '../pages/rendered-pages.ts';
import { focused, hasFocus, openPage, overflow, picture, startChromium, violations } from './chromium.ts';

const ROOT = join(import.meta.dirname, '../..');

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

// Here, as only with the tools of this folder they do.
test.each(['browser', 'console'])('the tests of test/%s compile', (folder) => {
  execFileSync(process.execPath, [toolProgram('tsc'), '-p', join(ROOT, 'test', folder)], {
    stdio: 'inherit',
  });
});

const WINDOWS = [
  { name: 'wide', branding: PLAIN, locale: 'en', colorScheme: 'light', width: 1280 },
  { name: 'wide-dark', branding: PLAIN, locale: 'de', colorScheme: 'dark', width: 1280 },
  { name: 'small', branding: BRANDED, locale: 'de', colorScheme: 'light', width: 320 },
  { name: 'small-dark', branding: BRANDED, locale: 'en', colorScheme: 'dark', width: 320 },
] as const;

describe.each(WINDOWS)('in a window of $width pixels, $colorScheme, in $locale', (window) => {
  const { name: variant, branding, locale, colorScheme, width } = window;

  test.each(Object.keys(PAGES))(
    '%s: axe finds nothing, nothing is cut off, nothing is refused',
    async (name) => {
      const pages = await RenderedPages.start(branding);
      const { page, complaints, close } = await openPage(browser, {
        locale,
        colorScheme,
        viewport: { width, height: 720 },
      });
      try {
        await page.goto(`${pages.url}/${name}`);
        await picture(page, `${variant}-${name}`);
        expect(await violations(page)).toEqual([]);
        expect(await overflow(page)).toBeLessThanOrEqual(0);
        expect(complaints).toEqual([]);
        expect(await page.getAttribute('html', 'lang')).toBe(locale);
        // The stylesheet has come: a page without it would have no faults to find.
        const isWide = (await page.locator('main.wide').count()) > 0;
        expect(await page.evaluate('getComputedStyle(document.querySelector("main")).maxWidth')).toBe(
          isWide ? '576px' : '416px',
        );
      } finally {
        await close();
        await pages.stop();
      }
    },
  );
});

test.each(['', '/live'])('pages find what they load below %j', async (base) => {
  const pages = await RenderedPages.start(BRANDED, base);
  const { page, complaints, close } = await openPage(browser);
  await page.goto(`${pages.url}/consent`);
  expect(await page.evaluate('document.querySelector("main img").naturalWidth')).toBeGreaterThan(0);
  expect(complaints).toEqual([]);
  await page.click('button:text("Deny")');
  await page.waitForURL(`${pages.url}/arrived`);
  await close();
  await pages.stop();
});

describe('with the keyboard alone, and without a script', () => {
  let pages: RenderedPages;
  beforeAll(async () => {
    pages = await RenderedPages.start(PLAIN);
  });
  afterAll(() => pages?.stop());

  test('an app is allowed: every control is reached in its order, and is seen to have the focus', async () => {
    const { page, close } = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(`${pages.url}/consent`);
    const order = [];
    for (let tab = 0; tab < 4; tab += 1) {
      await page.keyboard.press('Tab');
      order.push(await focused(page));
    }
    expect(order).toEqual(
      ['workspace_id', 'allow', 'deny', '/sign-in?continue=%2Fauthorize'].map((name) => ({
        name,
        isVisible: true,
      })),
    );
    await page.goto(`${pages.url}/consent`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${pages.url}/arrived`);
    expect(Object.fromEntries(pages.posted ?? [])).toEqual({
      client_id: 'https://claude.ai/client.json',
      state: 'a"><script>alert(1)</script>',
      csrf: 'token',
      workspace_id: 'w2',
      decision: 'allow',
    });
    await close();
  });

  test('a device’s code is entered where the focus is at once', async () => {
    const { page, close } = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(`${pages.url}/device`);
    await hasFocus(page, 'user_code');
    await page.keyboard.type('wdjb-mjht');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${pages.url}/arrived`);
    expect(pages.posted?.get('user_code')).toBe('wdjb-mjht');
    await close();
  });

  test('a screen reader is told at once what was wrong, and which fields it is about', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(`${pages.url}/sign-in-wrong`);
    const text = await page.locator('form').ariaSnapshot();
    expect(text).toMatch(/- alert: The e-mail address or the password is wrong/);
    expect(await page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true');
    await close();
  });
});

describe('after a form, the browser is brought', () => {
  let pages: RenderedPages;
  let client: RenderedPages;
  beforeAll(async () => {
    [pages, client] = await Promise.all([RenderedPages.start(PLAIN), RenderedPages.start(PLAIN)]);
  });
  afterAll(async () => {
    await pages?.stop();
    await client?.stop();
  });

  test('to another origin, at a loopback address', async () => {
    pages.answer = { goesTo: `${client.url}/arrived?code=1&state=a%20b` };
    const { page, complaints, close } = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(`${pages.url}/consent`);
    await page.click('button:text("Allow")');
    await page.waitForURL(pages.answer.goesTo);
    expect(await page.textContent('body')).toBe('arrived');
    expect(complaints).toEqual([]);
    await close();
  });

  test('to an https URL, without telling where it came from', async () => {
    const target = 'https://claude.ai/api/mcp/auth_callback?code=1&state=2';
    pages.answer = { goesTo: target };
    const { page, close } = await openPage(browser, { javaScriptEnabled: false });
    let referer: string | undefined = 'none yet';
    await page.route('https://claude.ai/**', async (route) => {
      referer = route.request().headers().referer;
      await route.fulfill({ body: 'arrived' });
    });
    await page.goto(`${pages.url}/consent`);
    await page.click('button:text("Allow")');
    await page.waitForURL(target);
    expect(referer).toBeUndefined();
    await close();
  });

  test('to an app by its scheme, with a link that has the focus where the system does not open it', async () => {
    const target = 'cursor://anysphere.cursor-mcp/oauth/callback?code=1';
    pages.answer = { goesTo: target };
    const { page, close } = await openPage(browser, { javaScriptEnabled: false });
    const session = await page.context().newCDPSession(page);
    await session.send('Page.enable');
    const asked: string[] = [];
    session.on('Page.frameRequestedNavigation', ({ url, reason }) => asked.push(`${reason} ${url}`));
    await page.goto(`${pages.url}/consent`);
    await page.click('button:text("Allow")');
    await page.waitForSelector(`a[href="${target}"]`);
    await expect.poll(() => asked).toContain(`metaTagRefresh ${target}`);
    await picture(page, 'continue-app');
    // The link for who was not asked stands where Enter is pressed.
    await page.waitForSelector(`a.button[href="${target}"]:focus`);
    await close();
  });

  test('nowhere by a redirect, which Chromium stops: that is why pages go on by themselves', async () => {
    pages.answer = { goesTo: `${client.url}/arrived`, byRedirect: true };
    const { page, complaints, close } = await openPage(browser);
    await page.goto(`${pages.url}/consent`);
    await page.click('button:text("Allow")');
    await expect.poll(() => complaints.join('\n')).toMatch(/form-action/);
    expect(page.url()).not.toContain('arrived');
    await close();
  });
});

test('a page in a frame of another site shows nothing', async () => {
  const [pages, evil] = await Promise.all([RenderedPages.start(PLAIN), RenderedPages.start(PLAIN)]);
  const { page, complaints, close } = await openPage(browser);
  await page.goto(`${evil.url}/arrived`);
  for (const name of ['sign-in', 'consent', 'device', 'sign-out']) {
    await page.setContent(`<iframe src="${pages.url}/${name}"></iframe>`);
    await expect.poll(() => complaints.join('\n')).toMatch(/frame-ancestors 'none'/);
    const [, frame] = page.frames();
    expect(await frame?.locator('form').count()).toBe(0);
  }
  await close();
  await pages.stop();
  await evil.stop();
});
