import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { totpCode } from '../../lambdas/factors/totp.ts';
import { browser, stack, startBeforeAll, submitSignIn } from '../browser/branded-stack.ts';
import { type Page, withAuthenticator } from '../browser/chromium.ts';
import { addMember } from '../support/full-tenant.ts';
import { signedInAgo } from '../support/recent-session.ts';
import { type Account, bearer, PASSWORD } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures, refusal } from './console.ts';

startBeforeAll();
let ada: Account;
let opened: OpenConsole;
let page: Page;
/** The access token of the console, as it is sent. */
let token: string;
beforeEach(async () => {
  ada = await stack.onboard();
  opened = await openAccount(ada);
  ({ page } = opened);
});
afterEach(() => opened.close());

async function openAccount(person: Pick<Account, 'email'>): Promise<OpenConsole> {
  const account = await openConsole(browser, stack, person);
  account.page.on('request', (request) => {
    const credential = request.headers().authorization;
    if (credential) token = credential.replace('Bearer ', '');
  });
  await account.page.keyboard.press('g');
  await account.page.keyboard.press('m');
  await account.page.waitForSelector('text=This session');
  return account;
}

const open = (query: string) => page.goto(`${stack.url}/console/account${query}`);
const send = (target: string, json?: object) =>
  stack.send(target, { headers: bearer(token), ...(json && { json }) });
const submit = 'dialog button[type=submit]';

test('who manages people is led to where their own name is changed', async () => {
  await pictures(page, 'account');
  await page.locator('main li:has-text("Name") a').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog input');
  expect(page.url()).toBe(`${stack.url}/console/people/${ada.userId}?do=edit`);
  expect(opened.complaints).toEqual([]);
});

test('who may not manage people cannot change their name, and is told who can', async () => {
  const { email } = await addMember(stack, { ...ada, token }, 'viewer');
  const viewer = await openAccount({ email });
  await viewer.page.waitForSelector('text=Who manages people can change it.');
  expect(await viewer.page.locator('main li:has-text("Name") a').count()).toBe(0);
  expect(await viewer.page.locator('nav >> text=OAuth clients').count()).toBe(0);
  await viewer.close();
});

describe('another address', () => {
  test('gets a link, and one that is none is refused at its field', async () => {
    await open('?do=address');
    await page.fill('dialog input', 'ada@nowhere');
    await page.click(submit);
    await page.waitForSelector('dialog input[aria-invalid]');
    await page.fill('dialog input', 'ada@new.example.com');
    await pictures(page, 'account-address');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=If ada@new.example.com is free, a link is on its way there.');
    await pictures(page, 'account-address-sent');
    expect((await send('GET /v1/auth/me')).json.email).toBe(ada.email);
  });

  test('asks who signed in longer ago to do so again, and leads back to the same place', async () => {
    await open('?do=address');
    await page.waitForSelector('dialog input:focus');
    await signedInAgo(stack.table, token, 700);
    await page.fill('dialog input', 'ada@new.example.com');
    await page.click(submit);
    await page.waitForSelector('dialog >> text=Please sign in again');
    await pictures(page, 'account-sign-in-again');
    // This browser's own sign-in ends, too: the password is asked for.
    for (const { id } of (await send('GET /v1/auth/sessions')).json.sign_ins)
      await send(`DELETE /v1/auth/sessions/${id}`);
    await page.click('dialog button:has-text("Sign in again")');
    await page.waitForSelector('#password');
    await submitSignIn(page, ada.email);
    await page.waitForURL(`${stack.url}/console/account?do=address`);
    await page.fill('dialog input', 'ada@new.example.com');
    await page.click(submit);
    await page.waitForSelector('text=a link is on its way there');
  });

  test('that comes too often (429) says when it may come again', async () => {
    await page.route('**/v1/auth/email', (route) =>
      route.fulfill(refusal(429, 'rate_limited', 'Rate limit exceeded.', { 'Retry-After': '42' })),
    );
    await open('?do=address');
    await page.fill('dialog input', 'ada@new.example.com');
    await page.click(submit);
    await page.waitForSelector('dialog [role=alert] >> text=Try again in 42 seconds.');
  });
});

