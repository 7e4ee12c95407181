import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deployment } from '../../lambdas/deployment.ts';
import { type AccountContext, logIn, onboard } from '../../lambdas/domain/accounts.ts';
import { parseKey } from '../../lambdas/domain/key-format.ts';
import { EMPTY_KEYSET, nextKeyset } from '../../lambdas/domain/keyset.ts';
import { Signer } from '../../lambdas/domain/signer.ts';
import { DynamoBackoffStore } from '../../lambdas/store/backoff-store.ts';
import { DynamoRefreshStore } from '../../lambdas/store/refresh-store.ts';
import { profile } from '../../profiles/default.ts';
import { ADDRESS, NOW, startStore, type TestStore } from '../store/setup.ts';
import { TOKENS } from '../support/tokens.ts';

const DEPLOYMENT: Deployment = {
  environment: 'production',
  anonymous: false,
  tiers: { free: { keyRequestsPerMinute: 100, sessionRequestsPerMinute: 100, keys: 100 } },
  initialTier: 'free',
  identityProviders: [],
  tokens: TOKENS,
  sandbox: { keyRequestsPerMinute: 100 },
  usageKeys: { max: 100, maxForInitialTier: 100, warmSeconds: 1, retireSeconds: 5 },
  upstreamUrl: null,
  pathScopes: [],
  allowedOrigin: '*',
};
const PASSWORD = 'YourSecurePassword123!';

let store: TestStore;
let context: AccountContext;
beforeAll(async () => {
  store = await startStore();
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 3600 }, NOW);
  context = {
    profile,
    deployment: DEPLOYMENT,
    accounts: store.accounts,
    sessions: store.sessions,
    refreshTokens: new DynamoRefreshStore(store.table),
    backoff: new DynamoBackoffStore(store.table),
    signer: new Signer(
      async () => keyset,
      'https://api.example.com',
      () => NOW,
    ),
    clock: () => NOW,
  };
});
afterAll(() => store.stop());

const FROM = { requestId: 'r1', address: ADDRESS };
const join = (email: string) =>
  onboard({ email, password: PASSWORD, fullName: null, workspaceName: 'W', sector: null }, context, FROM);
const enter = (email: string, password = PASSWORD, address = ADDRESS) =>
  logIn({ email, password }, { ...FROM, address }, context);

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
    expect(await store.sessions.sessionIds(account.user.userId)).toHaveLength(1);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await expect(enter('dan@example.com', 'wrong')).rejects.toMatchObject({ code: 'wrong_password' });
    }
  });
});
