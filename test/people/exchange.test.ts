import { createHash, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { IdentityProvider } from '../../lambdas/contract/deployment.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { type ExchangeContext, exchangeToken } from '../../lambdas/people/exchange.ts';
import type { Person } from '../../lambdas/people/person.ts';
import { EMPTY_KEYSET, nextKeyset } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { PROVIDER as VIEWERS } from '../support/identity-provider.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW, newAccount } from '../support/tenants.ts';

/** Exchanges of tokens that a provider has vouched for. */

const store = memoryStores();
const { people } = store;
let signer: Signer;

beforeAll(async () => {
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 900 }, NOW);
  signer = signerOf(async () => keyset);
});

const signerOf = (keyset: ConstructorParameters<typeof Signer>[0]) =>
  new Signer(keyset, 'https://api.example.com', () => NOW);

const PROVIDER: IdentityProvider = {
  ...VIEWERS,
  roleClaim: { claim: 'role', values: { admin: 'admin', editor: 'editor', viewer: 'viewer' } },
};

/** A tenant, and exchanges of tokens of `subject` into it. */
async function newTenant(provider: Partial<IdentityProvider> = {}) {
  const account = newAccount();
  await store.accounts.createAccount(account);
  const { tenantId } = account.user;
  const context: ExchangeContext = {
    profile,
    deployment: { ...DEPLOYMENT, identityProviders: [PROVIDER] },
    sessions: store.sessions,
    refreshTokens: store.refreshTokens,
    signer,
    tenant: async () => ({
      state: 'active',
      tier: 'free',
      suspendedWorkspaces: new Set(),
      workspaces: new Set([account.workspaceId]),
    }),
    clock: () => NOW,
    accounts: store.accounts,
    people,
    exchange: store.exchange,
    verify: async (token) => ({
      provider: { ...PROVIDER, ...provider },
      subject: 'subject',
      hash: createHash('sha256').update(token).digest('hex'),
      expiresAt: NOW + 600,
      claims: { org: tenantId, ...JSON.parse(token) },
    }),
  };
  /** A token of its own unless `jti` is given. */
  const exchange = (claims: object = {}, given: Partial<ExchangeContext> = {}) =>
    exchangeToken(
      JSON.stringify({ iat: NOW, jti: randomUUID(), ...claims }),
      { requestId: 'r' },
      { ...context, ...given },
    );
  const personOf = async (exchanged: ReturnType<typeof exchange>) =>
    people.find(tenantId, (await exchanged).grant.session.userId);
  return { tenantId, email: account.user.email, context, exchange, personOf };
}

const ORIGIN = { actor: 'user:ada', requestId: 'r' };
const refused = { code: 'invalid_subject_token' };

async function present(person: Promise<Person | undefined>): Promise<Person> {
  const found = await person;
  if (found === undefined) throw new Error('there is no such person');
  return found;
}

test('a token that is exchanged while nothing can be signed is not spent', async () => {
  const { exchange } = await newTenant();
  const token = { jti: 'once' };
  const failing = signerOf(() => Promise.reject(new Error('no secret')));
  const empty = signerOf(async () => EMPTY_KEYSET);
  await expect(exchange(token, { signer: failing })).rejects.toThrow('no secret');
  await expect(exchange(token, { signer: empty })).rejects.toMatchObject({ code: 'unavailable' });
  await exchange(token);
  await expect(exchange(token)).rejects.toMatchObject(refused);
});

test('no token leads to operators, whatever a configuration says', async () => {
  const { tenantId, context, exchange } = await newTenant();
  const into = (id: string): Partial<ExchangeContext> => ({
    verify: async (token) => {
      const proof = await context.verify(token);
      return { ...proof, provider: { ...proof.provider, tenantId: id, tenantClaim: null } };
    },
    tenant: () => context.tenant(tenantId),
  });
  await exchange({}, into(tenantId));
  await expect(exchange({}, into('operators'))).rejects.toMatchObject({
    ...refused,
    cause: 'no provider leads to operators',
  });
});

