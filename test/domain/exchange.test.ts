/** Exchanges of tokens that a provider has vouched for, on the embedded engine. */
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IdentityProvider } from '../../lambdas/deployment.ts';
import { Problem } from '../../lambdas/domain/errors.ts';
import { type ExchangeContext, exchangeToken } from '../../lambdas/domain/exchange.ts';
import { EMPTY_KEYSET, nextKeyset } from '../../lambdas/domain/keyset.ts';
import type { Person } from '../../lambdas/domain/people.ts';
import { Signer } from '../../lambdas/domain/signer.ts';
import { DynamoExchangeStore } from '../../lambdas/store/exchange-store.ts';
import { N, S, sessionKey } from '../../lambdas/store/items.ts';
import { DynamoPeopleStore } from '../../lambdas/store/people-store.ts';
import { DynamoRefreshStore } from '../../lambdas/store/refresh-store.ts';
import { profile } from '../../profiles/default.ts';
import { NOW, newAccount, startStore, type TestStore } from '../store/setup.ts';
import { ROOMY_ADDRESS_LIMITS } from '../support/address-limits.ts';
import { TOKENS } from '../support/tokens.ts';

let store: TestStore;
let people: DynamoPeopleStore;
let signer: Signer;

beforeAll(async () => {
  store = await startStore();
  people = new DynamoPeopleStore(store.table);
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 900 }, NOW);
  signer = signerOf(async () => keyset);
});
afterAll(() => store.stop());

const signerOf = (keyset: ConstructorParameters<typeof Signer>[0]) =>
  new Signer(keyset, 'https://api.example.com', () => NOW);

const PROVIDER: IdentityProvider = {
  issuer: 'https://idp.example.com',
  jwksUrl: null,
  audiences: ['api'],
  claims: {},
  tenantId: null,
  tenantClaim: { claim: 'org', ids: null },
  role: 'viewer',
  roleClaim: { claim: 'role', values: { admin: 'admin', editor: 'editor', viewer: 'viewer' } },
  createUsers: true,
  linkByEmail: false,
};

/** A tenant, and exchanges of tokens of `subject` into it. */
async function newTenant(provider: Partial<IdentityProvider> = {}) {
  const account = newAccount();
  await store.accounts.createAccount(account);
  const { tenantId } = account.user;
  const context: ExchangeContext = {
    profile,
    deployment: {
      environment: 'production',
      anonymous: false,
      tiers: {},
      initialTier: 'free',
      identityProviders: [PROVIDER],
      sandbox: { keyRequestsPerMinute: 100 },
      usageKeys: { max: 100, maxForInitialTier: 100, warmSeconds: 1, retireSeconds: 5 },
      tokens: TOKENS,
      upstreamUrl: null,
      pathScopes: [],
      addressLimits: ROOMY_ADDRESS_LIMITS,
      allowedOrigin: '*',
    },
    sessions: store.sessions,
    refreshTokens: new DynamoRefreshStore(store.table),
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
    exchange: new DynamoExchangeStore(store.table),
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
  return { tenantId, context, exchange, personOf };
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
    expect(await store.item(sessionKey(grant.session.sessionId))).toMatchObject({
      rol: S('viewer'),
      uv: N(2),
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
      sessionIds: { value: (userId: string) => store.sessions.sessionIds(userId) },
    });
    await expect(exchange({}, { sessions })).rejects.toMatchObject(refused);
  });
});
