import { beforeAll, describe, expect, test } from 'vitest';
import { loginSubjects, takeAttempt } from '../../lambdas/attempts/backoff.ts';
import { parseKey } from '../../lambdas/keys/key-format.ts';
import { admitAccount, onboard } from '../../lambdas/people/accounts.ts';
import { type LoginContext, logIn } from '../../lambdas/people/login.ts';
import { EMPTY_KEYSET, nextKeyset } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { secondFactorOf } from '../support/factors.ts';
import { pair } from '../support/memory/state.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW } from '../support/tenants.ts';

const PASSWORD = 'YourSecurePassword123!';

const store = memoryStores();
let context: LoginContext;
beforeAll(async () => {
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 3600 }, NOW);
  context = {
    profile,
    deployment: DEPLOYMENT,
    ...store,
    signer: new Signer(
      async () => keyset,
      'https://api.example.com',
      () => NOW,
    ),
    clock: () => NOW,
    secondFactor: secondFactorOf(store, () => NOW),
  };
});

const FROM = { requestId: 'r1', address: ADDRESS };
const join = (email: string) =>
  onboard(
    { email, password: PASSWORD, fullName: null, workspaceName: 'W', sector: null, language: 'en' },
    context,
    FROM,
  );
const enter = (email: string, password = PASSWORD, address = ADDRESS) =>
  logIn({ email, password }, { ...FROM, address }, context);

/** A context in which one address may do little. */
const tight = (given: object): LoginContext => ({
  ...context,
  deployment: { ...DEPLOYMENT, addressLimits: { ...DEPLOYMENT.addressLimits, ...given } },
});
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'in',
    (error: { code: string }) => error.code,
  );

test('an address that nobody has takes the same reads as a wrong password', async () => {
  await join('timed@example.com');
  const readsOf = async (email: string) => {
    const reads: string[] = [];
    const accounts = new Proxy(store.accounts, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...given: unknown[]) => {
          reads.push(String(name));
          return method.apply(target, given);
        };
      },
    });
    const attempt = logIn(
      { email, password: 'wrong' },
      { ...FROM, address: '203.0.113.90' },
      { ...context, accounts },
    );
    expect(await codeOf(attempt)).toBe('wrong_password');
    return reads;
  };
  expect(await readsOf('nobody-has-it@example.com')).toEqual(await readsOf('timed@example.com'));
});

describe('one source address', () => {
  test('that tries one password on many accounts is slowed, by its network, and another is not', async () => {
    const limited = tight({ failedLoginsPerTenMinutes: 5 });
    const spray = (index: number, address: string) =>
      codeOf(
        logIn(
          { email: `victim${index}@example.com`, password: 'Spring2026!' },
          { ...FROM, address },
          limited,
        ),
      );
    const codes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => spray(index, `2001:db8:1:2::${index.toString(16)}`)),
    );
    expect(codes.filter((code) => code === 'wrong_password')).toHaveLength(5);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(15);
    expect(await spray(21, '2001:db8:1:3::1')).toBe('wrong_password');
  });

  test('that is over its limit tells when, and is let in then', async () => {
    const limited = tight({ failedLoginsPerTenMinutes: 1 });
    const address = '203.0.113.50';
    const wrong = (clock = context.clock) =>
      logIn({ email: 'waits@example.com', password: 'x' }, { ...FROM, address }, { ...limited, clock });
    expect(await codeOf(wrong())).toBe('wrong_password');
    const end = Math.ceil(NOW / 600) * 600;
    await expect(wrong()).rejects.toMatchObject({
      message: `Too many attempts from your address. Try again in ${end - NOW} seconds.`,
      retryAfterSeconds: end - NOW,
    });
    expect(await codeOf(wrong(() => end))).toBe('wrong_password');
  });

  test('does not keep those out who have logged in from there before, nor let a guesser in', async () => {
    const limited = tight({ failedLoginsPerTenMinutes: 3 });
    const nat = '203.0.113.60';
    await join('ewa@example.com');
    await join('finn@example.com');
    const try_ = (email: string, password: string, address = nat) =>
      codeOf(logIn({ email, password }, { ...FROM, address }, limited));
    expect(await try_('ewa@example.com', PASSWORD)).toBe('in');
    for (let guess = 0; guess < 5; guess += 1) await try_(`victim${guess}@example.com`, 'x');
    // Finn is new here, and waits; Ewa is not. From elsewhere Finn comes in.
    expect(await try_('finn@example.com', PASSWORD)).toBe('rate_limited');
    expect(await try_('ewa@example.com', PASSWORD)).toBe('in');
    expect(await try_('finn@example.com', PASSWORD, '203.0.113.61')).toBe('in');
    // Whoever guesses Ewa's password from there is held to the attempts of one place.
    const guesses = [];
    for (let guess = 0; guess < 12; guess += 1) guesses.push(await try_('ewa@example.com', 'wrong'));
    expect(guesses.filter((code) => code === 'wrong_password')).toHaveLength(10);
  });

  test('that logs many people in who know their passwords is not slowed', async () => {
    const limited = tight({ failedLoginsPerTenMinutes: 2 });
    const address = '203.0.113.70';
    for (let person = 0; person < 4; person += 1) {
      const email = `right${person}@example.com`;
      await join(email);
      expect(await codeOf(logIn({ email, password: PASSWORD }, { ...FROM, address }, limited))).toBe('in');
    }
  });

  test('cannot keep an owner out by guessing from everywhere: where the owner has logged in before, they come in', async () => {
    await join('gus@example.com');
    const home = '203.0.113.80';
    expect(await codeOf(enter('gus@example.com', PASSWORD, home))).toBe('in');
    // What a login does before it looks at the password, which takes its time.
    for (let guess = 0; guess < 51; guess += 1) {
      for (const subject of loginSubjects('gus@example.com', `198.18.${guess}.1`))
        await codeOf(takeAttempt(context.backoff, subject, NOW));
    }
    expect(await codeOf(enter('gus@example.com', PASSWORD, '198.18.99.1'))).toBe('rate_limited');
    expect(await codeOf(enter('gus@example.com', PASSWORD, home))).toBe('in');
  });

  test('opens as many accounts in an hour as it may, also at once', async () => {
    const limited = tight({ accountsPerHour: 3 });
    const admissions = await Promise.all(
      Array.from({ length: 10 }, () => codeOf(admitAccount('203.0.113.90', limited))),
    );
    expect(admissions.filter((code) => code === 'in')).toHaveLength(3);
    expect(await codeOf(admitAccount('203.0.113.91', limited))).toBe('in');
    const nextHour = { ...limited, clock: () => Math.ceil(NOW / 3600) * 3600 };
    expect(await codeOf(admitAccount('203.0.113.90', nextHour))).toBe('in');
  });
});

