import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RefreshSettings } from '../../lambdas/contract/deployment.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { type Grant, openGrant, type RefreshContext, refreshGrant } from '../../lambdas/sessions/grants.ts';
import { MAX_USES } from '../../lambdas/sessions/refresh-tokens.ts';
import { EMPTY_KEYSET, nextKeyset } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT, REFRESH } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { AUTHENTICATION, NOW, newAccount } from '../support/tenants.ts';

const store = memoryStores();
let now = NOW;
let contextWith: (refresh?: Partial<RefreshSettings>, given?: Partial<RefreshContext>) => RefreshContext;

beforeAll(async () => {
  // For an hour: an instance whose clock is behind signs too.
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 900 }, NOW - 3600);
  contextWith = (refresh = {}, given = {}) => ({
    profile,
    deployment: {
      ...DEPLOYMENT,
      tokens: { ...DEPLOYMENT.tokens, refresh: { ...REFRESH, ...refresh } },
    },
    sessions: store.sessions,
    refreshTokens: store.refreshTokens,
    signer: new Signer(
      async () => keyset,
      'https://api.example.com',
      () => now,
    ),
    tenant: async () => ({
      state: 'active',
      tier: 'free',
      suspendedWorkspaces: new Set(),
      workspaces: new Set(['w']),
    }),
    clock: () => now,
    ...given,
  });
});

async function logIn(context = contextWith()): Promise<Grant> {
  now = NOW;
  const account = newAccount();
  await store.accounts.createAccount(account);
  return openGrant(
    { user: account.user, authentication: AUTHENTICATION, workspaceId: 'w' },
    { requestId: 'r' },
    context,
  );
}
const refresh = ({ refreshToken }: Pick<Grant, 'refreshToken'>, context = contextWith()) =>
  refreshGrant(refreshToken ?? '', { requestId: 'request-1' }, context);
const refused = { code: 'invalid_grant', message: 'The token is not accepted. Log in again.' };
const session = ({ session: { sessionId } }: Grant) => store.state.sessions.get(sessionId);

