import { beforeAll, describe, expect, test } from 'vitest';
import { decide } from '../../lambdas/access/decide.ts';
import type { Decision, DecisionContext, DecisionRequest } from '../../lambdas/access/decision.ts';
import { Guesses } from '../../lambdas/access/guesses.ts';
import type { Deployment } from '../../lambdas/contract/deployment.ts';
import type { Profile } from '../../lambdas/contract/profile.ts';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import { accessTable, apiRows } from '../../lambdas/kernel/api-rows.ts';
import { hashKey, newKey, newLocator } from '../../lambdas/keys/key-format.ts';
import { secondsUntil, WINDOW_SECONDS } from '../../lambdas/plans/allowance.ts';
import { openSession } from '../../lambdas/sessions/sessions.ts';
import { EMPTY_KEYSET, type Keyset, nextKeyset, publicKeys } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { TokenVerifier } from '../../lambdas/signing/tokens.ts';
import { routes } from '../../lambdas/table/index.ts';
import { profile as defaultProfile } from '../../profiles/default.ts';
import { profile as memgraph } from '../../profiles/memgraph.ts';
import { DEPLOYMENT as DEFAULT_DEPLOYMENT, RIGHTS, rightsIn } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, AUTHENTICATION, FOREVER, NOW, ORIGIN, storeTenant, successor } from '../support/tenants.ts';

const ISSUER = 'https://api.example.com';
const DEPLOYMENT: Deployment = {
  ...DEFAULT_DEPLOYMENT,
  tiers: {
    free: { keyRequestsPerMinute: 3, sessionRequestsPerMinute: 2, keys: 1000 },
    pro: { keyRequestsPerMinute: 1000, sessionRequestsPerMinute: 1000, keys: 1000 },
  },
  sandbox: { keyRequestsPerMinute: 5 },
  pathScopes: [{ path: '/v1/admin/*', scope: 'admin' }],
};

const store = memoryStores();
let keyset: Keyset;
beforeAll(async () => {
  keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 3600 }, NOW);
  await store.publish(keyset.version, publicKeys(keyset));
});

/** What a test says of its context. */
type Given = Partial<Omit<DecisionContext, 'profile'>> & { readonly profile?: Profile };

/** The context of an instance of its own. */
function contextAt(now: number, { profile = defaultProfile, ...given }: Given = {}): DecisionContext {
  return {
    profile,
    deployment: DEPLOYMENT,
    access: accessTable(apiRows(routes, profile), RIGHTS),
    store: store.decisions(),
    tokens: new TokenVerifier(ISSUER),
    guesses: new Guesses(),
    clock: () => now,
    ...given,
  };
}

const request = (credential: string | undefined, given: Partial<DecisionRequest> = {}): DecisionRequest => ({
  method: 'GET',
  resource: '/v1/{proxy+}',
  path: '/v1/stats',
  headers: credential === undefined ? {} : { Authorization: [`Bearer ${credential}`] },
  address: ADDRESS,
  ...given,
});
const ask = (credential?: string, given: Partial<DecisionRequest> = {}, now = NOW, context: Given = {}) =>
  decide(request(credential, given), contextAt(now, context));
const refused = (code: string) => expect.objectContaining({ outcome: 'refused', code, allowance: null });
/** Looked up, and nobody's. */
const guess = expect.objectContaining({ outcome: 'refused', code: 'invalid_credential', isGuess: true });
const forbidden = (code: string) => expect.objectContaining({ outcome: 'forbidden', code });

async function logIn(
  tenant: Awaited<ReturnType<typeof storeTenant>>,
  role: 'viewer' | 'editor' | 'admin' = 'admin',
) {
  const session = await openSession(
    {
      user: { ...tenant.account.user, role },
      authentication: AUTHENTICATION,
      workspaceId: tenant.workspaceId,
      lifetime: { idleSeconds: 3600, absoluteSeconds: 3600 },
      from: { requestId: 'r' },
    },
    store.sessions,
    NOW,
  );
  const token = await new Signer(
    async () => keyset,
    ISSUER,
    () => NOW,
  ).accessToken(session, 3600);
  return { ...session, token };
}