describe('text of a provider', () => {
  test('that is cut through a character is well formed still', async () => {
    const { exchange, personOf } = await newTenant();
    const person = await personOf(exchange({ name: `${'a'.repeat(99)}😀` }));
    expect(person?.fullName?.isWellFormed()).toBe(true);
    expect(person?.fullName).toHaveLength(100);
  });

  test('that is no well-formed address is none', async () => {
    const { exchange, personOf } = await newTenant();
    const person = await personOf(exchange({ email: 'a\ud800@example.com', email_verified: true }));
    expect(person?.email).toMatch(/@exchange\.invalid$/);
  });
});

describe('a person who changes during their exchange', () => {
  /** The first use of a token comes after `meanwhile`. */
  const whenUsed = (
    context: ExchangeContext,
    meanwhile: () => Promise<unknown>,
  ): Partial<ExchangeContext> => ({
    exchange: {
      findIdentity: (hash) => context.exchange.findIdentity(hash),
      decide: (...given) => context.exchange.decide(...given),
      link: (...given) => context.exchange.link(...given),
      async useToken(...given) {
        await meanwhile();
        return context.exchange.useToken(...given);
      },
    },
  });

  test('has a session of what they are then, for one token', async () => {
    const { context, exchange, personOf } = await newTenant();
    const person = await present(personOf(exchange()));
    const demote = () => people.change(person, { role: 'editor' }, ORIGIN, NOW);
    const { grant } = await exchange({}, whenUsed(context, demote));
    expect(store.state.sessions.get(grant.session.sessionId)).toMatchObject({
      caller: { role: 'viewer' },
      version: 2,
    });
  });

  test('has none when they are removed, before the session opens or while their role changes', async () => {
    for (const when of ['used', 'changed']) {
      const { context, exchange, personOf } = await newTenant();
      const person = await present(personOf(exchange()));
      const remove = () => people.remove(person, ORIGIN, NOW);
      const changing: Partial<ExchangeContext> = {
        people: {
          find: (...given) => people.find(...given),
          create: (...given) => people.create(...given),
          standing: (...given) => people.standing(...given),
          async change(...given) {
            await remove();
            return people.change(...given);
          },
        },
      };
      const given = when === 'used' ? whenUsed(context, remove) : changing;
      await expect(exchange({ role: 'editor' }, given)).rejects.toMatchObject(refused);
      await expect(exchange()).rejects.toMatchObject(refused);
    }
  });

  test('at every attempt is refused in the same words', async () => {
    const { exchange } = await newTenant();
    const sessions: ExchangeContext['sessions'] = Object.create(store.sessions, {
      create: { value: () => Promise.reject(new Problem('conflicting_state')) },
      sessionIds: { value: (userId: string) => store.sessions.sessionIds(userId, 'login') },
    });
    await expect(exchange({}, { sessions })).rejects.toMatchObject(refused);
  });
});

describe('the role of whom an exchange has made', () => {
  test('is not undone by a token that is older than the one that decided', async () => {
    const { exchange, personOf } = await newTenant();
    const admin = await exchange({ role: 'admin', iat: NOW - 100 });
    await exchange({ role: 'viewer', iat: NOW - 50 });
    await expect(exchange({ role: 'admin', iat: NOW - 51 })).rejects.toMatchObject(refused);
    expect(store.state.sessions.get(admin.grant.session.sessionId)?.caller.role).toBe('viewer');
    expect((await personOf(exchange({ role: 'editor', iat: NOW - 50 })))?.role).toBe('editor');
  });

  test('is confirmed by a newer token that gives the same, too', async () => {
    const { exchange } = await newTenant();
    await exchange({ role: 'viewer', iat: NOW - 100 });
    await exchange({ role: 'viewer', iat: NOW });
    await expect(exchange({ role: 'admin', iat: NOW - 50 })).rejects.toMatchObject(refused);
  });

  test('lets an older token in that gives the same: several instances of a service have one each', async () => {
    const { exchange } = await newTenant();
    await exchange({ iat: NOW });
    await exchange({ iat: NOW - 50 });
    await expect(exchange({ role: 'admin', iat: NOW - 1 })).rejects.toMatchObject(refused);
  });

  test.each([undefined, null, '1800000000', -1, 1e300])(
    'needs a token that says when: not %j',
    async (iat) => {
      const { exchange, tenantId } = await newTenant();
      await expect(exchange({ iat })).rejects.toMatchObject(refused);
      expect((await people.page(tenantId, 10)).people).toHaveLength(1);
      await exchange({ iat: NOW + 0.5 });
      await expect(exchange({ iat, role: 'admin' })).rejects.toMatchObject(refused);
    },
  );

  test('is the tenant’s for whom the tenant had before, whenever the token was issued', async () => {
    const { exchange, personOf, email } = await newTenant({ createUsers: false, linkByEmail: true });
    const claims = { email, email_verified: true, role: 'viewer', iat: undefined };
    for (let count = 0; count < 2; count += 1) expect((await personOf(exchange(claims)))?.role).toBe('admin');
  });
});

