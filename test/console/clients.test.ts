import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { browser, stack, startBeforeAll } from '../browser/branded-stack.ts';
import type { Page } from '../browser/chromium.ts';
import { addMember } from '../support/full-tenant.ts';
import { type Account, bearer } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures, refusal } from './console.ts';

startBeforeAll();
let ada: Account;
let token: string;
let opened: OpenConsole;
let page: Page;
beforeEach(async () => {
  ada = await stack.onboard();
  token = await stack.logIn(ada);
  opened = await openConsole(browser, stack, ada);
  ({ page } = opened);
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.waitForSelector('text=No clients yet');
});
afterEach(() => opened.close());

const REDIRECT = 'https://app.example/callback';
const submit = 'dialog button[type=submit]';
const open = (query: string) => page.goto(`${stack.url}/console/clients${query}`);
const clients = async () => (await stack.send('GET /v1/clients', { headers: bearer(token) })).json.data;
const register = async (fields: object = {}) =>
  (
    await stack.send('POST /v1/clients', {
      headers: bearer(token),
      json: {
        name: 'Dashboard',
        redirect_uris: [REDIRECT],
        token_endpoint_auth_method: 'client_secret_basic',
        ...fields,
      },
    })
  ).json;
/** Whether a secret proves its client: the token endpoint then complains of the code, and of nothing before it. */
const proves = async (id: string, secret: string) => {
  const { json } = await stack.send('POST /token', {
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: `${new URLSearchParams({ grant_type: 'authorization_code', code: 'none', code_verifier: 'v'.repeat(43), redirect_uri: REDIRECT })}`,
  });
  return json.error === 'invalid_grant';
};
/** All that the page keeps, and where it is. */
const left = () =>
  page.evaluate(
    'JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML])',
  );
const store = async () => {
  const secret = (await page.textContent('output')) ?? '';
  await page.check('text=I have stored it');
  await page.click('dialog >> text=Done');
  await page.waitForSelector('dialog', { state: 'detached' });
  return secret;
};