describe('who is let in', () => {
  test('a good key, with its own rights and allowance and its tenant’s facts', async () => {
    const tenant = await storeTenant(store);
    const { apiKey, key } = await tenant.createKey({ scopes: ['read'] });
    expect(await ask(key)).toEqual({
      outcome: 'allowed',
      caller: {
        kind: 'key',
        keyId: apiKey.id,
        tenantId: tenant.tenantId,
        workspaceId: tenant.workspaceId,
        environment: 'live',
        scopes: ['read'],
      },
      allowance: { limit: 3, remaining: 2, resetAt: (Math.floor(NOW / 60) + 1) * 60, exceeded: false },
      tenant: {
        state: 'active',
        tier: 'free',
        suspendedWorkspaces: new Set(),
        workspaces: new Set([tenant.workspaceId]),
      },
    });
  });

  test('a test key, with the sandbox’s allowance on whatever tier', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const { key } = await tenant.createKey({ environment: 'test' });
    expect(await ask(key)).toMatchObject({
      outcome: 'allowed',
      caller: { environment: 'test' },
      allowance: { limit: 5, remaining: 4 },
    });
  });

  test('a good token, with the scopes of the role in its session', async () => {
    const tenant = await storeTenant(store);
    const { token, sessionId } = await logIn(tenant, 'editor');
    expect(await ask(token)).toMatchObject({
      outcome: 'allowed',
      caller: {
        kind: 'user',
        sessionId,
        role: 'editor',
        scopes: ['read', 'write'],
        tenantId: tenant.tenantId,
      },
      allowance: { limit: 2, remaining: 1 },
    });
  });

  test('a key in every style that the profile lists', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const { key } = await tenant.createKey();
    for (const headers of [
      { authorization: [`Bearer ${key}`] },
      { Authorization: [`Token ${key}`] },
      { 'x-api-key': [key] },
    ]) {
      expect(await ask(undefined, { headers })).toMatchObject({ outcome: 'allowed' });
    }
  });

  test('a key from an address in its list, and from no other', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const block = parseBlock('192.0.2.0/24');
    const { key } = await tenant.createKey({ allowedBlocks: block === undefined ? [] : [block] });
    expect(await ask(key, { address: '192.0.2.255' })).toMatchObject({ outcome: 'allowed' });
    for (const address of ['192.0.3.1', '2001:db8::1', '', 'unknown']) {
      expect(await ask(key, { address })).toEqual(forbidden('address_not_allowed'));
    }
  });
});

