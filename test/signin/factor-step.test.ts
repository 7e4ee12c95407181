import { beforeEach, describe, expect, test } from 'vitest';
import { takeChallenge } from '../../lambdas/factors/check.ts';
import { type Factors, noFactors, type Passkey } from '../../lambdas/factors/factors.ts';
import { hashPendingSecret, type Pending } from '../../lambdas/factors/pending.ts';
import { csrfToken } from '../../lambdas/signin/csrf.ts';
import { factorPage, factorStep, passkeyAlonePage } from '../../lambdas/signin/factor-step.ts';
import { pendingPerson } from '../../lambdas/signin/second-step.ts';
import { SIGN_IN_COOKIE } from '../../lambdas/signin/sign-in.ts';
import { newSecret, type SignInContext } from '../../lambdas/signin/sign-ins.ts';
import { visitOf } from '../../lambdas/signin/visit.ts';
import { formsOf, linksOf, plain } from '../pages/forms.ts';
import { PLAIN } from '../pages/rendered-pages.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { secondFactorOf } from '../support/factors.ts';
import { pair } from '../support/memory/state.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW, newAccount } from '../support/tenants.ts';

const CONTINUE = '/authorize?client_id=x&state=a%20b';
const visit = visitOf(
  { continue: CONTINUE, ui_locales: 'en' },
  { acceptLanguage: '' },
  { branding: PLAIN, url: 'https://api.example.com/live' },
);
const TOTP = { id: 'app', secret: 's', lastStep: 0, createdAt: NOW, lastUsedAt: null };
const PASSKEY: Passkey = {
  id: 'cGFzc2tleQ',
  name: 'Phone',
  publicKey: 'AA',
  counter: 0,
  transports: ['internal'],
  isSynced: false,
  isBackedUp: false,
  createdAt: NOW,
  lastUsedAt: null,
};

let now = NOW;
beforeEach(() => {
  now = NOW;
});
const clock = () => now;
const stores = memoryStores();
const secondFactor = secondFactorOf(stores, clock);
const context: SignInContext = { ...stores, deployment: DEPLOYMENT, clock, secondFactor };

/** Somebody with the factors that are named, who has proven the password with a browser. */
async function pending(has: Partial<Factors> = {}, given: Partial<Pending> = {}) {
  const account = newAccount();
  await stores.accounts.createAccount(account);
  const { user, workspaceId } = account;
  const before = noFactors(user);
  await stores.factors.change({ before, after: { ...before, ...has } });
  const secret = newSecret();
  await stores.pending.create(hashPendingSecret(secret), {
    tenantId: user.tenantId,
    userId: user.userId,
    workspaceId,
    userVersion: 0,
    must: 'prove',
    kind: 'browser',
    expiresAt: NOW + 600,
    ...given,
  });
  return { user, secret };
}

describe('after the password', () => {
  test('who has an app is asked for its code, in a browser that is not signed in', async () => {
    const { user, secret } = await pending({ totp: TOTP });
    const { result, cookies } = await factorStep({ step: 'prove', secret, user }, visit, secondFactor);
    expect(formsOf(result)).toMatchObject([
      {
        action: '/live/factor',
        hidden: { continue: CONTINUE, ui_locales: 'en', csrf: csrfToken(secret) },
        asks: ['code'],
      },
    ]);
    // It goes when the browser is closed: a sign-in's stays for hours.
    expect(cookies).toMatchObject([{ name: SIGN_IN_COOKIE, value: secret, maxAgeSeconds: undefined }]);
  });

  test('who has a passkey alone is asked for that', async () => {
    const { user, secret } = await pending({ passkeys: [PASSKEY] });
    const { result } = await factorStep({ step: 'prove', secret, user }, visit, secondFactor);
    expect(optionsOf(result)).toMatchObject({ allowCredentials: [{ id: PASSKEY.id }] });
  });

  test('who must set one up is led there, and from there to where they were going', async () => {
    const { user, secret } = await pending({}, { must: 'enrol' });
    const { result, cookies } = await factorStep({ step: 'enrol', secret, user }, visit, secondFactor);
    const [link = ''] = linksOf(result);
    const { pathname, searchParams } = new URL(link, 'https://api.example.com');
    expect([pathname, Object.fromEntries(searchParams)]).toEqual(['/live/factors', visit.parameters]);
    expect(cookies).toMatchObject([{ value: secret }]);
    const nowhere = { ...visit, parameters: {} };
    const plainly = await factorStep({ step: 'enrol', secret, user }, nowhere, secondFactor);
    expect(linksOf(plainly.result)).toEqual(['/live/factors']);
  });
});

