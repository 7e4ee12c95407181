import { beforeEach, describe, expect, test } from 'vitest';
import { newChallenge } from '../../lambdas/factors/check.ts';
import { addPasskey, type Enrollee } from '../../lambdas/factors/enrolment.ts';
import type { PasskeyAnswer } from '../../lambdas/factors/passkeys.ts';
import { CHALLENGE_SECONDS } from '../../lambdas/factors/pending.ts';
import { signInWithPasskey } from '../../lambdas/signin/second-step.ts';
import { SIGN_IN_COOKIE } from '../../lambdas/signin/sign-in.ts';
import { newSecret, type SignInContext, signInsOf } from '../../lambdas/signin/sign-ins.ts';
import { SIGN_IN } from '../providers/provider.ts';
import { Authenticator } from '../support/authenticator.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { secondFactorOf } from '../support/factors.ts';
import { PROVIDER } from '../support/identity-provider.ts';
import { pair } from '../support/memory/state.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW, newAccount } from '../support/tenants.ts';

const FROM = { requestId: 'r1', address: ADDRESS };
const PARTY = { id: 'localhost', origin: 'http://localhost:8080', name: 'Acme' };
const AT = { origin: PARTY.origin, rpId: PARTY.id };

let now = NOW;
beforeEach(() => {
  now = NOW;
});
const clock = () => now;
const stores = memoryStores();
const context: SignInContext = {
  ...stores,
  deployment: DEPLOYMENT,
  clock,
  secondFactor: secondFactorOf(stores, clock, { party: PARTY }),
};
const { secondFactor } = context;
const current = (secret: string) => signInsOf(stores.signIns, clock).current({ [SIGN_IN_COOKIE]: secret });
const wrong = { code: 'wrong_factor' };

/** Somebody with a passkey, and with the authenticator that has it. */
async function personWithPasskey({ isSynced = false, email }: { isSynced?: boolean; email?: string } = {}) {
  const account = newAccount(email === undefined ? {} : { email });
  await stores.accounts.createAccount(account);
  const user: Enrollee = account.user;
  const authenticator = new Authenticator({ isSynced });
  const challenge = await newChallenge('registration', 'registration', secondFactor);
  const answer = authenticator.register({ ...AT, challenge });
  const origin = { actor: `user:${user.userId}`, ...FROM };
  await addPasskey(user, { answer, challenge, name: 'Phone' }, origin, secondFactor);
  return { account, user, authenticator };
}

type Person = Awaited<ReturnType<typeof personWithPasskey>>;

/** A browser that has been asked for a passkey, and what the person's authenticator answers. */
async function asked(person: Person, given: object = {}) {
  const secret = newSecret();
  const challenge = await newChallenge(secret, 'sign-in', secondFactor);
  const answer = person.authenticator.use({
    ...AT,
    challenge,
    userHandle: person.user.userId,
    ...given,
  });
  return { secret, answer };
}

const enter = (
  { secret, answer }: { secret: string; answer: PasskeyAnswer | undefined },
  given: Partial<SignInContext> = {},
) => signInWithPasskey(answer, secret, FROM, { ...context, ...given });

/** What is stored of a person, changed by whatever. */
function changePerson({ user: { tenantId, userId } }: Person, change: object | null): void {
  const key = pair(tenantId, userId);
  const stored = stores.state.people.get(key);
  if (change === null || stored === undefined) stores.state.people.delete(key);
  else stores.state.people.set(key, { ...stored, ...change });
}