describe('who is refused, and what they are told', () => {
  test('no credential is told apart from a malformed one', async () => {
    expect(await ask()).toEqual(refused('missing_credential'));
    for (const value of ['', 'Bearer', 'Basic YTpi']) {
      expect(await ask(undefined, { headers: { authorization: [value] } })).toEqual(
        refused('invalid_credential'),
      );
    }
  });

  test('a key that is malformed, mistyped, unknown or of another profile is invalid', async () => {
    const tenant = await storeTenant(store);
    const { key } = await tenant.createKey();
    const mistyped = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    const unknown = newKey(defaultProfile.keys, 'live', newLocator());
    const foreign = newKey(memgraph.keys, 'live', newLocator());
    for (const bad of [mistyped, foreign, 'x', key.slice(1)]) {
      expect(await ask(bad)).toEqual(refused('invalid_credential'));
    }
    expect(await ask(unknown)).toEqual(guess);
  });

  test('a dead key’s fate is told only to who proves its secret', async () => {
    const tenant = await storeTenant(store);
    const revoked = await tenant.createKey();
    await store.keys.revoke(revoked.apiKey, ORIGIN, NOW);
    const disabled = await tenant.createKey();
    await store.keys.change(disabled.apiKey, { state: 'disabled' }, ORIGIN, NOW);
    const expired = await tenant.createKey({ expiresAt: NOW });
    for (const [{ apiKey, key }, code] of [
      [revoked, 'revoked_credential'],
      [disabled, 'disabled_credential'],
      [expired, 'expired_credential'],
    ] as const) {
      expect(await ask(key)).toEqual(refused(code));
      expect(await ask(successor(apiKey))).toEqual(guess);
    }
  });

  test('revoked is said before expired', async () => {
    const tenant = await storeTenant(store);
    const { apiKey, key } = await tenant.createKey({ expiresAt: NOW });
    await store.keys.revoke(apiKey, ORIGIN, NOW);
    expect(await ask(key)).toEqual(refused('revoked_credential'));
  });

  test('after a rotation the old key works to the end of its grace, and is expired then', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const { apiKey, key, hash } = await tenant.createKey();
    const next = successor(apiKey);
    const rotation = { replaces: hash, hash: hashKey(next), expiresAt: FOREVER, previousExpiresAt: NOW + 30 };
    await store.keys.rotate(apiKey, rotation, ORIGIN, NOW);
    expect(await ask(key, {}, NOW + 29)).toMatchObject({ outcome: 'allowed', caller: { keyId: apiKey.id } });
    expect(await ask(key, {}, NOW + 30)).toEqual(refused('expired_credential'));
    expect(await ask(next, {}, NOW + 30)).toMatchObject({ outcome: 'allowed', caller: { keyId: apiKey.id } });
  });

  test('a forged, expired or foreign token, and one whose session has ended, is gone or was never opened', async () => {
    const tenant = await storeTenant(store);
    const { token, sessionId, userId } = await logIn(tenant);
    expect(await ask(`${token.slice(0, -8)}AAAAAAAA`)).toEqual(refused('invalid_credential'));
    expect(await ask(token, {}, NOW + 3600)).toEqual(refused('expired_credential'));
    const signer = new Signer(
      async () => keyset,
      ISSUER,
      () => NOW,
    );
    const stranger = await signer.accessToken(
      { sessionId: crypto.randomUUID(), userId, tenantId: tenant.tenantId },
      60,
    );
    expect(await ask(stranger)).toEqual(refused('ended_session'));
    expect(await ask(await signer.assertion({ sub: userId, tid: tenant.tenantId, sid: sessionId }))).toEqual(
      refused('invalid_credential'),
    );
    await store.sessions.end({ sessionId, userId }, { actor: 'user:u', requestId: 'r' });
    expect(await ask(token)).toEqual(refused('ended_session'));
    store.state.sessions.delete(sessionId);
    expect(await ask(token)).toEqual(refused('ended_session'));
  });

  test('a token that names another’s session gets nothing of it', async () => {
    const [mine, other] = [await storeTenant(store), await storeTenant(store)];
    const theirs = await logIn(other);
    const signer = new Signer(
      async () => keyset,
      ISSUER,
      () => NOW,
    );
    const { userId, tenantId } = mine.account.user;
    for (const claims of [
      { userId, tenantId, sessionId: theirs.sessionId },
      { userId: theirs.userId, tenantId, sessionId: theirs.sessionId },
      { userId, tenantId: theirs.tenantId, sessionId: theirs.sessionId },
    ]) {
      expect(await ask(await signer.accessToken(claims, 60))).toEqual(refused('invalid_credential'));
    }
  });

  test('a bad token beside a good key is refused, and never becomes the key', async () => {
    const tenant = await storeTenant(store);
    const { key } = await tenant.createKey();
    const { token } = await logIn(tenant);
    const headers = { Authorization: [`Bearer ${token.slice(0, -8)}AAAAAAAA`], 'X-API-Key': [key] };
    expect(await ask(undefined, { headers })).toEqual(refused('invalid_credential'));
  });

  test('a suspended or closed tenant, a suspended workspace and a tenant that is gone', async () => {
    for (const state of ['suspended', 'closed'] as const) {
      const tenant = await storeTenant(store);
      const { key } = await tenant.createKey();
      const { token } = await logIn(tenant);
      await store.tenants.change(tenant.tenantId, { state }, ORIGIN, NOW);
      expect(await ask(key)).toEqual(refused('suspended_tenant'));
      expect(await ask(token)).toEqual(refused('suspended_tenant'));
    }
    const tenant = await storeTenant(store);
    const { key } = await tenant.createKey();
    const workspace = await store.workspaces.find(tenant.tenantId, tenant.workspaceId);
    if (workspace !== undefined) await store.workspaces.close(workspace, ORIGIN, NOW);
    expect(await ask(key)).toEqual(refused('suspended_tenant'));
    store.state.tenants.delete(tenant.tenantId);
    expect(await ask(key)).toEqual(refused('invalid_credential'));
  });

  test('a tenant whose hold has passed has expired, from that very second', async () => {
    for (const [until, answer] of [
      [NOW + 1, 'allowed'],
      [NOW, 'refused'],
    ] as const) {
      const tenant = await storeTenant(store, { heldUntil: until });
      const { key } = await tenant.createKey();
      const decision = await ask(key);
      expect(decision.outcome).toBe(answer);
      if (answer === 'refused') expect(decision).toEqual(refused('expired_credential'));
    }
  });

  test('a resource or method that no row names is refused, and costs no look-up', async () => {
    const tenant = await storeTenant(store);
    const { key, apiKey } = await tenant.createKey();
    for (const given of [
      { resource: '/v1/auth/{proxy+}' },
      { resource: '/nothing' },
      { resource: '__proto__' },
      { resource: 'constructor' },
      { resource: '/v1/api-keys', method: 'PUT' },
      { method: 'OPTIONS' },
      { method: 'get' },
      { method: 'Get' },
      { method: 'ANY' },
      { method: 'TRACE' },
      { method: '__proto__' },
      { method: '' },
    ]) {
      expect(await ask(key, given), JSON.stringify(given)).toEqual(refused('invalid_credential'));
    }
    expect((await store.keys.find(tenant.tenantId, apiKey.id))?.requests).toBe(0);
  });
});

