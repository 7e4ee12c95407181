import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { beforeAll, describe, expect, test } from 'vitest';
import { Guesses } from '../../lambdas/access/guesses.ts';
import { METHODS, type RowAccess } from '../../lambdas/contract/access.ts';
import type { Profile } from '../../lambdas/contract/profile.ts';
import { coversScope, type Role, type Scope } from '../../lambdas/contract/scopes.ts';
import { authorizer } from '../../lambdas/http/authorize.ts';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import { accessTable, apiRows } from '../../lambdas/kernel/api-rows.ts';
import type { ApiKey } from '../../lambdas/keys/api-key.ts';
import { newKey, newLocator } from '../../lambdas/keys/key-format.ts';
import { issueKey } from '../../lambdas/keys/keys.ts';
import { openSession } from '../../lambdas/sessions/sessions.ts';
import { EMPTY_KEYSET, type Keyset, nextKeyset, publicKeys } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { TokenVerifier } from '../../lambdas/signing/tokens.ts';
import { routes } from '../../lambdas/table/index.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { DEPLOYMENT, rightsIn } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, AUTHENTICATION, NOW, newAccount, ORIGIN } from '../support/tenants.ts';
import { event } from './requests.ts';

/**
 * The authorizer of every profile, on every row that takes a credential, with every kind of credential. What of it holds
 * over HTTP too is in `test/matrix/README.md`.
 */

const ISSUER = 'https://api.example.com';
const USAGE_KEYS = {
  initial: 'of-initial',
  other: 'of-other',
  sandbox: 'of-sandbox',
  exhausted: 'of-exhausted',
};
const LIMITS = { keyRequestsPerMinute: 1_000_000, sessionRequestsPerMinute: 1_000_000, keys: 1000 };
const TIERS = { free: LIMITS, tight: { ...LIMITS, keyRequestsPerMinute: 1, sessionRequestsPerMinute: 1 } };

interface Row {
  readonly resource: string;
  readonly method: string;
  readonly scope: Scope | null;
  readonly callers: 'user' | 'key' | undefined;
}

/** Every method of every resource that has the authorizer. */
function rowsOf(profile: Profile): Row[] {
  const rows = Object.entries(accessTable(apiRows(routes, profile), rightsIn(profile))).flatMap(
    ([resource, methods]) =>
      Object.entries(methods).flatMap(([name, access]: [string, RowAccess]) =>
        METHODS.filter((method) => name === 'ANY' || name === (method === 'HEAD' ? 'GET' : method)).map(
          (method) => ({
            resource,
            method,
            scope: access === 'upstream' ? profile.methodScopes[method] : (access.scope ?? null),
            callers: access === 'upstream' ? undefined : access.callers,
          }),
        ),
      ),
  );
  expect(rows.length).toBeGreaterThan(40);
  return rows;
}

type Headers = Record<string, string[]>;
const bearer = (credential: string): Headers => ({ Authorization: [`Bearer ${credential}`] });
const apiKey = (...keys: string[]): Headers => ({ 'X-API-Key': keys });
const forged = (credential: string) =>
  `${credential.slice(0, -8)}${credential.at(-8) === 'A' ? 'B' : 'A'}${credential.slice(-7)}`;

/** What the authorizer says: of who is let in or may not, their kind or the reason. */
type Answer = 'let in' | `${'denied' | 'refused'}: ${string}`;