describe('refresh tokens', () => {
  test('eight parallel refreshes with one token: all eight pairs can be used, and the session is one', async () => {
    const first = await logIn();
    const eight = await Promise.all(Array.from({ length: 8 }, () => refresh(first)));
    expect(new Set(eight.map(({ refreshToken }) => refreshToken)).size).toBe(8);
    expect(new Set(eight.map(({ session: { sessionId } }) => sessionId))).toEqual(
      new Set([first.session.sessionId]),
    );
    now += 10_000;
    for (const pair of eight) expect((await refresh(pair)).refreshToken).not.toBe(pair.refreshToken);
    expect(session(first)?.state).toBe('active');
  });

  test('the tokens say when and how the person proved who they are, refreshed ones too (RFC 9068, 2.2.1)', async () => {
    const first = await logIn();
    now += 500;
    for (const { accessToken } of [first, await refresh(first)])
      expect(decodeJwt(accessToken)).toMatchObject({ auth_time: NOW, amr: ['pwd'] });
  });

  test('the grace ends to the second, and what comes after it ends the session and is recorded', async () => {
    const first = await logIn();
    const second = await refresh(first);
    now += 119;
    await refresh(first);
    now += 1;
    await expect(refresh(first)).rejects.toMatchObject(refused);
    expect(session(first)).toMatchObject({
      state: 'ended',
      change: { what: 'refresh-reuse', requestId: 'request-1' },
    });
    await expect(refresh(second)).rejects.toMatchObject(refused);
  });

  test('a second use within the grace does not make the grace longer', async () => {
    const first = await logIn();
    await refresh(first);
    now += 100;
    await refresh(first);
    now += 100;
    await expect(refresh(first)).rejects.toMatchObject(refused);
  });

  test('without a grace, of eight parallel refreshes one is answered and the session ends', async () => {
    const strict = contextWith({ graceSeconds: 0 });
    const first = await logIn(strict);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => refresh(first, strict)));
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect(session(first)?.state).toBe('ended');
  });

  test('without a grace, another instance whose clock is behind still tells a second use', async () => {
    const strict = contextWith({ graceSeconds: 0 });
    const first = await logIn(strict);
    await refresh(first, strict);
    now -= 30;
    await expect(refresh(first, strict)).rejects.toMatchObject(refused);
  });

  test('a session ends when nobody refreshes it for its idle time, and a refresh moves that', async () => {
    const context = contextWith({ idleSeconds: 1000, absoluteSeconds: 1500 });
    const first = await logIn(context);
    now += 999;
    const second = await refresh(first, context);
    now = NOW + 1400;
    const third = await refresh(second, context);
    // The absolute end: neither the access token nor the next refresh token outlives it.
    expect(third.expiresInSeconds).toBe(100);
    now = NOW + 1500;
    await expect(refresh(third, context)).rejects.toMatchObject(refused);
    const idle = await logIn(context);
    now += 1000;
    await expect(refresh(idle, context)).rejects.toMatchObject(refused);
  });

  test('an ended session gives no tokens, nor does one whose tenant is suspended', async () => {
    const first = await logIn();
    await store.sessions.end(first.session, { actor: 'user:u', requestId: 'logout' });
    await expect(refresh(first)).rejects.toMatchObject(refused);
    const suspended = contextWith(
      {},
      {
        tenant: async () => ({
          state: 'suspended',
          tier: 'free',
          suspendedWorkspaces: new Set(),
          workspaces: new Set(['w']),
        }),
      },
    );
    await expect(refresh(await logIn(), suspended)).rejects.toMatchObject(refused);
    const workspace = contextWith(
      {},
      {
        tenant: async () => ({
          state: 'active',
          tier: 'free',
          suspendedWorkspaces: new Set(['w']),
          workspaces: new Set(['w']),
        }),
      },
    );
    await expect(refresh(await logIn(), workspace)).rejects.toMatchObject(refused);
  });

  test('a refresh while nothing can be signed leaves the token unused: it is good after the grace', async () => {
    const first = await logIn();
    const signerOf = (keyset: () => Promise<typeof EMPTY_KEYSET>) =>
      new Signer(keyset, 'https://api.example.com', () => now);
    const failing = contextWith({}, { signer: signerOf(() => Promise.reject(new Problem('unavailable'))) });
    const empty = contextWith({}, { signer: signerOf(async () => EMPTY_KEYSET) });
    for (const context of [failing, empty])
      await expect(refresh(first, context)).rejects.toMatchObject({ code: 'unavailable' });
    now += 10_000;
    await refresh(first);
    expect(session(first)?.state).toBe('active');
  });

  test.each(['', 'x', 'lkrefresh_', '../../CONTROL', 'é\u0000', `lkrefresh_${'A'.repeat(43)}`])(
    'a token that nobody was given is refused in the same words: %j',
    async (refreshToken) => {
      await expect(refresh({ refreshToken })).rejects.toMatchObject(refused);
    },
  );

  test('nothing of a token but its hash is stored', async () => {
    const first = await logIn();
    const second = await refresh(first);
    const stored = [...store.state.refreshTokens.values()].filter(
      ({ sessionId }) => sessionId === first.session.sessionId,
    );
    expect(stored).toMatchObject([{ expiresAt: NOW + 30 * 86_400 }, { expiresAt: NOW + 30 * 86_400 }]);
    for (const { refreshToken } of [first, second])
      expect(JSON.stringify(stored)).not.toContain(refreshToken?.slice(-20));
  });

  test('a token that is sent in a loop gives a bounded number of pairs', async () => {
    const first = await logIn();
    for (let use = 0; use < MAX_USES; use += 1) await refresh(first);
    await expect(refresh(first)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(session(first)?.state).toBe('active');
  });
});