describe('the way to prove a factor', () => {
  const person = { tenantId: 't', userId: 'u' };
  const both: Factors = { ...noFactors(person), totp: TOTP, passkeys: [PASSKEY] };
  const shown = (
    factors: Partial<Factors>,
    given: Partial<Parameters<typeof factorPage>[0]> = {},
    by = secondFactor,
  ) =>
    factorPage({ factors: { ...noFactors(person), ...factors }, secret: newSecret(), ...given }, visit, by);
  /** What the page asks for, and what else it offers. */
  const waysOf = async (page: ReturnType<typeof shown>) =>
    formsOf(await page).map(({ asks, hidden, text }) =>
      asks.length > 0 ? 'code' : hidden.credential === '' ? 'passkey' : /value="(\w+)" class/.exec(text)?.[1],
    );

  test('is the app’s code first, and the other one is offered', async () => {
    expect(await waysOf(shown(both))).toEqual(['code', 'passkey']);
    expect(await waysOf(shown(both, { way: 'passkey' }))).toEqual(['passkey', 'code']);
    expect(await waysOf(shown(both, { way: 'code' }))).toEqual(['code', 'passkey']);
  });

  test('is never one that the person has not, whatever is asked for', async () => {
    expect(await waysOf(shown({ totp: TOTP }, { way: 'passkey' }))).toEqual(['code']);
    expect(await waysOf(shown({}))).toEqual(['code']);
    // A recovery code is for who has passkeys alone, too.
    const recovery = await shown({ passkeys: [PASSKEY] }, { way: 'code' });
    expect(recovery.html).toContain('Recovery code');
    expect(await waysOf(Promise.resolve(recovery))).toEqual(['code', 'passkey']);
  });

  test('is no passkey where the deployment offers none any more', async () => {
    const without = { ...secondFactor, party: null };
    expect(await waysOf(shown(both, { way: 'passkey' }, without))).toEqual(['code']);
    expect(await waysOf(shown({ passkeys: [PASSKEY] }, {}, without))).toEqual(['code']);
  });

  test('by a passkey names those of the person, and a challenge that this browser alone can answer, once', async () => {
    const secret = newSecret();
    const page = await shown(both, { way: 'passkey', secret });
    const { challenge, ...options } = optionsOf(page);
    expect(options).toMatchObject({
      rpId: 'localhost',
      userVerification: 'required',
      allowCredentials: [{ type: 'public-key', id: PASSKEY.id, transports: ['internal'] }],
    });
    expect(formsOf(page)[0]?.hidden).not.toHaveProperty('alone');
    expect(await takeChallenge(newSecret(), 'factor', secondFactor)).toBeUndefined();
    expect(await takeChallenge(secret, 'sign-in', secondFactor)).toBeUndefined();
    expect(await takeChallenge(secret, 'factor', secondFactor)).toBe(challenge);
    expect(await takeChallenge(secret, 'factor', secondFactor)).toBeUndefined();
  });

  test('says what was wrong', async () => {
    expect((await shown(both, { fault: 'wrong' })).html).toContain('This code is wrong');
    expect((await shown(both, { way: 'passkey', fault: 'wrong' })).html).toContain('was not accepted');
  });
});

describe('the page of a passkey alone', () => {
  test('names no passkey and nobody: whoever opens it learns nothing', async () => {
    await pending({ passkeys: [{ ...PASSKEY, id: 'dGhpcmQ' }] });
    const secret = newSecret();
    const page = await passkeyAlonePage(secret, visit, { secondFactor });
    const { challenge, ...options } = optionsOf(page);
    expect(options).toEqual({ rpId: 'localhost', timeout: 300_000, userVerification: 'required' });
    expect(formsOf(page)).toMatchObject([{ hidden: { alone: 'true', csrf: csrfToken(secret) } }]);
    expect(await takeChallenge(secret, 'factor', secondFactor)).toBeUndefined();
    expect(await takeChallenge(secret, 'sign-in', secondFactor)).toBe(challenge);
  });

  test('after a refusal waits for a click, with another challenge', async () => {
    const secret = newSecret();
    const first = await passkeyAlonePage(secret, visit, { secondFactor });
    const again = await passkeyAlonePage(secret, visit, { secondFactor, fault: 'wrong' });
    expect(optionsOf(again).challenge).not.toBe(optionsOf(first).challenge);
    expect([first, again].map(({ html }) => html.includes(' data-asks'))).toEqual([true, false]);
  });

  test('is not there without a domain, nor for another one than that of the passkeys that there are', async () => {
    const show = (by: typeof secondFactor) => passkeyAlonePage(newSecret(), visit, { secondFactor: by });
    await expect(show({ ...secondFactor, party: null })).rejects.toMatchObject({ code: 'not_configured' });
    const factors = Object.assign(Object.create(stores.factors), { relyingParty: async () => 'old.example' });
    await expect(show({ ...secondFactor, factors })).rejects.toMatchObject({ code: 'conflicting_state' });
  });
});

describe('who is signing in with a browser', () => {
  test('is known by the secret of that browser, and nobody by another or by none', async () => {
    const { user, secret } = await pending();
    expect((await pendingPerson(secret, context))?.user.userId).toBe(user.userId);
    expect(await pendingPerson(newSecret(), context)).toBeUndefined();
    expect(await pendingPerson(undefined, context)).toBeUndefined();
  });

  test('is nobody by the token of a program, which has its own way on', async () => {
    const { secret } = await pending({}, { kind: 'program' });
    expect(await pendingPerson(secret, context)).toBeUndefined();
  });

  test('is nobody after ten minutes, and none whose tenant is suspended or who is gone', async () => {
    const late = await pending();
    now += 600;
    expect(await pendingPerson(late.secret, context)).toBeUndefined();
    now = NOW;
    const tenant = stores.state.tenants.get(late.user.tenantId);
    if (tenant === undefined) throw new Error('no tenant');
    stores.state.tenants.set(tenant.id, { ...tenant, state: 'suspended' });
    expect(await pendingPerson(late.secret, context)).toBeUndefined();
    const gone = await pending();
    stores.state.people.delete(pair(gone.user.tenantId, gone.user.userId));
    expect(await pendingPerson(gone.secret, context)).toBeUndefined();
  });
});

/** What a page gives the browser's own API. */
function optionsOf({ html }: { readonly html: string }): Readonly<Record<string, unknown>> {
  return JSON.parse(plain(/data-options="([^"]*)"/.exec(html)?.[1] ?? '{}'));
}