describe('linking by address', () => {
  const claims = (email: string) => ({ email, email_verified: true, sub: randomUUID() });
  test('takes the exact address, in any letter case', async () => {
    const { exchange, personOf, email, tenantId } = await newTenant({ linkByEmail: true });
    const owner = await store.accounts.findLogin(email);
    const person = await personOf(exchange(claims(email.toUpperCase())));
    expect(person).toMatchObject({ userId: owner?.userId, tenantId });
  });

  test.each([
    ['a full-width letter', (email: string) => `\u{ff41}${email.slice(1)}`],
    ['a soft hyphen', (email: string) => `${email.slice(0, 2)}\u{ad}${email.slice(2)}`],
    ['a zero-width joiner', (email: string) => `${email.slice(0, 2)}\u{200d}${email.slice(2)}`],
    ['a blank before it', (email: string) => ` ${email}`],
    ['a line feed after it', (email: string) => `${email}\n`],
  ])('does not take %s: that is another person, without an address', async (_what, disguise) => {
    const { tenantId, exchange, personOf } = await newTenant({ linkByEmail: true });
    const address = `a${randomUUID()}@example.com`;
    const user = {
      userId: randomUUID(),
      tenantId,
      email: address,
      fullName: null,
      role: 'admin',
    };
    await people.create({ user, passwordHash: 'hash', createdAt: NOW }, ORIGIN);
    const stranger = await personOf(exchange(claims(disguise(address))));
    expect(stranger?.userId).not.toBe(user.userId);
    expect(stranger).toMatchObject({ role: 'viewer', email: expect.stringMatching(/@exchange\.invalid$/) });
  });
});

describe('who was removed, and made again on purpose with the same address,', () => {
  const email = () => `${randomUUID()}@example.com`;
  const again = async (tenantId: string, address: string) => {
    const user = { userId: randomUUID(), tenantId, email: address, fullName: null, role: 'editor' as const };
    await people.create({ user, passwordHash: 'hash', createdAt: NOW }, ORIGIN);
    return user.userId;
  };

  test('comes in by the address where the provider links by it, in the role that they were given', async () => {
    for (const createUsers of [true, false]) {
      const { tenantId, exchange, personOf } = await newTenant({ createUsers, linkByEmail: true });
      const claims = { email: email(), email_verified: true };
      if (!createUsers) await again(tenantId, claims.email);
      await people.remove(await present(personOf(exchange(claims))), ORIGIN, NOW);
      await expect(exchange(claims)).rejects.toMatchObject(refused);
      const userId = await again(tenantId, claims.email);
      await expect(exchange({ ...claims, email_verified: false })).rejects.toMatchObject(refused);
      for (const role of ['viewer', 'admin'])
        expect(await personOf(exchange({ ...claims, role }))).toMatchObject({ userId, role: 'editor' });
    }
  });

  test('stays out where the provider makes people and does not link', async () => {
    const { tenantId, exchange, personOf } = await newTenant();
    const claims = { email: email(), email_verified: true };
    await people.remove(await present(personOf(exchange(claims))), ORIGIN, NOW);
    await again(tenantId, claims.email);
    await expect(exchange(claims)).rejects.toMatchObject(refused);
  });
});