describe('a passkey alone', () => {
  test.each([
    ['in hardware', false, ['hwk', 'user', 'mfa']],
    ['that is synced', true, ['swk', 'user', 'mfa']],
  ])('%s signs its person in, and says how', async (_kind, isSynced, amr) => {
    const person = await personWithPasskey({ isSynced });
    const { user, account } = person;
    const secret = await enter(await asked(person));
    expect(await current(secret)).toMatchObject({
      userId: user.userId,
      tenantId: user.tenantId,
      workspaceId: account.workspaceId,
      authTime: NOW,
      amr,
    });
  });

  test('gives the browser another secret, and ends what it was signed in as', async () => {
    const [ada, ben] = [await personWithPasskey(), await personWithPasskey()];
    const first = await enter(await asked(ada));
    const challenge = await newChallenge(first, 'sign-in', secondFactor);
    const answer = ben.authenticator.use({ ...AT, challenge });
    const second = await enter({ secret: first, answer });
    expect(second).not.toBe(first);
    expect(await current(first)).toBeUndefined();
    expect((await current(second))?.userId).toBe(ben.user.userId);
  });

  test('signs in once by one answer, also when it comes twice at once', async () => {
    const person = await personWithPasskey({ isSynced: true });
    const attempt = await asked(person);
    const both = await Promise.allSettled([enter(attempt), enter(attempt)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(enter(attempt)).rejects.toMatchObject(wrong);
  });

  test('answers to the challenge of its own browser, for a sign-in, in time', async () => {
    const person = await personWithPasskey();
    const { answer } = await asked(person);
    const other = newSecret();
    await newChallenge(other, 'sign-in', secondFactor);
    await expect(enter({ secret: other, answer })).rejects.toMatchObject(wrong);
    // A challenge of the second step is none of this one.
    const secret = newSecret();
    const challenge = await newChallenge(secret, 'factor', secondFactor);
    const second = person.authenticator.use({ ...AT, challenge });
    await expect(enter({ secret, answer: second })).rejects.toMatchObject(wrong);
    const late = await asked(person);
    now += CHALLENGE_SECONDS;
    await expect(enter(late)).rejects.toMatchObject(wrong);
  });

  test.each([
    ['by a touch alone, without PIN, finger or face', { isVerified: false }],
    ['of another site, which has relayed our challenge', { origin: 'https://localhost.evil.example' }],
    ['that says to be somebody else’s', { userHandle: crypto.randomUUID() }],
  ])('is refused %s', async (_what, given) => {
    const person = await personWithPasskey();
    await expect(enter(await asked(person, given))).rejects.toMatchObject(wrong);
  });

  test('that nobody has, and what is no answer, are refused in the same words', async () => {
    const person = await personWithPasskey();
    const stranger = { ...person, authenticator: new Authenticator() };
    const refusals = [
      await enter(await asked(stranger)).catch((error: unknown) => error),
      await enter({ ...(await asked(person)), answer: undefined }).catch((error: unknown) => error),
      await enter(await asked(person, { isVerified: false })).catch((error: unknown) => error),
    ];
    expect(refusals.map((error) => (error as Error).message)).toEqual(
      Array(3).fill((refusals[0] as Error).message),
    );
    expect(refusals[0]).toMatchObject(wrong);
  });

  test('is refused after too many wrong answers, the right one too, while it lasts', async () => {
    const person = await personWithPasskey();
    const codes = [];
    for (let guess = 0; guess < 7; guess += 1)
      codes.push(await enter(await asked(person, { isVerified: false })).catch(({ code }) => code));
    expect([codes[0], codes.at(-1)]).toEqual(['wrong_factor', 'rate_limited']);
    await expect(enter(await asked(person))).rejects.toMatchObject({ code: 'rate_limited' });
  });

  test('of somebody who is gone, or whose address is another account’s by now, is refused', async () => {
    const [gone, moved] = [await personWithPasskey(), await personWithPasskey()];
    changePerson(gone, null);
    await expect(enter(await asked(gone))).rejects.toMatchObject(wrong);
    const login = stores.state.logins.get(moved.user.email);
    if (login === undefined) throw new Error('no login');
    stores.state.logins.set(moved.user.email, { ...login, userId: crypto.randomUUID() });
    await expect(enter(await asked(moved))).rejects.toMatchObject(wrong);
  });

  test('of a domain that signs in elsewhere is told so, once it has proven right', async () => {
    const person = await personWithPasskey({ email: 'ada@acme.example' });
    const provider = { ...PROVIDER, signIn: { ...SIGN_IN, domains: ['acme.example'] } };
    const required = { deployment: { ...DEPLOYMENT, identityProviders: [provider] } };
    await expect(enter(await asked(person, { isVerified: false }), required)).rejects.toMatchObject(wrong);
    const attempt = await asked(person);
    await expect(enter(attempt, required)).rejects.toMatchObject({ code: 'provider_required' });
    expect(await stores.signIns.ofPerson(person.user.userId, now)).toEqual([]);
  });

  test('of a suspended tenant is told so, once it has proven right', async () => {
    const person = await personWithPasskey();
    const tenant = stores.state.tenants.get(person.user.tenantId);
    if (tenant === undefined) throw new Error('no tenant');
    stores.state.tenants.set(tenant.id, { ...tenant, state: 'suspended' });
    await expect(enter(await asked(person, { isVerified: false }))).rejects.toMatchObject(wrong);
    await expect(enter(await asked(person))).rejects.toMatchObject({ code: 'suspended_tenant' });
  });

  test('opens nothing where the password was changed while it was looked at', async () => {
    const person = await personWithPasskey();
    const attempt = await asked(person);
    const factors = new Proxy(secondFactor.factors, {
      get: (target, name) => {
        if (name === 'change') changePerson(person, { version: 1, passwordVersion: 1 });
        const method = Reflect.get(target, name);
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });
    const secret = await enter(attempt, { secondFactor: { ...secondFactor, factors } });
    expect(await current(secret)).toBeUndefined();
  });

  test('is not offered where the deployment has no domain', async () => {
    const without = { secondFactor: { ...secondFactor, party: null } };
    await expect(enter(await asked(await personWithPasskey()), without)).rejects.toMatchObject({
      code: 'not_configured',
    });
  });
});
