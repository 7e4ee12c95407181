import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { browser, stack, startBeforeAll, submitSignIn } from '../browser/branded-stack.ts';
import type { Page } from '../browser/chromium.ts';
import { addMember, type Member } from '../support/full-tenant.ts';
import { signedInAgo } from '../support/recent-session.ts';
import { type Account, bearer, contents } from '../support/stack.ts';
import { type OpenConsole, openConsole, pictures, refusal, sentToken } from './console.ts';

startBeforeAll();
let ada: Member & Account;
let ben: Member;
beforeAll(async () => {
  const account = await stack.onboard();
  ada = { ...account, token: await stack.logIn(account) };
});

let opened: OpenConsole;
let page: Page;
let token: () => string;
beforeEach(async () => {
  ben = await addMember(stack, ada, 'viewer');
  opened = await openConsole(browser, stack, ada, { path: '/' });
  ({ page } = opened);
  token = sentToken(page);
  await open('/people');
  await page.waitForSelector(`main >> text=${ben.email}`);
});
afterEach(() => opened.close());

const open = (path: string) => page.goto(`${stack.url}/console${path}`);
const submit = 'dialog button[type=submit]';
const api = async (target: string, json?: object) =>
  contents(await stack.send(target, { headers: bearer(ada.token), ...(json && { json }) }));
const stored = (id = ben.userId) => api(`GET /v1/users/${id}`);
const gone = () => page.waitForSelector('dialog', { state: 'detached' });
/** From now on the sign-in of the page is an old one, and its browser asks for the password. */
const age = async () => {
  await signedInAgo(stack.table, token(), 700);
  for (const { id } of (await api('GET /v1/auth/sessions')).sign_ins)
    await api(`DELETE /v1/auth/sessions/${id}`);
};

describe('the list', () => {
  test('shows everybody with role and factors, marks the reader, and leads to each', async () => {
    const row = page.locator(`tbody tr:has-text("${ben.email}")`);
    expect(await row.textContent()).toMatch(/Ben B\..*viewer.*none/);
    expect(await page.locator('tbody tr:has-text("you") a').textContent()).toContain(ada.email);
    await pictures(page, 'people');
    await row.locator('a').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:has-text("Ben B.")');
    expect(new URL(page.url()).pathname).toBe(`/console/people/${ben.userId}`);
    expect(opened.complaints).toEqual([]);
  });

  test('is searched by name, address and role, which stands in the URL', async () => {
    const shown = () => page.locator('tbody tr').count();
    await page.keyboard.press('/');
    await page.keyboard.type(ben.email.toUpperCase());
    await expect.poll(shown).toBe(1);
    await page.reload();
    await page.waitForSelector('tbody');
    expect(await shown()).toBe(1);
    await page.fill('input[type=search]', 'nobody is called so');
    await page.waitForSelector('text=Nobody matches');
    await page.fill('input[type=search]', 'ADMIN');
    await expect.poll(() => page.locator('tbody tr:has-text("admin")').count()).toBe(1);
  });

  test('is whole, however many pages of the API it takes', async () => {
    await page.route('**/v1/users?*', async (route) => {
      const cursor = new URL(route.request().url()).searchParams.get('cursor');
      const number = Number(cursor ?? 1);
      const person = { ...(await stored()), id: `p${number}`, full_name: `Person ${number}` };
      await route.fulfill({ json: { data: [person], next_cursor: number < 4 ? String(number + 1) : null } });
    });
    await page.reload();
    await expect.poll(() => page.locator('tbody tr a').allTextContents()).toHaveLength(4);
  });

  test('says what is wrong, and what to do about it: too many requests, and nothing that answers', async () => {
    let isBusy = true;
    await page.route('**/v1/users?*', (route) =>
      isBusy
        ? route.fulfill(refusal(429, 'rate_limited', 'Too many requests.', { 'Retry-After': '40' }))
        : route.continue(),
    );
    await page.reload();
    await page.waitForSelector('text=This goes on in 40 seconds.');
    isBusy = false;
    await page.click('text=Try again');
    await page.waitForSelector(`tbody >> text=${ben.email}`);
    await page.route('**/v1/users?*', (route) =>
      route.fulfill(refusal(403, 'insufficient_scope', 'This needs the scope admin.')),
    );
    await page.reload();
    await page.waitForSelector('text=This needs the scope admin.');
  });

  test('has its place while it is loaded', async () => {
    const { promise: waits, resolve: answer } = Promise.withResolvers<void>();
    await page.route('**/v1/users?*', async (route) => {
      await waits;
      await route.continue();
    });
    await page.reload();
    await page.waitForSelector('h1:has-text("People")');
    await page.waitForSelector('main section span[aria-hidden=true]');
    expect(await page.locator('tbody').count()).toBe(0);
    answer();
    await page.waitForSelector('tbody tr');
  });

  test('is not for who may not manage people, and is not in their navigation', async () => {
    const viewer = await openConsole(browser, stack, ben, { path: '/people' });
    await viewer.page.waitForSelector('text=Not for your role');
    await pictures(viewer.page, 'people-forbidden');
    expect(await viewer.page.locator('nav >> text=People').count()).toBe(0);
    await viewer.page.goto(`${stack.url}/console/people/${ada.userId}`);
    await viewer.page.waitForSelector('text=Not for your role');
    await viewer.close();
  });
});

