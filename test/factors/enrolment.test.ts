import { beforeEach, describe, expect, test } from 'vitest';
import type { FactorContext } from '../../lambdas/factors/check.ts';
import {
  addPasskey,
  beginTotp,
  confirmTotp,
  type Enrollee,
  removeAllFactors,
  removeFactor,
  renamePasskey,
  renewRecoveryCodes,
  waitingTotp,
} from '../../lambdas/factors/enrolment.ts';
import type { FactorChange, FactorStore } from '../../lambdas/factors/factors.ts';
import { totpCode } from '../../lambdas/factors/totp.ts';
import { Authenticator } from '../support/authenticator.ts';
import { secondFactorOf } from '../support/factors.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW, newAccount } from '../support/tenants.ts';

const PARTY = { id: 'example.com', origin: 'https://api.example.com', name: 'Acme' };
const CHALLENGE = Buffer.from('challenge').toString('base64url');
const CEREMONY = { challenge: CHALLENGE, origin: PARTY.origin, rpId: PARTY.id };
const conflict = expect.objectContaining({ code: 'conflicting_state' });

let stores = memoryStores();
let now = NOW;
let context: FactorContext;
/** The changes that were written. */
let written: FactorChange[];

/** A store that shows what is written to it, and loses the first changes to others that come before. */
function watched(store: FactorStore, lost = 0): FactorStore {
  let left = lost;
  return {
    find: (person) => store.find(person),
    findPasskey: (id) => store.findPasskey(id),
    isRequiredByTenant: (tenantId) => store.isRequiredByTenant(tenantId),
    relyingParty: () => store.relyingParty(),
    async change(change) {
      if (left > 0) {
        left -= 1;
        return false;
      }
      const isWritten = await store.change(change);
      if (isWritten) written.push(change);
      return isWritten;
    },
  };
}

beforeEach(() => {
  now = NOW;
  stores = memoryStores();
  written = [];
  context = { ...secondFactorOf(stores, () => now, { party: PARTY }), factors: watched(stores.factors) };
});

const originOf = ({ userId }: Pick<Enrollee, 'userId'>) => ({
  actor: `user:${userId}`,
  requestId: 'r',
  address: ADDRESS,
});

async function newPerson(): Promise<Enrollee> {
  const account = newAccount();
  await stores.accounts.createAccount(account);
  return { ...account.user, language: 'de' };
}

const add = (person: Enrollee, authenticator = new Authenticator(), by = context) =>
  addPasskey(
    person,
    { answer: authenticator.register(CEREMONY), challenge: CHALLENGE, name: 'Laptop' },
    originOf(person),
    by,
  );

async function addApp(person: Enrollee, by = context) {
  const setup = await beginTotp(person, by);
  const code = totpCode(setup.secret, Math.floor(now / 30));
  return { ...setup, ...(await confirmTotp(person, code, originOf(person), by)) };
}

/** What the last change tells the person and the audit trail. */
const told = () => ({ mail: written.at(-1)?.tells, entries: written.at(-1)?.entries ?? [] });

describe('a passkey that is added', () => {
  test('is the first factor with ten recovery codes, told by mail and kept in the trail', async () => {
    const person = await newPerson();
    const authenticator = new Authenticator();
    const { id, recoveryCodes } = await add(person, authenticator);
    expect(id).toBe(authenticator.id);
    expect(recoveryCodes).toHaveLength(10);
    expect(await stores.accounts.findUser(person.tenantId, person.userId)).toMatchObject({
      factors: ['passkey'],
    });
    expect(await stores.factors.relyingParty()).toBe('example.com');
    const { mail, entries } = told();
    expect(mail).toEqual({ to: person.email, language: 'de', template: 'factorAdded' });
    expect(entries).toMatchObject([
      {
        action: 'factor.add',
        target: `user:${person.userId}`,
        actor: `user:${person.userId}`,
        before: { totp: false, passkeys: [], recovery_codes_left: 0 },
        after: { totp: false, passkeys: ['Laptop'], recovery_codes_left: 10 },
      },
    ]);
  });

  test('beside others leaves the recovery codes as they are', async () => {
    const person = await newPerson();
    await addApp(person);
    const before = (await context.factors.find(person)).recoveryCodes;
    expect((await add(person)).recoveryCodes).toBeNull();
    expect((await context.factors.find(person)).recoveryCodes).toEqual(before);
  });

  test('that is somebody’s already is nobody else’s, nor theirs a second time', async () => {
    const [ada, ben] = [await newPerson(), await newPerson()];
    const authenticator = new Authenticator();
    await add(ada, authenticator);
    await expect(add(ben, authenticator)).rejects.toEqual(conflict);
    expect((await context.factors.find(ben)).passkeys).toEqual([]);
    expect(await context.factors.findPasskey(authenticator.id)).toMatchObject({ userId: ada.userId });
  });

  test('is the tenth at most', async () => {
    const person = await newPerson();
    for (let count = 0; count < 10; count += 1) await add(person);
    await expect(add(person)).rejects.toMatchObject({ code: 'limit_reached' });
    expect((await context.factors.find(person)).passkeys).toHaveLength(10);
  });

  test('for another domain than those that there are is refused before anything is looked at', async () => {
    await add(await newPerson());
    const moved = { ...context, party: { id: 'example.org', origin: 'https://example.org', name: 'Acme' } };
    await expect(add(await newPerson(), new Authenticator(), moved)).rejects.toEqual(conflict);
  });

  test('at the same moment as another one stays, and so does the other', async () => {
    const person = await newPerson();
    const [one, other] = [new Authenticator(), new Authenticator()];
    const results = await Promise.all([add(person, one), add(person, other)]);
    const ids = (await context.factors.find(person)).passkeys.map(({ id }) => id);
    expect(ids.toSorted()).toEqual([one.id, other.id].toSorted());
    // The codes of whichever came first are those that hold, and no other set is shown.
    expect(results.filter(({ recoveryCodes }) => recoveryCodes !== null)).toHaveLength(1);
  });
});