describe('accounts', () => {
  test('onboarding makes a tenant with an administrator and a key that is well-formed', async () => {
    const { account, key } = await join('ada@example.com');
    expect(account.user.role).toBe('admin');
    expect(parseKey(profile.keys, key)?.locator).toBe(account.key.key.locator);
    expect(await store.keys.find(account.user.tenantId, account.key.key.id)).toMatchObject({
      state: 'active',
    });
    await expect(join('ada@example.com')).rejects.toMatchObject({ code: 'email_taken' });
  });

  test('a wrong password and an unknown address are told in the same words', async () => {
    await join('ben@example.com');
    const wrong = await enter('ben@example.com', 'wrong').catch((error: unknown) => error);
    const unknown = await enter('nobody@example.com').catch((error: unknown) => error);
    expect(wrong).toMatchObject({ code: 'wrong_password' });
    expect(unknown).toMatchObject({ code: 'wrong_password', message: (wrong as Error).message });
  });

  test('of 20 wrong passwords at once ten are looked at; the others are told to wait, and the right one too', async () => {
    await join('cleo@example.com');
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => enter('cleo@example.com', 'wrong')),
    );
    const codes = results.map((result) =>
      result.status === 'rejected' ? (result.reason as { code: string }).code : 'in',
    );
    expect(codes.filter((code) => code === 'wrong_password')).toHaveLength(10);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(10);
    await expect(enter('cleo@example.com')).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(enter('cleo@example.com', PASSWORD, '198.51.100.9')).resolves.toMatchObject({
      expiresInSeconds: 900,
    });
  });

  test('a login opens a session and forgets the failures before it', async () => {
    const { account } = await join('dan@example.com');
    for (let attempt = 0; attempt < 4; attempt += 1)
      await enter('dan@example.com', 'wrong').catch(() => undefined);
    const { accessToken } = await enter('dan@example.com');
    expect(accessToken.split('.')).toHaveLength(3);
    expect(await store.sessions.sessionIds(account.user.userId, 'login')).toHaveLength(1);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await expect(enter('dan@example.com', 'wrong')).rejects.toMatchObject({ code: 'wrong_password' });
    }
  });
});

describe('where an address must be confirmed first', () => {
  const strict = (): LoginContext => ({
    ...context,
    deployment: { ...DEPLOYMENT, mail: { from: null, allowsUnverified: false } },
  });
  const attempt = (email: string, password = PASSWORD) =>
    codeOf(logIn({ email, password }, { ...FROM, address: ADDRESS }, strict()));

  test('only who has proven the password is told, and whoever has confirmed it comes in', async () => {
    const email = 'unconfirmed@example.com';
    const { account } = await join(email);
    expect(await attempt(email)).toBe('email_unverified');
    expect(await attempt(email, 'wrong')).toBe('wrong_password');
    expect(await codeOf(enter(email))).toBe('in');
    const { tenantId, userId } = account.user;
    const key = pair(tenantId, userId);
    const person = store.state.people.get(key);
    if (person === undefined) throw new Error('nobody');
    store.state.people.set(key, { ...person, emailVerified: true });
    expect(await attempt(email)).toBe('in');
  });

  test('a new account is mailed the link in its language', async () => {
    await onboard(
      {
        email: 'neu@example.com',
        password: PASSWORD,
        fullName: null,
        workspaceName: 'W',
        sector: null,
        language: 'de',
      },
      context,
      FROM,
    );
    const mail = [...store.state.outbox.values()].find(({ to }) => to === 'neu@example.com');
    expect(mail).toMatchObject({ template: 'verify', language: 'de', linkId: expect.any(String) });
    expect(store.state.links.get(mail?.linkId ?? '')).toMatchObject({ kind: 'verify' });
  });
});