describe('what the row asks for', () => {
  test.each([
    ['GET', 'read'],
    ['HEAD', 'read'],
    ['POST', 'write'],
    ['PUT', 'write'],
    ['PATCH', 'write'],
    ['DELETE', 'delete'],
  ] as const)('%s on the upstream takes %s, and a key without it is told so', async (method, scope) => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const has = await tenant.createKey({ scopes: [scope] });
    const lacks = await tenant.createKey({ scopes: scope === 'read' ? ['write'] : ['read'] });
    const full = await tenant.createKey({ scopes: ['admin'] });
    expect(await ask(has.key, { method })).toMatchObject({ outcome: 'allowed' });
    expect(await ask(full.key, { method })).toMatchObject({ outcome: 'allowed' });
    expect(await ask(lacks.key, { method })).toMatchObject({
      outcome: 'forbidden',
      code: 'insufficient_scope',
      message: `Insufficient scope. Required: ${scope}`,
      allowance: { remaining: expect.any(Number) },
    });
  });

  test('a path rule of the deployment stands before the method’s scope', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const { key } = await tenant.createKey({ scopes: ['read', 'write', 'delete'] });
    for (const path of ['/v1/admin', '/v1/admin/users', '/v1/%61dmin/users']) {
      expect(await ask(key, { path }), path).toMatchObject({
        outcome: 'forbidden',
        message: 'Insufficient scope. Required: admin',
      });
    }
  });

  test('our own rows ask for their own scope, whatever the method', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const { key } = await tenant.createKey({ scopes: ['read', 'write', 'delete'] });
    expect(await ask(key, { resource: '/v1/api-keys', path: '/v1/api-keys' })).toEqual(
      forbidden('insufficient_scope'),
    );
    expect(await ask(key, { resource: '/v1/auth/me', path: '/v1/auth/me' })).toMatchObject({
      outcome: 'allowed',
    });
  });

  test('a row for people turns keys away, even one with all scopes', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const { key } = await tenant.createKey({ scopes: ['admin'] });
    const logout = { method: 'POST', resource: '/v1/auth/logout', path: '/v1/auth/logout' };
    expect(await ask(key, logout)).toEqual(forbidden('user_required'));
    const { token } = await logIn(tenant, 'viewer');
    expect(await ask(token, logout)).toMatchObject({ outcome: 'allowed' });
  });
});