describe('somebody is invited', () => {
  const mailsTo = (email: string) => stack.local.mails().filter(({ to }) => to === email);
  const invitation = async (email: string) =>
    (await api('GET /v1/invitations?limit=100')).data.findLast(
      (each: { readonly email: string }) => each.email === email,
    );

  test('with the keyboard alone: the smallest role by default, until when, and in which language', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.locator('main >> text=Invite').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog input[type=email]:focus');
    expect(new URL(page.url()).search).toBe('?do=invite');
    await page.keyboard.type('grace@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Grace Hopper');
    await pictures(page, 'people-invite');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.focus('dialog select');
    await page.selectOption('dialog select', 'de');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=A mail is on its way to grace@example.com');
    await page.waitForSelector('li:has-text("grace@example.com") >> text=in 29 days');
    expect(await invitation('grace@example.com')).toMatchObject({
      role: 'editor',
      full_name: 'Grace Hopper',
      language: 'de',
      status: 'pending',
    });
    await pictures(page, 'people-invited');
    expect(opened.complaints).toEqual([]);
  });

  test('is sent again, and taken back after a question', async () => {
    const email = `${crypto.randomUUID().slice(0, 8)}@example.com`;
    await api('POST /v1/invitations', { email, role: 'viewer' });
    await page.reload();
    await page.click(`button[aria-label="Send again to ${email}"]`);
    await page.waitForSelector(`text=A mail is on its way to ${email}`);
    await expect.poll(() => mailsTo(email).length).toBe(2);
    await page.click(`button[aria-label="Take back the invitation of ${email}"]`);
    await page.waitForSelector(`dialog >> text=The link that ${email} has`);
    expect(new URL(page.url()).searchParams.get('revoke')).toBe((await invitation(email)).id);
    await pictures(page, 'people-revoke');
    await page.click(submit);
    await gone();
    await page.waitForSelector('text=The invitation is taken back');
    await expect.poll(() => page.locator(`main li:has-text("${email}")`).count()).toBe(0);
    expect((await invitation(email)).status).toBe('revoked');
  });

  test('what is wrong is said at its field, and an address that somebody here has with what stands against it', async () => {
    await open('/people?do=invite');
    await page.fill('dialog input[type=email]', 'ada@nowhere');
    await page.click(submit);
    await page.waitForSelector('dialog [role=alert]');
    expect(await page.getAttribute('dialog input[type=email]', 'aria-invalid')).toBe('true');
    await page.fill('dialog input[type=email]', ben.email);
    await page.click(submit);
    await page.waitForSelector('dialog >> text=A person of the tenant has this address.');
    await page.route('**/v1/invitations', (route) =>
      route.fulfill(refusal(429, 'rate_limited', 'Too many.', { 'Retry-After': '99' })),
    );
    await page.click(submit);
    await page.waitForSelector('dialog >> text=Try again in 99 seconds.');
  });

  test('a role that manages leads to the sign-in and back, with what was written', async () => {
    await open('/people?do=invite');
    await page.fill('dialog input[type=email]', 'root@example.com');
    await page.click('dialog label:has-text("admin")');
    await age();
    await page.click(submit);
    await page.waitForSelector('dialog >> text=Please sign in again');
    await pictures(page, 'people-sign-in-again');
    await page.click('dialog button:has-text("Sign in again")');
    await page.waitForSelector('#password');
    await submitSignIn(page, ada.email);
    await page.waitForSelector('dialog input[type=email]');
    expect(await page.inputValue('dialog input[type=email]')).toBe('root@example.com');
    expect(page.url()).toBe(`${stack.url}/console/people?do=invite`);
    await page.click(submit);
    await page.waitForSelector('text=A mail is on its way to root@example.com');
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });
});

