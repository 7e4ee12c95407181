import { beforeEach, describe, expect, test } from 'vitest';
import {
  factorNeed,
  newChallenge,
  type Proof,
  personOfPasskey,
  proveFactor,
  requireParty,
  takeChallenge,
} from '../../lambdas/factors/check.ts';
import { addPasskey, type Enrollee } from '../../lambdas/factors/enrolment.ts';
import { newPendingSecret } from '../../lambdas/factors/pending.ts';
import { Authenticator, type Ceremony } from '../support/authenticator.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { secondFactorOf } from '../support/factors.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW, newAccount } from '../support/tenants.ts';

const FROM = { requestId: 'r', address: ADDRESS };
const PARTY = { id: 'example.com', origin: 'https://api.example.com', name: 'Acme' };
const wrong = expect.objectContaining({ code: 'wrong_factor' });

let stores = memoryStores();
let now = NOW;
let context = secondFactorOf(stores, () => now, { party: PARTY });

beforeEach(() => {
  now = NOW;
  stores = memoryStores();
  context = secondFactorOf(stores, () => now, { party: PARTY });
});

/** A browser: a secret of its own, and what it asks the server for. */
class Browser {
  readonly secret = newPendingSecret();
  readonly challenge = (purpose: 'sign-in' | 'factor' | 'registration') =>
    newChallenge(this.secret, purpose, context);
  readonly ceremony = (challenge: string, given: Partial<Ceremony> = {}): Ceremony => ({
    challenge,
    origin: PARTY.origin,
    rpId: PARTY.id,
    ...given,
  });
  /** The answer of an authenticator to a challenge of now, with the challenge that the server takes for it. */
  async proof(authenticator: Authenticator, given: Partial<Ceremony> = {}): Promise<Proof> {
    const answer = authenticator.use(this.ceremony(await this.challenge('factor'), given));
    const challenge = (await takeChallenge(this.secret, 'factor', context)) ?? '';
    return { answer, challenge, party: PARTY };
  }
}

/** Somebody with a passkey on an authenticator. */
async function personWithPasskey(authenticator = new Authenticator()) {
  const account = newAccount();
  await stores.accounts.createAccount(account);
  const person: Enrollee = account.user;
  const browser = new Browser();
  const challenge = await browser.challenge('registration');
  const answer = authenticator.register(browser.ceremony(challenge));
  const origin = { actor: `user:${person.userId}`, ...FROM };
  await addPasskey(person, { answer, challenge, name: 'Laptop' }, origin, context);
  return { person, authenticator, browser };
}

const prove = (person: Enrollee, proof: Proof) => proveFactor(person, proof, FROM, context);