describe('limits', () => {
  test('the request after the last allowed one is limited until the window ends, and counts on', async () => {
    const tenant = await storeTenant(store);
    const { key } = await tenant.createKey();
    const outcomes = [];
    for (let call = 0; call < 5; call += 1) outcomes.push(await ask(key));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'allowed',
      'allowed',
      'allowed',
      'limited',
      'limited',
    ]);
    const resetAt = (Math.floor(NOW / WINDOW_SECONDS) + 1) * WINDOW_SECONDS;
    expect(outcomes[3]).toEqual({
      outcome: 'limited',
      allowance: { limit: 3, remaining: 0, resetAt, exceeded: true },
    });
    expect(await ask(key, {}, resetAt)).toMatchObject({ outcome: 'allowed', allowance: { remaining: 2 } });
  });

  test('with clocks ten seconds apart the limit is exact, and the window the one that was reached first', async () => {
    const tenant = await storeTenant(store);
    const { key } = await tenant.createKey();
    const edge = (Math.floor(NOW / WINDOW_SECONDS) + 1) * WINDOW_SECONDS;
    const [ahead, behind] = [edge + 4, edge - 6];
    const decisions: Decision[] = [];
    for (const now of [ahead, behind, ahead, behind, ahead]) decisions.push(await ask(key, {}, now));
    expect(decisions.map(({ outcome }) => outcome)).toEqual([
      'allowed',
      'allowed',
      'allowed',
      'limited',
      'limited',
    ]);
    for (const decision of decisions) {
      expect(decision).toMatchObject({ allowance: { resetAt: edge + WINDOW_SECONDS } });
    }
    // Each clock tells when the window ends by itself: who waits as the later one says has waited by both.
    const waitBy = (now: number) => secondsUntil(edge + WINDOW_SECONDS, now);
    expect([waitBy(ahead), waitBy(behind)]).toEqual([56, 66]);
    expect(await ask(key, {}, ahead + 56)).toMatchObject({ outcome: 'allowed' });
    expect(await ask(key, {}, behind + 66)).toMatchObject({ outcome: 'allowed' });
  });

  test('who asks an instance that is behind too early is told to wait as long as the clocks are apart, no longer', async () => {
    const tenant = await storeTenant(store);
    const { key } = await tenant.createKey();
    const edge = (Math.floor(NOW / WINDOW_SECONDS) + 1) * WINDOW_SECONDS;
    for (let call = 0; call < 4; call += 1) await ask(key, {}, edge);
    const early = await ask(key, {}, edge + WINDOW_SECONDS - 10);
    expect(early).toMatchObject({ outcome: 'limited', allowance: { resetAt: edge + WINDOW_SECONDS } });
    expect(secondsUntil(edge + WINDOW_SECONDS, edge + WINDOW_SECONDS - 10)).toBe(10);
  });

  test('a stolen key that is used from elsewhere spends nothing of its owner’s allowance, and learns what it is', async () => {
    const tenant = await storeTenant(store);
    const block = parseBlock('198.51.100.1');
    const { key } = await tenant.createKey({ allowedBlocks: block === undefined ? [] : [block] });
    const owner = { address: '198.51.100.1' };
    expect(await ask(key, owner)).toMatchObject({ allowance: { remaining: 2 } });
    const context = contextAt(NOW);
    for (const theft of await Promise.all(Array.from({ length: 20 }, () => decide(request(key), context)))) {
      expect(theft).toMatchObject({ code: 'address_not_allowed', allowance: { limit: 3, remaining: 2 } });
    }
    expect(await ask(key, owner)).toMatchObject({ outcome: 'allowed', allowance: { remaining: 1 } });
  });

  test('of 30 parallel calls over the whole decision, exactly the limit passes', async () => {
    const tenant = await storeTenant(store);
    const { key } = await tenant.createKey();
    const context = contextAt(NOW);
    const decisions = await Promise.all(Array.from({ length: 30 }, () => decide(request(key), context)));
    expect(decisions.filter(({ outcome }) => outcome === 'allowed')).toHaveLength(3);
    expect(decisions.filter(({ outcome }) => outcome === 'limited')).toHaveLength(27);
  });

  test('a tenant in a tier that the configuration no longer has is held to the initial one', async () => {
    const tenant = await storeTenant(store, { tier: 'gone' });
    const { key } = await tenant.createKey();
    expect(await ask(key)).toMatchObject({ allowance: { limit: 3 } });
  });

  test('a session has a limit of its own', async () => {
    const tenant = await storeTenant(store);
    const { token } = await logIn(tenant);
    const outcomes = [await ask(token), await ask(token), await ask(token)].map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['allowed', 'allowed', 'limited']);
  });
});

