import { beforeEach, describe, expect, test } from 'vitest';
import { proveFactor } from '../../lambdas/factors/check.ts';
import {
  addPasskey,
  beginTotp,
  confirmTotp,
  type Enrollee,
  removeAllFactors,
  removeFactor,
  renewRecoveryCodes,
} from '../../lambdas/factors/enrolment.ts';
import { noFactors } from '../../lambdas/factors/factors.ts';
import { readAnswer, relyingPartyOf } from '../../lambdas/factors/passkeys.ts';
import { totpCode } from '../../lambdas/factors/totp.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { secondFactorOf } from '../support/factors.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW, newAccount } from '../support/tenants.ts';

const FROM = { requestId: 'r', address: ADDRESS };
const stores = memoryStores();
let now = NOW;
const context = secondFactorOf(stores, () => now);
const requiring = (...requiredRoles: string[]) => ({
  ...context,
  deployment: { ...DEPLOYMENT, factors: { requiredRoles, passkeyDomain: null } },
});
const origin = ({ userId }: Enrollee) => ({ actor: `user:${userId}`, ...FROM });

async function newPerson(): Promise<Enrollee> {
  const account = newAccount();
  await stores.accounts.createAccount(account);
  return account.user;
}

/** Somebody with an app: its secret, its id and the recovery codes. */
async function personWithApp() {
  const person = await newPerson();
  const { id, secret } = await beginTotp(person, context);
  const code = totpCode(secret, Math.floor(now / 30) - 1);
  const { recoveryCodes } = await confirmTotp(person, code, origin(person), context);
  return { person, id, secret, codes: recoveryCodes ?? [] };
}

const prove = (person: Enrollee, code: string) => proveFactor(person, { code }, FROM, context);
const wrong = expect.objectContaining({ code: 'wrong_factor' });

beforeEach(() => {
  now = NOW;
});