describe('a passkey proves a factor', () => {
  test('of a device as a key in hardware, of several as one in software, and of a person who was there', async () => {
    const device = await personWithPasskey();
    expect(await prove(device.person, await device.browser.proof(device.authenticator))).toEqual([
      'hwk',
      'user',
    ]);
    const synced = await personWithPasskey(new Authenticator({ isSynced: true }));
    expect(await prove(synced.person, await synced.browser.proof(synced.authenticator))).toEqual([
      'swk',
      'user',
    ]);
  });

  test('and its counter is kept, so that a copy which counts on its own is refused', async () => {
    const { person, authenticator, browser } = await personWithPasskey();
    await prove(person, await browser.proof(authenticator, { counter: 40 }));
    now += 60;
    await prove(person, await browser.proof(authenticator, { counter: 41 }));
    expect((await context.factors.find(person)).passkeys).toMatchObject([
      { counter: 41, lastUsedAt: NOW + 60 },
    ]);
    // The copy has been used as often as the original when it was made.
    await expect(prove(person, await browser.proof(authenticator, { counter: 41 }))).rejects.toEqual(wrong);
  });

  test('once: an answer that is heard and sent again, twenty times at once, has no challenge any more', async () => {
    const { person, authenticator, browser } = await personWithPasskey(new Authenticator({ isSynced: true }));
    const answer = authenticator.use(browser.ceremony(await browser.challenge('factor')));
    const attempts = Array.from({ length: 20 }, async () => {
      const challenge = await takeChallenge(browser.secret, 'factor', context);
      if (challenge === undefined) throw new Error('no challenge');
      return prove(person, { answer, challenge, party: PARTY });
    });
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('once, where a device counts, though the challenge were given twenty times', async () => {
    const { person, authenticator, browser } = await personWithPasskey();
    const proof = await browser.proof(authenticator);
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => prove(person, proof)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('of nobody else: neither that of another person, nor one that is registered nowhere', async () => {
    const [ada, ben] = [await personWithPasskey(), await personWithPasskey()];
    await expect(prove(ada.person, await ben.browser.proof(ben.authenticator))).rejects.toEqual(wrong);
    const stranger = await ben.browser.proof(new Authenticator(), { id: ada.authenticator.id });
    await expect(prove(ada.person, stranger)).rejects.toEqual(wrong);
    await expect(prove(ada.person, await ada.browser.proof(new Authenticator()))).rejects.toEqual(wrong);
    expect(await prove(ben.person, await ben.browser.proof(ben.authenticator))).toEqual(['hwk', 'user']);
  });

  test('and what is wrong with one is counted as a wrong code is', async () => {
    const { person, authenticator, browser } = await personWithPasskey();
    const codes: unknown[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const proof = await browser.proof(authenticator, { isVerified: false });
      codes.push(await prove(person, proof).catch((error: { code: string }) => error.code));
    }
    expect(codes).toEqual([...Array(5).fill('wrong_factor'), ...Array(3).fill('rate_limited')]);
    await expect(prove(person, await browser.proof(authenticator))).rejects.toMatchObject({
      code: 'rate_limited',
    });
    // Once the pause is over, what is right forgets them.
    now += 900;
    await prove(person, await browser.proof(authenticator));
    await expect(prove(person, await browser.proof(authenticator, { isVerified: false }))).rejects.toEqual(
      wrong,
    );
  });
});

describe('a challenge', () => {
  test('is good once, for its browser, its purpose and five minutes, and another each time', async () => {
    const [mine, other] = [new Browser(), new Browser()];
    const first = await mine.challenge('factor');
    const second = await mine.challenge('factor');
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(second).not.toBe(first);
    expect(await takeChallenge(other.secret, 'factor', context)).toBeUndefined();
    expect(await takeChallenge(mine.secret, 'sign-in', context)).toBeUndefined();
    expect(await takeChallenge(mine.secret, 'factor', context)).toBe(second);
    expect(await takeChallenge(mine.secret, 'factor', context)).toBeUndefined();
    await mine.challenge('factor');
    now += 300;
    expect(await takeChallenge(mine.secret, 'factor', context)).toBeUndefined();
  });
});

describe('who signs in with a passkey alone', () => {
  test('is whose credential answers, unless the answer names somebody else', async () => {
    const [ada, ben] = [await personWithPasskey(), await personWithPasskey()];
    const answerOf = ({ authenticator, browser }: typeof ada, userHandle?: string) =>
      authenticator.use(browser.ceremony('c', userHandle === undefined ? {} : { userHandle }));
    const { tenantId, userId } = ada.person;
    expect(await personOfPasskey(answerOf(ada, userId), context)).toEqual({ tenantId, userId });
    // A key that is found by a name gives no handle.
    expect(await personOfPasskey(answerOf(ada), context)).toEqual({ tenantId, userId });
    expect(await personOfPasskey(answerOf(ada, ben.person.userId), context)).toBeUndefined();
    expect(await personOfPasskey(answerOf(ada, ''), context)).toBeUndefined();
    const unregistered = { ...ada, authenticator: new Authenticator() };
    expect(await personOfPasskey(answerOf(unregistered, userId), context)).toBeUndefined();
    expect(await personOfPasskey(answerOf(unregistered), context)).toBeUndefined();
  });
});

describe('the relying party', () => {
  test('is none where passkeys are not offered, and never another than that of the passkeys that there are', async () => {
    await expect(requireParty({ ...context, party: null })).rejects.toMatchObject({ code: 'not_configured' });
    expect(await requireParty(context)).toEqual(PARTY);
    await personWithPasskey();
    expect(await requireParty(context)).toEqual(PARTY);
    const moved = { ...context, party: { ...PARTY, id: 'example.org' } };
    await expect(requireParty(moved)).rejects.toMatchObject({
      code: 'conflicting_state',
      message: expect.stringContaining('factors.passkeyDomain'),
    });
  });
});

describe('after the password', () => {
  test('who has a factor proves it, who must have one sets it up, and everybody else is in', async () => {
    const { user } = newAccount();
    await stores.accounts.createAccount({ ...newAccount(), user });
    const need = (factors: readonly string[], ...requiredRoles: string[]) =>
      factorNeed(
        { ...user, factors },
        { ...context, deployment: { ...DEPLOYMENT, factors: { requiredRoles, passkeyDomain: null } } },
      );
    expect(await need([])).toBeNull();
    expect(await need([], 'viewer')).toBeNull();
    expect(await need([], user.role)).toBe('enrol');
    expect(await need(['passkey'])).toBe('prove');
    expect(await need(['totp'], user.role)).toBe('prove');
    await stores.tenants.change(
      user.tenantId,
      { requiresFactor: true },
      { actor: 'operator', requestId: 'r' },
      now,
    );
    expect(await need([])).toBe('enrol');
  });
});