test('a password is changed by who knows it; a wrong one is sent once, and told at its field', async () => {
  const elsewhere = await stack.logIn(ada);
  let sent = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/v1/auth/password')) sent += 1;
  });
  await page.locator('main li:has-text("Password") button').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog input:focus');
  await page.keyboard.type('not it');
  await page.locator('dialog input >> nth=1').focus();
  await page.keyboard.type('Correct-Horse-42-Battery');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=This is not your present password.');
  expect(sent).toBe(1);
  await pictures(page, 'account-password');
  await page.fill('dialog input >> nth=0', PASSWORD);
  await page.fill('dialog input >> nth=1', 'password1');
  await page.click(submit);
  await page.waitForSelector('dialog input[type=password][autocomplete=new-password][aria-invalid]');
  await page.fill('dialog input >> nth=1', 'Correct-Horse-42-Battery');
  await page.click(submit);
  await page.waitForSelector('text=Your password is changed');
  expect((await stack.send('GET /v1/auth/me', { headers: bearer(elsewhere) })).status).toBe(401);
  expect((await send('GET /v1/auth/me')).status).toBe(200);
  const login = (password: string) =>
    stack.send('POST /v1/auth/login', { json: { email: ada.email, password } });
  expect((await login(PASSWORD)).status).toBe(401);
  expect((await login('Correct-Horse-42-Battery')).status).toBe(200);
});

describe('second factors', () => {
  test('a passkey is made on its page, which leads back; it is renamed and removed here', async () => {
    await withAuthenticator(page);
    await page.waitForSelector('text=There is none yet.');
    await page.click('text=Add a passkey or an app');
    await page.waitForSelector('text=Back');
    await page.click('text=Back');
    await page.waitForURL(`${stack.url}/console/account`);
    await page.click('text=Add a passkey or an app');
    await page.click('text=Add a passkey');
    await page.fill('#name', 'Laptop');
    await page.click('text=Create the passkey');
    await page.click('text=I have saved them');
    await page.waitForURL(`${stack.url}/console/account`);
    await page.waitForSelector('main li >> text=Laptop');
    await page.waitForSelector('text=10 are left');
    await pictures(page, 'account-factors');

    await page.click('main li >> text=Rename');
    await page.fill('dialog input', 'Work laptop');
    await page.keyboard.press('Enter');
    await page.waitForSelector('main li >> text=Work laptop');

    await page.click('button[aria-label="Remove “Work laptop”?"]');
    await page.waitForSelector('dialog');
    await pictures(page, 'account-remove-factor');
    await page.click(submit);
    await page.waitForSelector('text=There is none yet.');
    expect((await send('GET /v1/auth/factors')).json.data).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });

  test('new recovery codes are shown once, and are nowhere after', async () => {
    const { json } = await send('POST /v1/auth/factors', { kind: 'totp' });
    const code = totpCode(json.secret, Math.floor(Date.now() / 30_000));
    await send(`PATCH /v1/auth/factors/${json.id}`, { code });
    await page.reload();
    await page.waitForSelector('main li >> text=Authenticator app');
    await page.click('main >> text=Make new codes…');
    await page.click(submit);
    const shown = (await page.textContent('output')) ?? '';
    expect(shown.split('\n')).toHaveLength(10);
    await pictures(page, 'account-codes');
    await page.keyboard.press('Escape');
    expect(await page.isVisible('output')).toBe(true);
    await page.check('text=I have stored it');
    await page.click('dialog >> text=Done');
    await page.waitForSelector('dialog', { state: 'detached' });
    const left = await page.evaluate(
      'JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML])',
    );
    for (const each of shown.split('\n')) expect(left).not.toContain(each);
    expect(stack.lines.join('\n')).not.toContain(shown.split('\n')[0]);
    expect(opened.complaints).toEqual([]);
  });

  test('the last one of who must have one stays (409), and that is said', async () => {
    await page.route('**/v1/auth/factors', (route) =>
      route.fulfill({
        json: {
          data: [
            {
              id: 'p1',
              kind: 'passkey',
              name: 'Phone',
              created_at: '2026-01-01T00:00:00Z',
              last_used_at: null,
              is_backed_up: true,
            },
          ],
          recovery_codes_left: 1,
        },
      }),
    );
    await page.route('**/v1/auth/factors/p1', (route) =>
      route.fulfill(refusal(409, 'conflicting_state', 'The last one stays.')),
    );
    await open('?do=remove&id=p1');
    await page.waitForSelector('main li >> text=synced');
    await page.waitForSelector('text=One is left: make new ones.');
    await page.click(submit);
    await page.waitForSelector('dialog [role=alert] >> text=The last one stays.');
  });
});

