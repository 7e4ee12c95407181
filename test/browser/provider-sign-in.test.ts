/** Signing in with an identity provider (`oidc-provider`, on pages of its own) in Chromium. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OidcProvider } from '../support/oidc-provider.ts';
import type { Account, TestStack } from '../support/stack.ts';
import { signedInAs, startBrandedStack } from './branded-stack.ts';
import { hasFocus, openPage, overflow, picture, startChromium, violations } from './chromium.ts';

const acme = new OidcProvider(18_797);
const contoso = new OidcProvider(18_798);

let browser: Browser;
let stack: TestStack;
let ada: Account;
beforeAll(async () => {
  await Promise.all([acme.start(), contoso.start()]);
  const provider = { tenantClaim: { claim: 'org' }, role: 'viewer', linkByEmail: true };
  const signIn = { clientId: 'latchkey', authentication: 'none' };
  [browser, stack] = await Promise.all([
    startChromium(),
    startBrandedStack('default', {
      identityProviders: [
        { ...provider, issuer: acme.issuer, signIn: { ...signIn, id: 'acme', label: 'Acme ID' } },
        {
          ...provider,
          issuer: contoso.issuer,
          signIn: { ...signIn, id: 'contoso', label: 'Contoso', domains: ['contoso.example'] },
        },
      ],
    }),
  ]);
  ada = await stack.onboard();
  await Promise.all([startProvider(acme, 'acme'), startProvider(contoso, 'contoso')]);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([acme.stop(), contoso.stop()]);
  await stack?.stop();
});

function startProvider(provider: OidcProvider, id: string): Promise<void> {
  const client = {
    client_id: 'latchkey',
    token_endpoint_auth_method: 'none',
    redirect_uris: [`${stack.url}/sign-in/${id}`],
  } as const;
  const org = ada.tenantId;
  const people = {
    ada: { org, email: ada.email, email_verified: true },
    unverified: { org, email: ada.email, email_verified: false },
    // A Cyrillic letter in place of the Latin one.
    lookalike: { org, email: ada.email.replace('person', 'pеrson'), email_verified: true },
    // What NFKC makes Ada's address of.
    compatible: { org, email: ada.email.replace('@', '＠'), email_verified: true },
  };
  return provider.start({}, [['RS256', 'a']], { clients: [client], people });
}

/** Opens the sign-in page and presses a provider's button: the browser is at the provider then, by the URL that this gives. */
async function goTo(page: Page, label: string, path = '/sign-in'): Promise<string> {
  await page.goto(stack.url + path);
  const [request] = await Promise.all([
    page.waitForRequest((each) => each.url().includes('code_challenge=')),
    page.click(`text=Continue with ${label}`),
  ]);
  await page.waitForSelector('input[name=login]');
  return request.url();
}

/** Signs in at the provider, which leads back. */
async function enter(page: Page, login: string): Promise<void> {
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.waitForURL(`${stack.url}/**`);
}

const alertOf = (page: Page) => page.textContent('[role=alert]');

test('with the keyboard alone and without a script on our pages, somebody comes in and goes on', async () => {
  const { page, complaints, close } = await openPage(browser, { javaScriptEnabled: false, locale: 'en' });
  await page.goto(`${stack.url}/sign-in?continue=${encodeURIComponent('/device?user_code=WDJB-MJHT')}`);
  await hasFocus(page, 'email');
  for (const name of ['password', 'Sign in', '/reset-password', 'passkey', 'Continue with Acme ID']) {
    await page.keyboard.press('Tab');
    await hasFocus(page, name);
  }
  await page.keyboard.press('Enter');
  await page.waitForSelector('input[name=login]');
  await enter(page, 'ada');
  await page.waitForURL(`${stack.url}/device?user_code=WDJB-MJHT`);
  expect(await signedInAs(page, stack)).toBe(ada.email);
  // Who is asked again is asked by the provider too, whoever is signed in there.
  await goTo(page, 'Acme ID', '/sign-in?continue=/device');
  expect(complaints.filter((text) => !text.startsWith('Failed to load'))).toEqual([]);
  await close();
});