describe('keys that nobody has', () => {
  const unknown = () => newKey(defaultProfile.keys, 'live', newLocator());

  /** One instance, which counts its look-ups. */
  function instance() {
    let lookups = 0;
    const context = contextAt(NOW);
    const counting: DecisionContext = {
      ...context,
      store: {
        useKey: (...given) => {
          lookups += 1;
          return context.store.useKey(...given);
        },
        useKeyMark: (...given) => context.store.useKeyMark(...given),
        useSession: (...given) => context.store.useSession(...given),
        tenant: (...given) => context.store.tenant(...given),
        control: (...given) => context.store.control(...given),
      },
    };
    return {
      lookups: () => lookups,
      ask: (key: string, address = ADDRESS, now = NOW) =>
        decide(request(key, { address }), { ...counting, clock: () => now }),
    };
  }

  test('never refuse a key that is right, however many are sent from its address', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const { key } = await tenant.createKey();
    const one = instance();
    const nat = '198.51.100.40';
    for (let index = 0; index < 300; index += 1) expect(await one.ask(unknown(), nat)).toEqual(guess);
    expect(await one.ask(key, nat)).toMatchObject({ outcome: 'allowed' });
    expect(one.lookups()).toBe(301);
  });

  test('nor do those that name its record', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const { key, apiKey } = await tenant.createKey();
    const one = instance();
    for (let index = 0; index < 100; index += 1)
      expect(await one.ask(newKey(defaultProfile.keys, 'live', apiKey.locator))).toEqual(guess);
    expect(await one.ask(key)).toMatchObject({ outcome: 'allowed' });
  });

  test('are remembered for a minute: a program that keeps sending one costs nothing, and is no guesser', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const { key } = await tenant.createKey();
    const one = instance();
    const gone = unknown();
    expect(await one.ask(gone)).toEqual(guess);
    for (let call = 0; call < 200; call += 1)
      expect(await one.ask(gone)).toEqual(refused('invalid_credential'));
    expect(one.lookups()).toBe(1);
    expect(await one.ask(key)).toMatchObject({ outcome: 'allowed' });
    await one.ask(gone, ADDRESS, NOW + 60);
    expect(one.lookups()).toBe(3);
  });

  test('are no keys that were proven: one that is revoked or expired is no guess', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const { apiKey, key } = await tenant.createKey();
    await store.keys.revoke(apiKey, ORIGIN, NOW);
    const one = instance();
    for (let call = 0; call < 60; call += 1)
      expect(await one.ask(key)).toEqual(refused('revoked_credential'));
    expect(one.lookups()).toBe(60);
  });
});

describe('the order of the checks', () => {
  test('dead before address, address before caller, caller before scope, scope before limit', async () => {
    const tenant = await storeTenant(store);
    const block = parseBlock('198.51.100.1');
    const logout = { method: 'POST', resource: '/v1/auth/logout', path: '/v1/auth/logout' };
    const admin = { method: 'GET', resource: '/v1/api-keys', path: '/v1/api-keys' };
    const { apiKey, key } = await tenant.createKey({
      scopes: ['read'],
      allowedBlocks: block === undefined ? [] : [block],
    });
    const inside = { address: '198.51.100.1' };
    for (let call = 0; call < 4; call += 1) await ask(key, inside);
    expect(await ask(key, inside)).toMatchObject({ outcome: 'limited' });
    expect(await ask(key, { ...inside, ...admin })).toEqual(forbidden('insufficient_scope'));
    expect(await ask(key, { ...inside, ...logout })).toEqual(forbidden('user_required'));
    for (const row of [logout, admin, {}]) {
      expect(await ask(key, row)).toEqual(forbidden('address_not_allowed'));
    }
    await store.keys.revoke(apiKey, ORIGIN, NOW);
    expect(await ask(key, logout)).toEqual(refused('revoked_credential'));
  });

  test('who is no person is told so before being told of a scope', async () => {
    const tenant = await storeTenant(store, { tier: 'pro' });
    const { key } = await tenant.createKey({ scopes: ['read'] });
    const access = { '/keys': { GET: { kind: 'credential', scope: 'admin', callers: 'user' } } } as const;
    expect(await ask(key, { resource: '/keys' }, NOW, { access })).toEqual(forbidden('user_required'));
  });

  test('an unproven caller learns nothing of the row: unknown keys are refused alike on every one', async () => {
    const unknown = newKey(defaultProfile.keys, 'live', newLocator());
    for (const [resource, methods] of Object.entries(accessTable(apiRows(routes, defaultProfile), RIGHTS))) {
      for (const method of Object.keys(methods)) {
        const given = { resource, method: method === 'ANY' ? 'GET' : method, path: resource };
        expect(await ask(unknown, given)).toEqual(guess);
      }
    }
  });
});