describe('who has proven the password alone', () => {
  test('sets up the first factor, and nothing once there is one', async () => {
    const person: Enrollee = { ...(await newPerson()), hasNone: true };
    await beginTotp(person, context);
    const { id } = await add(person);
    const state = await context.factors.find(person);
    // By a password that is known to somebody else: each way to another factor, or to none.
    await expect(add(person)).rejects.toEqual(conflict);
    await expect(beginTotp(person, context)).rejects.toEqual(conflict);
    await expect(confirmTotp(person, '123456', originOf(person), context)).rejects.toEqual(conflict);
    await expect(renewRecoveryCodes(person, originOf(person), context)).rejects.toEqual(conflict);
    await expect(removeFactor(person, id, originOf(person), context)).rejects.toEqual(conflict);
    await expect(renamePasskey(person, { id, name: 'Mine' }, context)).rejects.toEqual(conflict);
    expect(await context.factors.find(person)).toEqual(state);
  });

  test('of two who do so at once, one does', async () => {
    const person: Enrollee = { ...(await newPerson()), hasNone: true };
    const results = await Promise.allSettled([add(person), add(person)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((await context.factors.find(person)).passkeys).toHaveLength(1);
  });
});

describe('an app that waits for its first code', () => {
  test('is shown again while it waits, to its person, and is stored encrypted for them', async () => {
    const [ada, ben] = [await newPerson(), await newPerson()];
    const setup = await beginTotp(ada, context);
    expect(await waitingTotp(ada, context)).toEqual(setup);
    expect(await waitingTotp(ben, context)).toBeUndefined();
    expect((await context.factors.find(ada)).pendingTotp?.secret).toBe(`${ada.userId}:${setup.secret}`);
    now += 599;
    expect(await waitingTotp(ada, context)).toEqual(setup);
    now += 1;
    expect(await waitingTotp(ada, context)).toBeUndefined();
  });

  test('is forgotten for one that is begun after it, and waits no more once it is set up', async () => {
    const person = await newPerson();
    const first = await beginTotp(person, context);
    const second = await beginTotp(person, context);
    expect(second.secret).not.toBe(first.secret);
    const codeOf = ({ secret }: typeof first) => totpCode(secret, Math.floor(now / 30));
    await expect(confirmTotp(person, codeOf(first), originOf(person), context)).rejects.toMatchObject({
      code: 'wrong_factor',
    });
    await confirmTotp(person, codeOf(second), originOf(person), context);
    expect(await waitingTotp(person, context)).toBeUndefined();
    // The code that has set it up is used.
    await expect(confirmTotp(person, codeOf(second), originOf(person), context)).rejects.toEqual(conflict);
  });
});

describe('a factor that is removed', () => {
  test('beside another one leaves it, and the recovery codes', async () => {
    const person = await newPerson();
    const authenticator = new Authenticator();
    await addApp(person);
    await add(person, authenticator);
    await removeFactor(person, authenticator.id, originOf(person), context);
    const state = await context.factors.find(person);
    expect([state.totp !== null, state.passkeys.length, state.recoveryCodes.length]).toEqual([true, 0, 10]);
    expect(await context.factors.findPasskey(authenticator.id)).toBeUndefined();
    const { mail, entries } = told();
    expect(mail).toEqual({ to: person.email, language: 'de', template: 'factorRemoved' });
    expect(entries).toMatchObject([
      { action: 'factor.remove', before: { passkeys: ['Laptop'] }, after: { totp: true, passkeys: [] } },
    ]);
  });

  test('as the last one takes recovery codes and an app that waits with it', async () => {
    const person = await newPerson();
    const { id } = await add(person);
    await beginTotp(person, context);
    await removeFactor(person, id, originOf(person), context);
    expect(await context.factors.find(person)).toMatchObject({
      totp: null,
      pendingTotp: null,
      passkeys: [],
      recoveryCodes: [],
    });
  });

  test('is one’s own: by an id of somebody else’s nothing is', async () => {
    const [ada, ben] = [await newPerson(), await newPerson()];
    const [app, passkey] = [await addApp(ben), await add(ben)];
    await add(ada);
    const state = await context.factors.find(ben);
    for (const id of [app.id, passkey.id, ''])
      await expect(removeFactor(ada, id, originOf(ada), context)).rejects.toMatchObject({
        code: 'not_found',
      });
    await expect(renamePasskey(ada, { id: passkey.id, name: 'Mine' }, context)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await context.factors.find(ben)).toEqual(state);
  });

  test('with all others by an administrator is told to its person, and to nobody who had none', async () => {
    const person = await newPerson();
    await addApp(person);
    await add(person);
    const operator = { actor: 'operator', requestId: 'r' };
    await removeAllFactors(person, operator, context);
    const { mail, entries } = told();
    expect(mail).toEqual({ to: person.email, language: 'de', template: 'factorsReset' });
    expect(entries).toMatchObject([{ action: 'factor.reset', actor: 'operator' }]);
    expect((await context.factors.find(person)).recoveryCodes).toEqual([]);
    await removeAllFactors(person, operator, context);
    expect(told()).toEqual({ mail: undefined, entries: [] });
  });
});

describe('a passkey’s name', () => {
  test('is changed, of that one alone, and is not blank', async () => {
    const person = await newPerson();
    const [one, other] = [await add(person), await add(person)];
    await renamePasskey(person, { id: one.id, name: 'Phone' }, context);
    const names = async () => (await context.factors.find(person)).passkeys.map(({ id, name }) => [id, name]);
    expect(await names()).toEqual([
      [one.id, 'Phone'],
      [other.id, 'Laptop'],
    ]);
    await expect(renamePasskey(person, { id: one.id, name: ' \t' }, context)).rejects.toMatchObject({
      code: 'invalid_field',
    });
    expect(await names()).toContainEqual([one.id, 'Phone']);
  });
});

describe('a change of factors', () => {
  test('is begun anew when others come first, and given up after five, with nothing written', async () => {
    const person = await newPerson();
    await add(person, new Authenticator(), { ...context, factors: watched(stores.factors, 4) });
    expect((await context.factors.find(person)).passkeys).toHaveLength(1);
    const busy = { ...context, factors: watched(stores.factors, 5) };
    await expect(add(person, new Authenticator(), busy)).rejects.toMatchObject({
      code: 'conflicting_state',
      message: expect.stringContaining('Try again'),
    });
    expect((await context.factors.find(person)).passkeys).toHaveLength(1);
  });

  test('leaves in trail and mail neither a secret, a key, a code nor the hash of one', async () => {
    const person = await newPerson();
    const authenticator = new Authenticator();
    const app = await addApp(person);
    await add(person, authenticator);
    const renewed = await renewRecoveryCodes(person, originOf(person), context);
    expect(told().mail).toEqual({ to: person.email, language: 'de', template: 'recoveryCodesRenewed' });
    const state = await context.factors.find(person);
    await removeFactor(person, app.id, originOf(person), context);
    await removeAllFactors(person, originOf(person), context);
    const all = JSON.stringify(written.map(({ entries, tells }) => [entries, tells]));
    expect(all.match(/"factor\.[a-z-]+"/g)).toEqual(
      ['add', 'add', 'recovery-codes', 'remove', 'reset'].map((verb) => `"factor.${verb}"`),
    );
    const secrets = [
      app.secret,
      ...(app.recoveryCodes ?? []),
      ...renewed,
      ...state.recoveryCodes,
      ...state.passkeys.flatMap(({ id, publicKey }) => [id, publicKey]),
    ];
    expect(secrets).toHaveLength(33);
    for (const secret of secrets) expect(all).not.toContain(secret);
  });
});