describe('where somebody is signed in', () => {
  const sessions = () => page.locator('main section:nth-of-type(3) li');
  const isIn = async (credential: string) =>
    (await stack.send('GET /v1/auth/me', { headers: bearer(credential) })).status === 200;

  test('this one is marked, another one is ended, and then all others', async () => {
    const others = [await stack.logIn(ada), await stack.logIn(ada)];
    const areIn = async () => (await Promise.all(others.map(isIn))).filter(Boolean).length;
    await page.reload();
    await expect.poll(() => sessions().count()).toBe(4);
    expect(await sessions().first().textContent()).toContain('This session');
    await page.waitForSelector('text=Sign-in of a browser');
    await page.locator('main section:nth-of-type(3) li:not(:has-text("Chrome")) button >> nth=0').click();
    await expect.poll(() => sessions().count()).toBe(3);
    await expect.poll(areIn).toBe(1);

    await page.click('text=End all others…');
    await page.waitForSelector('dialog');
    await pictures(page, 'account-end-others');
    await page.click(submit);
    await expect.poll(() => sessions().count()).toBe(1);
    expect([await areIn(), await isIn(token)]).toEqual([0, true]);
  });

  test('what could not be ended is shown again, with what was wrong', async () => {
    await stack.logIn(ada);
    await page.reload();
    await expect.poll(() => sessions().count()).toBe(3);
    await page.route('**/v1/auth/sessions/*', (route) => route.abort());
    await page.locator('main section:nth-of-type(3) li button >> nth=1').click();
    await page.waitForSelector('text=Nothing answers. Are you offline?');
    await expect.poll(() => sessions().count()).toBe(3);
  });

  test('signing out here ends this session', async () => {
    await sessions().first().locator('button').click();
    await page.waitForSelector('text=You are signed out');
  });
});

test('what is stored is downloaded, of however many parts', async () => {
  await page.route('**/v1/auth/account*', async (route) => {
    const url = new URL(route.request().url());
    const isSecond = url.searchParams.has('cursor');
    url.searchParams.delete('cursor');
    const response = await route.fetch({ url: url.href });
    const { profile, ...part } = await response.json();
    const json = isSecond ? part : { profile, ...part, next_cursor: 'more' };
    await route.fulfill({ response, json });
  });
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.click('main button:has-text("Download")'),
  ]);
  expect(file.suggestedFilename()).toBe('account.json');
  const account = JSON.parse(await readFile(await file.path(), 'utf8'));
  expect(account.profile.email).toBe(ada.email);
  expect(account.api_keys.map(({ name }: { name: string }) => name)).toEqual(['First key', 'First key']);
  expect(account).not.toHaveProperty('next_cursor');
  expect(opened.complaints).toEqual([]);
});

describe('an account is deleted', () => {
  test('not by the last administrator, who is told what they can do', async () => {
    await page.click('main >> text=Delete my account…');
    expect(await page.isDisabled(submit)).toBe(true);
    await page.fill('dialog input', ada.email);
    await pictures(page, 'account-delete');
    await page.click(submit);
    await page.waitForSelector('dialog [role=alert] >> text=You are the last administrator');
    await pictures(page, 'account-last-administrator');
    await page.click('dialog >> text=Close the tenant…');
    await page.waitForURL(`${stack.url}/console/settings?do=close`);
  });

  test('by who types its address, and nobody comes in with it any more', async () => {
    const { email } = await addMember(stack, { ...ada, token }, 'viewer');
    const viewer = await openAccount({ email });
    await viewer.page.goto(`${stack.url}/console/account?do=delete`);
    await viewer.page.fill('dialog input', email);
    await viewer.page.keyboard.press('Enter');
    await viewer.page.waitForSelector('text=You are signed out');
    await viewer.page.waitForSelector('text=Your account is deleted');
    await pictures(viewer.page, 'account-deleted');
    const login = await stack.send('POST /v1/auth/login', { json: { email, password: PASSWORD } });
    expect(login.status).toBe(401);
    await viewer.close();
  });
});

test('each part says when it is loading, or could not be loaded, and comes when it is asked for again', async () => {
  let answer: 'wait' | 'fail' | 'go' = 'wait';
  for (const path of ['factors', 'sessions'])
    await page.route(`**/v1/auth/${path}`, async (route) => {
      if (answer === 'go') return route.continue();
      if (answer === 'fail') return route.fulfill(refusal(500, 'internal', 'Something went wrong.'));
    });
  await open('');
  await page.waitForSelector('main section span[aria-hidden].block');
  await pictures(page, 'account-loading');
  answer = 'fail';
  await open('');
  await expect.poll(() => page.locator('text=This could not be loaded').count(), { timeout: 20_000 }).toBe(2);
  await pictures(page, 'account-failed');
  answer = 'go';
  const again = page.locator('main >> text=Try again');
  for (const left of [1, 0]) {
    await again.first().click();
    await expect.poll(() => again.count()).toBe(left);
  }
  await page.waitForSelector('text=This session');
});