describe('nobody', () => {
  const anonymous = { profile: memgraph, deployment: { ...DEPLOYMENT, anonymous: true } };

  test('is let in as a viewer only where the deployment says so', async () => {
    expect(await ask(undefined, {}, NOW, anonymous)).toEqual({
      outcome: 'allowed',
      caller: {
        kind: 'anonymous',
        tenantId: 'anonymous',
        workspaceId: 'anonymous',
        scopes: ['read'],
        environment: 'test',
      },
      tenant: null,
      allowance: null,
    });
    expect(await ask(undefined, {}, NOW, { profile: memgraph })).toEqual(refused('missing_credential'));
  });

  test('may not write, nor manage keys', async () => {
    expect(await ask(undefined, { method: 'POST' }, NOW, anonymous)).toEqual(forbidden('insufficient_scope'));
    const keys = { resource: '/v1/api-keys', path: '/v1/api-keys' };
    expect(await ask(undefined, keys, NOW, anonymous)).toMatchObject({ outcome: 'forbidden' });
  });

  test('is let in to rows that read and that take anybody, and to none that manages, writes or wants a person or key', async () => {
    const access = accessTable(apiRows(routes, memgraph), rightsIn(memgraph));
    for (const [resource, methods] of Object.entries(access)) {
      for (const [method, row] of Object.entries(methods)) {
        if (row === 'upstream') continue;
        const given = { resource, method, path: resource } as const;
        const { outcome } = await ask(undefined, given, NOW, { ...anonymous, access });
        const mayRead = (row.scope === undefined || row.scope === 'read') && row.callers === undefined;
        expect([method, resource, outcome]).toEqual([method, resource, mayRead ? 'allowed' : 'forbidden']);
      }
    }
  });

  test('is only who sends no credential at all: a bad one stays a bad one', async () => {
    for (const bad of ['x', newKey(memgraph.keys, 'live', newLocator())]) {
      expect(await ask(bad, {}, NOW, anonymous)).toMatchObject(refused('invalid_credential'));
    }
    const twice = { headers: { 'x-api-key': ['', ''] } };
    expect(await ask(undefined, twice, NOW, anonymous)).toEqual(refused('invalid_credential'));
    expect(await ask(undefined, { headers: { 'x-api-key': [''] } }, NOW, anonymous)).toEqual(
      refused('invalid_credential'),
    );
  });
});

test('when the store cannot answer there is no decision', async () => {
  const tenant = await storeTenant(store);
  const { key } = await tenant.createKey();
  const { token } = await logIn(tenant);
  const down = () => Promise.reject(new Error('down'));
  const nowhere = Object.assign(store.decisions(), { useKey: down, useSession: down });
  await expect(ask(key, {}, NOW, { store: nowhere })).rejects.toThrow('down');
  await expect(ask(token, {}, NOW, { store: nowhere })).rejects.toThrow('down');
  for (const what of ['tenant', 'control']) {
    const withoutFacts = Object.assign(store.decisions(), { [what]: down });
    await expect(ask(what === 'tenant' ? key : token, {}, NOW, { store: withoutFacts })).rejects.toThrow(
      'down',
    );
  }
});

test('a record that counts more than the clock’s window is still one decision', async () => {
  const tenant = await storeTenant(store, { tier: 'pro' });
  const { key, apiKey } = await tenant.createKey();
  await ask(key, {}, NOW + 600);
  expect(await ask(key)).toMatchObject({ outcome: 'allowed', allowance: { remaining: 998 } });
  expect((await store.keys.find(tenant.tenantId, apiKey.id))?.requests).toBe(2);
});