interface Case {
  readonly name: string;
  /** Undefined where the case says nothing of the row. */
  readonly answer: (row: Row) => Answer | undefined;
  readonly headers: (row: Row) => Headers;
}

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))('the profile %s', (_, profile) => {
  const rows = rowsOf(profile);
  const stores = memoryStores();
  const keys: Record<string, string> = {};
  const tokens: Record<string, string> = {};
  /** Present a key as the profile takes it. */
  const present = (key = '') => (profile.credentials.includes('x-api-key') ? apiKey(key) : bearer(key));
  let keyset: Keyset;

  async function newTenant(tier = 'free') {
    const account = newAccount({ tier });
    await stores.accounts.createAccount(account);
    const { workspaceId } = account;
    const createKey = async (given: Partial<ApiKey> = {}) => {
      const { issue, key } = issueKey(
        {
          tenantId: account.user.tenantId,
          workspaceId,
          name: 'k',
          environment: 'live',
          scopes: Object.keys(rightsIn(profile).inclusion),
          lifetimeSeconds: null,
          allowedBlocks: [],
          metadata: {},
          createdBy: 'user:u',
        },
        profile.keys,
        NOW,
      );
      const created = { ...issue, key: { ...issue.key, ...given } };
      await stores.keys.create(created, 1000, ORIGIN);
      return { key, apiKey: created.key };
    };
    const logIn = async (role: Role = 'admin', seconds = 3600) => {
      const lifetime = { idleSeconds: 3600, absoluteSeconds: 3600 };
      const user = { ...account.user, role };
      const session = await openSession(
        { user, authentication: AUTHENTICATION, workspaceId, lifetime, from: ORIGIN },
        stores.sessions,
        NOW,
      );
      const signer = new Signer(
        async () => keyset,
        ISSUER,
        () => NOW,
      );
      return { ...session, token: await signer.accessToken(session, seconds) };
    };
    return { tenantId: account.user.tenantId, createKey, logIn };
  }

  beforeAll(async () => {
    keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 3600 }, NOW);
    await stores.publish(keyset.version, publicKeys(keyset));
    const [ada, suspended, limited] = [await newTenant(), await newTenant(), await newTenant('tight')];
    const good = await ada.createKey();
    keys.good = good.key;
    keys.otherSecret = newKey(profile.keys, 'live', good.apiKey.locator);
    keys.unknown = newKey(profile.keys, 'live', newLocator());
    keys.expired = (await ada.createKey({ expiresAt: NOW })).key;
    const revoked = await ada.createKey();
    await stores.keys.revoke(revoked.apiKey, ORIGIN, NOW);
    keys.revoked = revoked.key;
    const disabled = await ada.createKey();
    await stores.keys.change(disabled.apiKey, { state: 'disabled' }, ORIGIN, NOW);
    keys.disabled = disabled.key;
    const elsewhere = [parseBlock('203.0.113.0/24')].filter((block) => block !== undefined);
    keys.distant = (await ada.createKey({ allowedBlocks: elsewhere })).key;
    keys.suspended = (await suspended.createKey()).key;
    keys.limited = (await limited.createKey()).key;
    for (const scope of new Set(rows.flatMap((row) => row.scope ?? []))) {
      const { inclusion } = rightsIn(profile);
      const others = Object.keys(inclusion).filter((each) => !coversScope([each], scope, inclusion));
      if (others.length > 0) keys[`without ${scope}`] = (await ada.createKey({ scopes: others })).key;
    }
    tokens.good = (await ada.logIn()).token;
    tokens.viewer = (await ada.logIn('viewer')).token;
    tokens.expired = (await ada.logIn('admin', 0)).token;
    const ended = await ada.logIn();
    await stores.sessions.end(ended, ORIGIN);
    tokens.ended = ended.token;
    tokens.suspended = (await suspended.logIn()).token;
    tokens.limited = (await limited.logIn()).token;
    await stores.tenants.change(suspended.tenantId, { state: 'suspended' }, ORIGIN, NOW);
  });

  const verifier = new TokenVerifier(ISSUER);
  const ask = (row: Row, headers: Headers) => {
    const context = {
      profile,
      deployment: { ...DEPLOYMENT, rights: rightsIn(profile), tiers: TIERS },
      access: accessTable(apiRows(routes, profile), rightsIn(profile)),
      store: stores.decisions(),
      tokens: verifier,
      guesses: new Guesses(),
      clock: () => NOW,
    };
    const methodArn = `arn:aws:execute-api:eu-central-1:1:api/prod/${row.method}${row.resource}`;
    const given = { ...event({ ...row, headers }), methodArn };
    given.requestContext.identity.sourceIp = ADDRESS;
    return authorizer(context, USAGE_KEYS)(given as unknown as APIGatewayRequestAuthorizerEvent);
  };

  /** What it comes to, once everything that must go with the answer has been looked at. */
  async function answerOf(row: Row, headers: Headers): Promise<Answer> {
    const { policyDocument, usageIdentifierKey, context } = await ask(row, headers);
    const [{ Effect, Resource }] = policyDocument.Statement;
    expect(Resource).toMatch(new RegExp(`/${row.method}/[^*]*$`));
    if (Effect === 'Deny') {
      expect({ usageIdentifierKey, tenant: context.tenantId, limit: context.rateLimitLimit }).toEqual({});
      return `denied: ${context.reason}`;
    }
    expect(context.rateLimitLimit).toMatch(/^\d+$/);
    if (context.outcome === 'allowed') {
      expect(usageIdentifierKey).toBe('of-initial');
      return 'let in';
    }
    expect(context.tenantId).toBeUndefined();
    const isLimited = context.outcome === 'limited';
    expect(usageIdentifierKey).toBe(isLimited ? 'of-exhausted' : 'latchkeyforbidsthisrequest');
    return `refused: ${isLimited ? 'rate_limited' : context.reason}`;
  }

  const always = (name: string, headers: () => Headers, answer: Answer): Case => ({
    name,
    headers,
    answer: () => answer,
  });
  const invalid = 'denied: invalid_credential';

  const cases: readonly Case[] = [
    always('no credential', () => ({}), 'denied: missing_credential'),
    always('another scheme', () => ({ authorization: ['Basic YTpi'] }), invalid),
    always('a scheme without a credential', () => ({ authorization: ['Bearer'] }), invalid),
    always('an empty key', () => present(''), invalid),
    always('a malformed key', () => present('not a key'), invalid),
    always('a malformed token', () => bearer('a.b.c'), invalid),
    always('a key sent twice', () => apiKey(keys.good ?? '', keys.good ?? ''), invalid),
    always(
      'a forged token beside a good key',
      () => ({ ...bearer(forged(tokens.good ?? '')), ...apiKey(keys.good ?? '') }),
      invalid,
    ),
    always('an unknown key', () => present(keys.unknown), invalid),
    always('a known key with another secret', () => present(keys.otherSecret), invalid),
    always('a key of another format', () => present(`x${keys.good}`), invalid),
    always('a forged checksum', () => present(forged(keys.good ?? '')), invalid),
    always('a forged signature', () => bearer(forged(tokens.good ?? '')), invalid),
    always('an expired key', () => present(keys.expired), 'denied: expired_credential'),
    always('an expired token', () => bearer(tokens.expired ?? ''), 'denied: expired_credential'),
    always('a revoked key', () => present(keys.revoked), 'denied: revoked_credential'),
    always('a disabled key', () => present(keys.disabled), 'denied: disabled_credential'),
    always('an ended session', () => bearer(tokens.ended ?? ''), 'denied: ended_session'),
    always("a suspended tenant's key", () => present(keys.suspended), 'denied: suspended_tenant'),
    always("a suspended tenant's token", () => bearer(tokens.suspended ?? ''), 'denied: suspended_tenant'),
    always(
      'a key from an address that it does not allow',
      () => present(keys.distant),
      'refused: address_not_allowed',
    ),
    {
      name: 'a key without the scope',
      headers: ({ scope }) => present(keys[`without ${scope}`]),
      answer: ({ scope, callers }) => {
        if (scope === null || keys[`without ${scope}`] === undefined) return undefined;
        return callers === 'user' ? 'refused: user_required' : 'refused: insufficient_scope';
      },
    },
    {
      name: 'a viewer',
      headers: () => bearer(tokens.viewer ?? ''),
      answer: ({ scope, callers }) => {
        if (callers === 'key') return 'refused: key_required';
        return scope === null || scope === 'read' ? 'let in' : 'refused: insufficient_scope';
      },
    },
    {
      name: 'a key over its limit',
      headers: () => present(keys.limited),
      answer: ({ callers }) => (callers === 'user' ? 'refused: user_required' : 'refused: rate_limited'),
    },
    {
      name: 'a session over its limit',
      headers: () => bearer(tokens.limited ?? ''),
      answer: ({ callers }) => (callers === 'key' ? 'refused: key_required' : 'refused: rate_limited'),
    },
    {
      name: 'a key with every scope',
      headers: () => present(keys.good),
      answer: ({ callers }) => (callers === 'user' ? 'refused: user_required' : 'let in'),
    },
    {
      name: 'an administrator',
      headers: () => bearer(tokens.good ?? ''),
      answer: ({ callers }) => (callers === 'key' ? 'refused: key_required' : 'let in'),
    },
  ];

  test.each(cases.map((each) => [each.name, each] as const))('%s, on every row', async (_name, one) => {
    // The one request that a credential of the tight tier has.
    const [first] = rows;
    if (first !== undefined && one.name.endsWith('over its limit')) await ask(first, one.headers(first));
    const [expected, found] = [new Map<string, Answer>(), new Map<string, Answer>()];
    for (const row of rows) {
      const wanted = one.answer(row);
      if (wanted === undefined) continue;
      const name = `${row.method} ${row.resource}`;
      expected.set(name, wanted);
      found.set(name, await answerOf(row, one.headers(row)));
    }
    expect(found).toEqual(expected);
  });
});