describe('an authenticator app', () => {
  test('is one only after a code of it has come, in time', async () => {
    const person = await newPerson();
    const { secret } = await beginTotp(person, context);
    const code = () => totpCode(secret, Math.floor(now / 30));
    await expect(confirmTotp(person, '000000', origin(person), context)).rejects.toEqual(wrong);
    await expect(prove(person, code())).rejects.toEqual(wrong);
    now += 600;
    await expect(confirmTotp(person, code(), origin(person), context)).rejects.toMatchObject({
      code: 'conflicting_state',
    });
    expect((await context.factors.find(person)).totp).toBeNull();
  });

  test('another one replaces it, and the recovery codes stay', async () => {
    const { person, secret, codes } = await personWithApp();
    const second = await beginTotp(person, context);
    const code = totpCode(second.secret, Math.floor(now / 30));
    expect((await confirmTotp(person, code, origin(person), context)).recoveryCodes).toBeNull();
    await expect(prove(person, totpCode(secret, Math.floor(now / 30)))).rejects.toEqual(wrong);
    expect(await prove(person, codes[0] ?? '')).toEqual(['otp']);
  });

  test('a code that is sent twenty times at once works once', async () => {
    const { person, secret } = await personWithApp();
    const code = totpCode(secret, Math.floor(now / 30));
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => prove(person, code)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('nobody else’s code is taken, and guesses are refused after few', async () => {
    const [ada, ben] = [await personWithApp(), await personWithApp()];
    const code = totpCode(ben.secret, Math.floor(now / 30));
    await expect(prove(ada.person, code)).rejects.toEqual(wrong);
    const codes: unknown[] = [];
    for (let guess = 0; guess < 8; guess += 1)
      codes.push(await prove(ada.person, '123456').catch((error: { code: string }) => error.code));
    expect(codes).toContain('rate_limited');
    // The right code too, while it lasts; and the other account is not touched.
    await expect(prove(ada.person, totpCode(ada.secret, Math.floor(now / 30)))).rejects.toMatchObject({
      code: 'rate_limited',
    });
    expect(await prove(ben.person, code)).toEqual(['otp']);
  });
});

describe('recovery codes', () => {
  test('work once each until none is left, and new ones end the old', async () => {
    const { person, codes } = await personWithApp();
    for (const code of codes) expect(await prove(person, code)).toEqual(['otp']);
    await expect(prove(person, codes[9] ?? '')).rejects.toEqual(wrong);
    const renewed = await renewRecoveryCodes(person, origin(person), context);
    const again = await renewRecoveryCodes(person, origin(person), context);
    await expect(prove(person, renewed[0] ?? '')).rejects.toEqual(wrong);
    expect(await prove(person, again[0] ?? '')).toEqual(['otp']);
  });

  test('one that is used twenty times at once works once', async () => {
    const { person, codes } = await personWithApp();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => prove(person, codes[3] ?? '')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('are for who has a factor, and go with the last one', async () => {
    const nobody = await newPerson();
    await expect(renewRecoveryCodes(nobody, origin(nobody), context)).rejects.toMatchObject({
      code: 'conflicting_state',
    });
    const { person, id, codes } = await personWithApp();
    await removeFactor(person, id, origin(person), context);
    await expect(prove(person, codes[0] ?? '')).rejects.toEqual(wrong);
    expect(await context.factors.find(person)).toMatchObject({ ...noFactors(person), version: 3 });
  });
});

describe('the last factor', () => {
  test('stays where the role asks for one, and the tenant', async () => {
    const { person, id } = await personWithApp();
    const remove = (by = context) => removeFactor(person, id, origin(person), by);
    const conflict = { code: 'conflicting_state' };
    await expect(remove(requiring(person.role))).rejects.toMatchObject(conflict);
    await stores.tenants.change(person.tenantId, { requiresFactor: true }, origin(person), now);
    await expect(remove()).rejects.toMatchObject(conflict);
    await stores.tenants.change(person.tenantId, { requiresFactor: false }, origin(person), now);
    await remove(requiring('another'));
  });

  test('of two that are removed at once where one is required, one stays', async () => {
    const { person, id } = await personWithApp();
    const before = await context.factors.find(person);
    const passkey = { id: crypto.randomUUID(), name: 'Key', publicKey: '', counter: 0, transports: [] };
    const flags = { isSynced: false, isBackedUp: false, createdAt: now, lastUsedAt: null };
    await context.factors.change({ before, after: { ...before, passkeys: [{ ...passkey, ...flags }] } });
    const results = await Promise.allSettled(
      [id, passkey.id].map((each) => removeFactor(person, each, origin(person), requiring(person.role))),
    );
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  test('is removed by an administrator all the same, for who has lost it', async () => {
    const { person } = await personWithApp();
    await removeAllFactors(person, { actor: 'operator', requestId: 'r' }, requiring(person.role));
    expect((await context.factors.find(person)).totp).toBeNull();
    await removeAllFactors(person, origin(person), context);
  });
});

describe('the relying party of passkeys', () => {
  test.each([
    ['https://api.example.com', null, 'api.example.com'],
    ['https://api.example.com', 'example.com', 'example.com'],
    ['http://localhost:8080', null, 'localhost'],
    ['http://localhost:8080', 'example.com', 'localhost'],
    ['https://abc123.execute-api.eu-central-1.amazonaws.com/prod', null, undefined],
    ['https://abc123.execute-api.cn-north-1.amazonaws.com.cn/prod', 'example.com', undefined],
    ['http://127.0.0.1:8080', null, undefined],
    ['http://api.example.com', null, undefined],
    ['https://[::1]', null, undefined],
  ])('of %s with %s is %s', (url, domain, id) => {
    expect(relyingPartyOf(url, domain, 'Acme')?.id).toBe(id);
  });

  test('what a browser does not send is no answer, and no passkey', async () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{}',
      '{"id":7}',
      '{"id":"a b"}',
      `{"id":"${'a'.repeat(1401)}"}`,
    ])
      expect(readAnswer(text)).toBeUndefined();
    const person = await newPerson();
    const answer = readAnswer('{"id":"abc","response":{}}');
    if (answer === undefined) throw new Error('it has an id');
    await expect(
      addPasskey(person, { answer, challenge: 'c', name: 'n' }, origin(person), context),
    ).rejects.toEqual(wrong);
    await expect(
      addPasskey(person, { answer, challenge: 'c', name: 'n' }, origin(person), { ...context, party: null }),
    ).rejects.toMatchObject({ code: 'not_configured' });
  });
});