describe('nobody is signed in', () => {
  test.each([
    ['unverified', 'whose address the provider has not verified'],
    ['lookalike', 'whose address looks like somebody’s'],
    ['compatible', 'whose address NFKC would make somebody’s'],
  ])('%s: %s', async (login) => {
    const { page, close } = await openPage(browser, { locale: 'en' });
    await goTo(page, 'Acme ID');
    await enter(page, login);
    expect(await alertOf(page)).toContain('Your account at Acme ID cannot sign in here.');
    if (login === 'unverified') await picture(page, 'provider-refused');
    expect(await signedInAs(page, stack)).toBeUndefined();
    await close();
  });

  test('by the same answer twice', async () => {
    const { page, close } = await openPage(browser, { locale: 'en' });
    const answer = new URL(await acme.signIn(await goTo(page, 'Acme ID'), 'ada'));
    await page.goto(answer.href);
    expect(page.url()).toBe(`${stack.url}/sign-in`);
    const response = await page.goto(answer.href);
    expect([response?.status(), await alertOf(page)]).toEqual([
      403,
      'This form had expired. Please sign in again.',
    ]);
    await close();
  });

  test('by an answer of another browser: a link that somebody sent', async () => {
    const [attacker, victim] = [await openPage(browser), await openPage(browser, { locale: 'en' })];
    const answer = new URL(await acme.signIn(await goTo(attacker.page, 'Acme ID'), 'ada'));
    expect((await victim.page.goto(answer.href))?.status()).toBe(403);
    expect(await victim.page.context().cookies()).toEqual([]);
    await victim.page.goto(`${stack.url}/sign-in`);
    expect((await victim.page.goto(answer.href))?.status()).toBe(403);
    expect(await signedInAs(victim.page, stack)).toBeUndefined();
    await attacker.close();
    await victim.close();
  });

  test('by a code of another flow: its verifier and its nonce are of another browser', async () => {
    const [attacker, victim] = [await openPage(browser), await openPage(browser, { locale: 'en' })];
    const stolen = new URL(await acme.signIn(await goTo(attacker.page, 'Acme ID'), 'ada'));
    const own = new URL(await acme.signIn(await goTo(victim.page, 'Acme ID'), 'unverified'));
    own.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    expect((await victim.page.goto(own.href))?.status()).toBe(403);
    expect(await signedInAs(victim.page, stack)).toBeUndefined();
    await attacker.close();
    await victim.close();
  });

  test('by an answer that is mixed up: of another issuer, or at another provider’s redirect URI', async () => {
    const { page, close } = await openPage(browser, { locale: 'en' });
    const answer = new URL(await acme.signIn(await goTo(page, 'Acme ID'), 'ada'));
    const elsewhere = new URL(answer);
    elsewhere.pathname = '/sign-in/contoso';
    expect((await page.goto(elsewhere.href))?.status()).toBe(403);
    answer.searchParams.set('iss', contoso.issuer);
    expect((await page.goto(answer.href))?.status()).toBe(403);
    expect(await alertOf(page)).toContain('cannot sign in here');
    expect(await signedInAs(page, stack)).toBeUndefined();
    await close();
  });

  test('who cancels, and is told so with the way on kept', async () => {
    const { page, complaints, close } = await openPage(browser, { locale: 'en' });
    await goTo(page, 'Acme ID', '/sign-in?continue=/device');
    await page.click('a[href$="/abort"]');
    await page.waitForURL(`${stack.url}/sign-in/acme?*`);
    expect(await alertOf(page)).toBe(
      'You have not signed in with Acme ID. Try again, or choose another way.',
    );
    await picture(page, 'provider-cancelled');
    expect([await violations(page), await page.inputValue('input[name=continue] >> nth=0')]).toEqual([
      [],
      '/device',
    ]);
    expect(complaints.filter((text) => !text.startsWith('Failed to load'))).toEqual([]);
    await close();
  });

  test('while the provider is down, before or after they were there', async () => {
    const { page, close } = await openPage(browser, { locale: 'en' });
    const answer = new URL(await contoso.signIn(await goTo(page, 'Contoso'), 'ada'));
    await contoso.stop();
    const response = await page.goto(answer.href);
    expect([response?.status(), await alertOf(page)]).toEqual([
      503,
      'Signing in with Contoso does not work right now. Please try again in a moment.',
    ]);
    await startProvider(contoso, 'contoso');
    await close();
  });
});

test('whose address is of a provider’s domain is led there, and asked for nothing more', async () => {
  for (const [locale, colorScheme, viewport] of [
    ['en', 'light', { width: 1280, height: 800 }],
    ['de', 'dark', { width: 320, height: 640 }],
  ] as const) {
    const { page, close } = await openPage(browser, { locale, colorScheme, viewport });
    await page.goto(`${stack.url}/sign-in?continue=/device`);
    await picture(page, `provider-sign-in-${viewport.width}`);
    expect([await violations(page), (await overflow(page)) <= 0]).toEqual([[], true]);
    await page.fill('#email', 'Ada@Contoso.example');
    await page.fill('#password', 'whatever');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[name=login_hint]', { state: 'attached' });
    await picture(page, `provider-required-${viewport.width}`);
    expect([await violations(page), (await overflow(page)) <= 0]).toEqual([[], true]);
    await page.keyboard.press('Enter');
    await page.waitForSelector('input[name=login]');
    expect(await page.inputValue('input[name=login]')).toBe('ada@contoso.example');
    await close();
  }
});
