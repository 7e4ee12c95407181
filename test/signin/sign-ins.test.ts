import { describe, expect, test } from 'vitest';
import { onboard } from '../../lambdas/people/accounts.ts';
import { csrfToken } from '../../lambdas/signin/csrf.ts';
import { SIGN_IN_COOKIE } from '../../lambdas/signin/sign-in.ts';
import {
  newSecret,
  SIGN_IN_SECONDS,
  type SignInContext,
  secretOf,
  signIn,
  signInCookie,
  signInsOf,
  signOut,
} from '../../lambdas/signin/sign-ins.ts';
import { withoutOurCookies, withoutOurSetCookies } from '../../lambdas/upstream/cookies.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { secondFactorOf } from '../support/factors.ts';
import { pair } from '../support/memory/state.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW } from '../support/tenants.ts';

const PASSWORD = 'YourSecurePassword123!';
const FROM = { requestId: 'r1', address: ADDRESS };

const stores = memoryStores();
const at = (now: number): SignInContext => ({
  ...stores,
  deployment: DEPLOYMENT,
  clock: () => now,
  secondFactor: secondFactorOf(stores, () => now),
});
const current = (secret: string, now = NOW) =>
  signInsOf(stores.signIns, () => now).current({ [SIGN_IN_COOKIE]: secret });

let people = 0;
/** A person who has signed in with a browser. */
async function person() {
  const email = `person${(people += 1)}@example.com`;
  const context = { ...at(NOW), ...stores, profile, signer: undefined as never };
  const { account } = await onboard(
    { email, password: PASSWORD, fullName: null, workspaceName: 'W', sector: null, language: 'en' },
    context,
    FROM,
  );
  const enter = async (secret: string, password = PASSWORD) =>
    (await signIn({ email, password }, secret, FROM, at(NOW))).secret;
  return { email, user: account.user, workspaceId: account.workspaceId, enter };
}

describe('a sign-in', () => {
  test('tells who it is, since when, and the token of their forms', async () => {
    const { email, user, workspaceId, enter } = await person();
    const secret = await enter(newSecret());
    expect(await current(secret)).toEqual({
      signInId: expect.any(String),
      tenantId: user.tenantId,
      userId: user.userId,
      workspaceId,
      email,
      role: user.role,
      authTime: NOW,
      userVersion: 0,
      amr: ['pwd'],
      csrf: csrfToken(secret),
    });
  });

  test('gives the browser another secret: one that somebody planted before opens nothing', async () => {
    const planted = newSecret();
    const { enter } = await person();
    const secret = await enter(planted);
    expect(secret).not.toBe(planted);
    expect(await current(planted)).toBeUndefined();
  });

  test('ends what the browser was signed in as before', async () => {
    const [ada, ben] = [await person(), await person()];
    const first = await ada.enter(newSecret());
    const second = await ben.enter(first);
    expect(await current(first)).toBeUndefined();
    expect((await current(second))?.email).toBe(ben.email);
  });

  test('with a wrong password changes nothing', async () => {
    const { enter, email } = await person();
    const secret = await enter(newSecret());
    await expect(enter(secret, 'wrong')).rejects.toMatchObject({ code: 'wrong_password' });
    expect((await current(secret))?.email).toBe(email);
  });

  test('ends by its time, by signing out, and not by somebody else’s', async () => {
    const { enter } = await person();
    const [one, other] = [await enter(newSecret()), await enter(newSecret())];
    expect(await current(one, NOW + SIGN_IN_SECONDS - 1)).toBeDefined();
    expect(await current(one, NOW + SIGN_IN_SECONDS)).toBeUndefined();
    await signOut(one, FROM, at(NOW));
    expect([await current(one), (await current(other)) !== undefined]).toEqual([undefined, true]);
    await expect(signOut(newSecret(), FROM, at(NOW))).resolves.toBeUndefined();
  });

  test.each([
    ['has a new password', { passwordVersion: 1 }],
    ['is gone', undefined],
  ])('is over when the person %s', async (_what, change) => {
    const { user, enter } = await person();
    const secret = await enter(newSecret());
    const key = pair(user.tenantId, user.userId);
    const stored = stores.state.people.get(key);
    if (change === undefined || stored === undefined) stores.state.people.delete(key);
    else stores.state.people.set(key, { ...stored, ...change });
    expect(await current(secret)).toBeUndefined();
  });

  test('follows the person’s role', async () => {
    const { user, enter } = await person();
    const secret = await enter(newSecret());
    const key = pair(user.tenantId, user.userId);
    const stored = stores.state.people.get(key);
    if (stored !== undefined) stores.state.people.set(key, { ...stored, role: 'viewer' });
    expect((await current(secret))?.role).toBe('viewer');
  });

  test.each(['suspended', 'closed'] as const)('is none while the tenant is %s', async (state) => {
    const { user, enter } = await person();
    const secret = await enter(newSecret());
    const tenant = stores.state.tenants.get(user.tenantId);
    if (tenant !== undefined) stores.state.tenants.set(user.tenantId, { ...tenant, state });
    expect(await current(secret)).toBeUndefined();
    await expect(enter(newSecret())).rejects.toMatchObject({ code: 'suspended_tenant' });
    await expect(enter(newSecret(), `${PASSWORD}x`)).rejects.toMatchObject({ code: 'wrong_password' });
  });
});

describe('the cookie', () => {
  test.each([undefined, '', 'x', `${newSecret()}=`, '../../x', 'a'.repeat(5000)])(
    '%j is none of ours',
    (value) => {
      expect(secretOf(value === undefined ? {} : { [SIGN_IN_COOKIE]: value })).toBeUndefined();
    },
  );

  test('is neither sent to an upstream at the same host, nor set by one', () => {
    const ours = `${SIGN_IN_COOKIE}-live=x`;
    expect([withoutOurCookies(`a=b; ${ours}`), withoutOurSetCookies(ours)]).toEqual(['a=b', []]);
  });

  test('is sent with a client’s redirect, and goes when the sign-in does', () => {
    expect(signInCookie(newSecret())).toMatchObject({ sameSite: 'Lax', maxAgeSeconds: SIGN_IN_SECONDS });
  });
});