describe('one person', () => {
  beforeEach(async () => {
    await open(`/people/${ben.userId}`);
    await page.waitForSelector('text=About this person');
  });

  test('is shown with role, rights and factors; name and role are changed by the keyboard, and that is undone', async () => {
    await pictures(page, 'person');
    expect(await page.textContent('main')).toMatch(/not confirmed/);
    await page.locator('text=Change name or role').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog');
    await page.focus('dialog input');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Benjamin');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    expect(new URL(page.url()).search).toBe('?do=edit&role=editor');
    await pictures(page, 'person-edit');
    await page.focus(submit);
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:has-text("Benjamin")');
    expect(await stored()).toMatchObject({ full_name: 'Benjamin', role: 'editor' });
    expect(new URL(page.url()).search).toBe('');
    await page.click('text=Undo');
    await page.waitForSelector('h1:has-text("Ben B.")');
    expect(await stored()).toMatchObject({ full_name: 'Ben B.', role: 'viewer' });
  });

  test('somebody who becomes an administrator takes a recent sign-in, after which the role is still chosen', async () => {
    await age();
    await open(`/people/${ben.userId}?do=edit&role=admin`);
    await page.click(submit);
    await page.click('dialog button:has-text("Sign in again")');
    await page.waitForSelector('#password');
    await submitSignIn(page, ada.email);
    await page.waitForSelector('dialog');
    await page.click(submit);
    await page.waitForSelector('text=Saved');
    expect((await stored()).role).toBe('admin');
    await api(`PATCH /v1/users/${ben.userId}`, { role: 'viewer' });
  });

  test('the last administrator stays one: the refusal (409) says why', async () => {
    await open(`/people/${ada.userId}?do=edit&role=viewer`);
    await page.click(submit);
    await page.waitForSelector('dialog [role=alert] >> text=As things are now, this cannot be done');
    expect((await stored(ada.userId)).role).toBe('admin');
    await open(`/people/${ada.userId}?do=remove`);
    await page.waitForSelector('text=are in your account');
    await pictures(page, 'person-self');
    expect(await page.locator('dialog').count()).toBe(0);
  });

  test('the password is reset, and a mail is sent', async () => {
    await page.click('text=Reset the password…');
    await pictures(page, 'person-password');
    await page.click(submit);
    await page.waitForSelector('text=The password is reset');
    await expect
      .poll(
        () => stack.local.mails().filter(({ to, text }) => to === ben.email && text.includes('reset')).length,
      )
      .toBeGreaterThan(0);
    expect((await stack.send('GET /v1/auth/me', { headers: bearer(ben.token) })).status).toBe(401);
  });

  test('where they are signed in is listed; one session is ended, then all', async () => {
    const other = await stack.logIn({ email: ben.email } as Account);
    const ends = page.locator('button[aria-label^="End "]');
    await page.reload();
    await expect.poll(() => ends.count()).toBe(2);
    await pictures(page, 'person-sessions');
    await ends.first().focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog >> text=End this session?');
    await page.focus(submit);
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=One session has ended');
    await expect.poll(() => ends.count()).toBe(1);
    await stack.logIn({ email: ben.email } as Account);
    await page.reload();
    await page.click('text=End all…');
    await page.click(submit);
    await page.waitForSelector('text=Nowhere signed in');
    for (const each of [other, ben.token])
      expect((await stack.send('GET /v1/auth/me', { headers: bearer(each) })).status).toBe(401);
  });

  test('second factors that there are not are not reset; those that there are, are', async () => {
    expect(await page.isDisabled('text=Reset second factors…')).toBe(true);
    await page.route(`**/v1/users/${ben.userId}`, async (route) =>
      route.fulfill({ json: { ...(await stored()), factors: ['totp', 'passkey'] } }),
    );
    await page.reload();
    await page.waitForSelector('main >> text=Authenticator app');
    await page.click('text=Reset second factors…');
    await pictures(page, 'person-factors');
    await page.click(submit);
    await page.waitForSelector('text=The second factors are removed');
  });

  test('somebody is removed by typing their name, with the keys that they made', async () => {
    await api(`PATCH /v1/users/${ben.userId}`, { role: 'admin' });
    const { key } = await stack.createKey(ben.token, { name: 'Of Ben', scopes: ['read'] });
    await page.click('text=Remove…');
    expect(await page.isDisabled(submit)).toBe(true);
    await page.fill('dialog input:not([type=checkbox])', 'Ben B.');
    await page.check('dialog input[type=checkbox]');
    await pictures(page, 'person-remove');
    let isRefused = false;
    await page.route('**/v1/api-keys/revoke', (route) => {
      if (isRefused) return route.continue();
      isRefused = true;
      return route.fulfill(refusal(503, 'unavailable', 'Please try again.'));
    });
    await page.click(submit);
    await page.waitForSelector('dialog >> text=Please try again.');
    await page.click(submit);
    await page.waitForSelector('h1:has-text("People")');
    await page.waitForSelector('text=Ben B. is removed');
    await expect.poll(() => page.locator(`main >> text=${ben.email}`).count()).toBe(0);
    expect((await stack.send(`GET /v1/users/${ben.userId}`, { headers: bearer(ada.token) })).status).toBe(
      404,
    );
    expect((await stack.raw('GET /v1/stats', { headers: bearer(key) })).status).toBe(401);
    expect(page.url()).toBe(`${stack.url}/console/people`);
  });

  test('a person that is not there, and one of another tenant, are told apart by nobody', async () => {
    const stranger = await stack.onboard();
    for (const id of ['nobody', stranger.userId]) {
      await open(`/people/${id}`);
      await page.waitForSelector('text=There is nothing here');
    }
  });
});