test('with the keyboard alone a client with a secret is registered, and the secret shown once', async () => {
  await pictures(page, 'clients-none');
  await page.locator('main header button').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog input:focus');
  await page.keyboard.type('Dashboard');
  await page.keyboard.press('Tab');
  await page.keyboard.type(`${REDIRECT}\nhttp://localhost/callback`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector('text=Choose at least one.');
  expect(await page.isDisabled(submit)).toBe(true);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await pictures(page, 'clients-register');
  await page.locator(submit).focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('output');
  await pictures(page, 'clients-secret');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  expect(await page.isVisible('output')).toBe(true);
  const secret = await store();
  const [client] = await clients();
  expect(client).toMatchObject({
    name: 'Dashboard',
    redirect_uris: [REDIRECT, 'http://localhost/callback'],
    token_endpoint_auth_method: 'client_secret_basic',
    scopes: [expect.any(String)],
  });
  expect(await proves(client.id, secret)).toBe(true);
  expect(await proves(client.id, `${secret}x`)).toBe(false);
  await page.waitForSelector('main li >> text=Dashboard');
  expect(await left()).not.toContain(secret);
  expect(stack.lines.join('\n')).not.toContain(secret);
  await page.goBack();
  await page.waitForTimeout(300);
  expect(await page.content()).not.toContain(secret);
  expect(opened.complaints).toEqual([]);
});

test('a public client has no secret, and one with a key of its own gives its public keys', async () => {
  await open('?do=register');
  await page.fill('dialog input >> nth=0', 'Phone');
  await page.fill('dialog textarea', REDIRECT);
  await page.click(submit);
  await page.waitForSelector('main li >> text=Phone');
  await open('?do=register');
  await page.fill('dialog input >> nth=0', 'Backend');
  await page.fill('dialog textarea', REDIRECT);
  await page.click('dialog label:has-text("With a key of its own")');
  await page.fill('dialog textarea >> nth=1', '{"keys": [');
  await page.click(submit);
  await page.waitForSelector('dialog [role=alert] >> text=must be an object');
  await page.fill('dialog textarea >> nth=1', '{"keys": [{"kty": "EC"}]}');
  await page.click(submit);
  await page.waitForSelector('dialog [role=alert] >> text=must be a public key');
  const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  await page.fill('dialog textarea >> nth=1', JSON.stringify({ keys: [{ kty, crv, x, y }] }));
  await page.click(submit);
  await page.waitForSelector('main li >> text=Backend');
  await pictures(page, 'clients');
  expect(
    (await clients()).map(
      (client: { readonly token_endpoint_auth_method: string }) => client.token_endpoint_auth_method,
    ),
  ).toEqual(['none', 'private_key_jwt']);
});

test('what the API refuses stands at its field: a redirect, and anything else below', async () => {
  await open('?do=register');
  await page.fill('dialog input >> nth=0', 'Wrong');
  await page.fill('dialog textarea', 'http://app.example/callback');
  await page.click(submit);
  await page.waitForSelector('dialog textarea[aria-invalid]');
  expect(await page.textContent('dialog [role=alert]')).toContain('must be https');
  await pictures(page, 'clients-refused');
  const retry = { 'Retry-After': '42' };
  let answer = refusal(409, 'limit_reached', 'A tenant has at most 50 clients.', retry);
  await page.route('**/v1/clients', (route) =>
    route.request().method() === 'GET' ? route.continue() : route.fulfill(answer),
  );
  await page.click(submit);
  await page.waitForSelector('dialog [role=alert] >> text=A tenant has at most 50 clients.');
  answer = refusal(429, 'rate_limited', 'Rate limit exceeded.', retry);
  await page.click(submit);
  await page.waitForSelector('dialog [role=alert] >> text=Try again in 42 seconds.');
});

test('a registration whose answer was lost makes no second client, and says what to do', async () => {
  await open('?do=register');
  await page.fill('dialog input >> nth=0', 'Lost');
  await page.fill('dialog textarea', REDIRECT);
  await page.click('dialog label:has-text("With a secret")');
  let isLost = true;
  await page.route('**/v1/clients', async (route) => {
    if (route.request().method() !== 'POST' || !isLost) return route.continue();
    isLost = false;
    await route.fetch();
    await route.abort();
  });
  await page.click(submit);
  await page.waitForSelector('dialog [role=alert] >> text=Nothing answers');
  await page.click(submit);
  await page.waitForSelector('text=its secret cannot be shown again: rotate it.');
  expect(await clients()).toHaveLength(1);
});

describe('a secret is rotated', () => {
  test('with an overlap in which both prove the client, and shown once', async () => {
    const { id, client_secret: before } = await register();
    await open(`?do=rotate&id=${id}`);
    await page.click('dialog label:has-text("1 hour")');
    await pictures(page, 'clients-rotate');
    await page.click(submit);
    await page.waitForSelector('output');
    const next = await store();
    expect([await proves(id, before), await proves(id, next)]).toEqual([true, true]);
    await page.waitForSelector('main li >> text=The former secret works until');
    await pictures(page, 'clients-rotated');
    expect(await left()).not.toContain(next);

    await page.click('main li >> text=Rotate the secret…');
    await page.click('dialog label:has-text("no time")');
    await page.click(submit);
    await page.waitForSelector('output');
    const last = await store();
    expect([await proves(id, before), await proves(id, next), await proves(id, last)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(opened.complaints).toEqual([]);
  });

  test('unless somebody else was faster (409), which is said', async () => {
    const { id } = await register();
    await page.route('**/rotate-secret', (route) =>
      route.fulfill(refusal(409, 'conflicting_state', 'The secret was rotated meanwhile. Try again.')),
    );
    await open(`?do=rotate&id=${id}`);
    await page.click(submit);
    await page.waitForSelector('dialog [role=alert] >> text=The secret was rotated meanwhile.');
  });
});

test('a client is deleted by typing its name', async () => {
  await register();
  await page.reload();
  await page.click('main li >> text=Delete…');
  await page.waitForSelector('dialog input:focus');
  expect(await page.isDisabled(submit)).toBe(true);
  await page.keyboard.type('Dashboard');
  await pictures(page, 'clients-delete');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=No clients yet');
  expect(await clients()).toEqual([]);
});

test('who may not change settings is told so, and is not shown the way', async () => {
  const { email } = await addMember(stack, { ...ada, token }, 'viewer');
  const viewer = await openConsole(browser, stack, { email });
  expect(await viewer.page.locator('nav >> text=OAuth clients').count()).toBe(0);
  await viewer.page.goto(`${stack.url}/console/clients`);
  await viewer.page.waitForSelector('text=Not for your role');
  await viewer.close();
});

test('a list that loads or fails is said to', async () => {
  let fails = false;
  await page.route('**/v1/clients', async (route) => {
    if (fails) await route.fulfill({ status: 500, body: '{"message":"Something went wrong."}' });
  });
  await page.reload();
  await page.waitForSelector('main section span[aria-hidden].block');
  fails = true;
  await page.reload();
  await page.waitForSelector('text=This could not be loaded', { timeout: 20_000 });
  await pictures(page, 'clients-failed');
});
