import { beforeEach, expect, test } from 'vitest';
import { type DeletionContext, deleteAccount } from '../../lambdas/account/deletion.ts';
import { type OwnAccountLimits, takeDownload, takeEnd } from '../../lambdas/account/limits.ts';
import { type MemoryStores, memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW, newAccount } from '../support/tenants.ts';

const HOUR = 3600;
const FROM = { actor: 'user:u', requestId: 'r', address: ADDRESS };
let stores: MemoryStores;
let now: number;
let limits: OwnAccountLimits;

beforeEach(() => {
  stores = memoryStores();
  now = NOW;
  limits = { sources: stores.sources, clock: () => now };
});

const person = (userId: string) => ({ userId });
const elsewhere = (host: number) => ({ address: `198.51.100.${host}` });
const refused = { code: 'rate_limited', retryAfterSeconds: expect.any(Number) };

test('a person is given sixty parts of downloads an hour, wherever they ask from, and others are not held to it', async () => {
  for (let part = 0; part < 60; part += 1) await takeDownload(person('ada'), elsewhere(part), limits);
  await expect(takeDownload(person('ada'), elsewhere(99), limits)).rejects.toMatchObject(refused);
  await takeDownload(person('ben'), elsewhere(99), limits);
  now += HOUR;
  await takeDownload(person('ada'), elsewhere(99), limits);
});

test('a source address is given three hundred, whoever asks from it', async () => {
  for (let part = 0; part < 300; part += 1) await takeDownload(person(`p${part % 10}`), FROM, limits);
  await expect(takeDownload(person('ada'), FROM, limits)).rejects.toMatchObject(refused);
  await takeDownload(person('ada'), elsewhere(1), limits);
});

test('ends of accounts are counted apart: ten of a person, a hundred of a source address', async () => {
  for (let part = 0; part < 60; part += 1) await takeDownload(person('ada'), FROM, limits);
  for (let end = 0; end < 10; end += 1) await takeEnd(person('ada'), FROM, limits);
  await expect(takeEnd(person('ada'), elsewhere(1), limits)).rejects.toMatchObject(refused);
  for (let end = 0; end < 90; end += 1) await takeEnd(person(`p${end}`), FROM, limits);
  await expect(takeEnd(person('ben'), FROM, limits)).rejects.toMatchObject(refused);
});

test('whoever tries to delete an account that cannot be is told so ten times, and is then made to wait', async () => {
  const account = newAccount({ email: 'ada@example.com' });
  const { user } = account;
  await stores.accounts.createAccount(account);
  const context: DeletionContext = { ...stores, ...limits, ownSessions: { ...stores, clock: limits.clock } };
  for (let attempt = 0; attempt < 10; attempt += 1)
    await expect(deleteAccount(user, FROM, context)).rejects.toMatchObject({ code: 'conflicting_state' });
  await expect(deleteAccount(user, FROM, context)).rejects.toMatchObject(refused);
});
