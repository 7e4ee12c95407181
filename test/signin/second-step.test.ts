import { expect, test } from 'vitest';
import { enrollingOf } from '../../lambdas/enrolment/enrolling.ts';
import { beginTotp, confirmTotp, renewRecoveryCodes } from '../../lambdas/factors/enrolment.ts';
import { totpCode } from '../../lambdas/factors/totp.ts';
import { Redirect } from '../../lambdas/kernel/results.ts';
import { onboard } from '../../lambdas/people/accounts.ts';
import { completeSignIn, pendingPerson } from '../../lambdas/signin/second-step.ts';
import { SIGN_IN_COOKIE } from '../../lambdas/signin/sign-in.ts';
import {
  closedSignInsOf,
  newSecret,
  type SignInContext,
  signIn,
  signInsOf,
} from '../../lambdas/signin/sign-ins.ts';
import { visitOf } from '../../lambdas/signin/visit.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT, RIGHTS } from '../support/deployment.ts';
import { secondFactorOf } from '../support/factors.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW } from '../support/tenants.ts';

const PASSWORD = 'YourSecurePassword123!';
const FROM = { requestId: 'r1', address: ADDRESS };
const DAY = 86_400;
const PAGES = {
  branding: { name: 'Acme', logo: null, color: '#123456', darkColor: '#abcdef' },
  url: 'https://api.example.com',
};

const stores = memoryStores();
const clock = () => NOW;
const context: SignInContext = {
  ...stores,
  deployment: DEPLOYMENT,
  clock,
  secondFactor: secondFactorOf(stores, clock, {
    deployment: { ...DEPLOYMENT, factors: { requiredRoles: [RIGHTS.ownerRole], passkeyDomain: null } },
  }),
};
const { secondFactor } = context;
const services = {
  signIn: context,
  signIns: signInsOf(stores.signIns, clock),
  closedSignIns: closedSignInsOf(stores.signIns, RIGHTS, clock),
  pages: PAGES,
};

let people = 0;
/** An owner who has to have a second factor, and what signs a browser in with their password. */
async function owner() {
  const email = `owner${(people += 1)}@example.com`;
  const { account } = await onboard(
    { email, password: PASSWORD, fullName: null, workspaceName: 'W', sector: null, language: 'en' },
    { ...context, ...stores, profile, signer: undefined as never },
    FROM,
  );
  const enter = () => signIn({ email, password: PASSWORD }, newSecret(), FROM, context);
  return { user: account.user, enter };
}

const enrolling = (secret: string) =>
  enrollingOf({ [SIGN_IN_COOKIE]: secret }, visitOf({}, { acceptLanguage: 'en' }, PAGES), services);

/** Sets up an app in the browser that has `secret`; gives its secret. */
async function setUp(given: Awaited<ReturnType<typeof enrolling>>) {
  if (given instanceof Redirect) throw new Error('The browser may not set up anything.');
  const { person } = given;
  const app = await beginTotp(person, secondFactor);
  const code = totpCode(app.secret, Math.floor(NOW / 30) - 1);
  await confirmTotp(person, code, { actor: `user:${person.userId}`, ...FROM }, secondFactor);
  return app;
}

test('who has proven the password alone sets up the first factor, and no other once there is one', async () => {
  const { user, enter } = await owner();
  const [own, thief] = [await enter(), await enter()];
  expect([own.step, thief.step]).toEqual(['enrol', 'enrol']);
  const seen = await enrolling(thief.secret);
  await setUp(await enrolling(own.secret));
  const before = await secondFactor.factors.find(user);
  // The browser that had begun before, and what it is in the middle of.
  expect(await enrolling(thief.secret)).toBeInstanceOf(Redirect);
  await expect(setUp(seen)).rejects.toMatchObject({ code: 'conflicting_state' });
  if (!(seen instanceof Redirect))
    await expect(
      renewRecoveryCodes(seen.person, { actor: 'system', requestId: 'r' }, secondFactor),
    ).rejects.toMatchObject({ code: 'conflicting_state' });
  expect(await secondFactor.factors.find(user)).toEqual(before);
});

test('the password is good for one sign-in, whatever is proven besides', async () => {
  const { enter } = await owner();
  await setUp(await enrolling((await enter()).secret));
  const { secret } = await enter();
  const pending = await pendingPerson(secret, context);
  if (pending === undefined) throw new Error('nobody is signing in');
  const both = await Promise.allSettled(
    ['otp', 'hwk'].map((method) => completeSignIn(pending, { secret, methods: [method] }, FROM, context)),
  );
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('who may reopen a closed tenant can sign in with their second factor', async () => {
  const { user, enter } = await owner();
  await setUp(await enrolling((await enter()).secret));
  const tenant = stores.state.tenants.get(user.tenantId);
  if (tenant === undefined) throw new Error('no tenant');
  stores.state.tenants.set(user.tenantId, { ...tenant, state: 'closed', erasesAt: NOW + DAY });
  const { step, secret } = await enter();
  expect(step).toBe('prove');
  const pending = await pendingPerson(secret, context);
  if (pending === undefined) throw new Error('nobody is signing in');
  const signedIn = await completeSignIn(pending, { secret, methods: ['otp'] }, FROM, context);
  expect(await services.closedSignIns.closed({ [SIGN_IN_COOKIE]: signedIn })).toMatchObject({
    userId: user.userId,
    amr: ['pwd', 'otp', 'mfa'],
  });
  // Once it is erased, or suspended, the way is closed.
  for (const change of [{ erasesAt: NOW }, { state: 'suspended' as const, erasesAt: null }]) {
    const again = stores.state.tenants.get(user.tenantId);
    if (again !== undefined) stores.state.tenants.set(user.tenantId, { ...again, ...change });
    const fresh = await enter().catch(({ code }) => code);
    expect(fresh).toBe('suspended_tenant');
    expect(await pendingPerson(secret, context)).toBeUndefined();
  }
});
