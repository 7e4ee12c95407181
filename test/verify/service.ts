/** A deployment in memory, for services that decide by it. */
import { createPublicKey } from 'node:crypto';
import { SignJWT } from 'jose';
import type { DecisionStore } from '../../lambdas/access/decision.ts';
import { Guesses } from '../../lambdas/access/guesses.ts';
import type { ErrorView, Profile } from '../../lambdas/contract/profile.ts';
import { ERROR_FIELDS } from '../../lambdas/contract/verify-settings.ts';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import { openSession } from '../../lambdas/sessions/sessions.ts';
import { EMPTY_KEYSET, nextKeyset, publicKeys, signingKey } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { TokenVerifier } from '../../lambdas/signing/tokens.ts';
import { Verifier, type VerifierChoices } from '../../lambdas/verify/verifier.ts';
import { profile as standard } from '../../profiles/default.ts';
import { DEPLOYMENT, rightsIn } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, AUTHENTICATION, NOW, storeTenant, successor } from '../support/tenants.ts';

export const ISSUER = 'https://api.example.com';
export const LIMIT = 5;

/** Everything that callers may present, and a verifier that is asked about it. */
export async function startService(choices: VerifierChoices = {}, profile: Profile = standard) {
  const store = memoryStores();
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 3600 }, NOW);
  await store.publish(keyset.version, publicKeys(keyset));
  const tenant = await storeTenant(store);
  const other = await storeTenant(store);
  const decisions = store.decisions();
  let isDown = false;
  let uses = 0;
  const counted: DecisionStore = {
    useKey: (key) => use(() => decisions.useKey(key)),
    useKeyMark: (key) => use(() => decisions.useKeyMark(key)),
    useSession: (...session) => use(() => decisions.useSession(...session)),
    tenant: (...asked) => decisions.tenant(...asked),
    control: (...asked) => decisions.control(...asked),
  };
  async function use<Found>(read: () => Promise<Found>): Promise<Found> {
    uses += 1;
    if (isDown) throw new Error('the table does not answer');
    return read();
  }

  const session = await openSession(
    {
      user: tenant.account.user,
      authentication: AUTHENTICATION,
      workspaceId: tenant.workspaceId,
      lifetime: { idleSeconds: 3600, absoluteSeconds: 3600 },
      from: { requestId: 'r' },
    },
    store.sessions,
    NOW,
  );
  const signer = (issuer = ISSUER) =>
    new Signer(
      async () => keyset,
      issuer,
      () => NOW,
    );
  const key = async (given: Parameters<typeof tenant.createKey>[0] = {}) =>
    (await tenant.createKey(given)).key;
  const block = parseBlock('198.51.100.0/24');
  if (block === undefined) throw new Error('no block');
  const revoked = await tenant.createKey();
  store.state.keys.set(revoked.apiKey.locator, {
    ...required(store.state.keys.get(revoked.apiKey.locator)),
    key: { ...revoked.apiKey, state: 'revoked' },
  });
  const spent = await key({ scopes: ['read', 'write'] });
  const signing = required(signingKey(keyset, 'token', NOW));
  const { d: _, ...publicJwk } = signing.jwk;
  const claims = { sub: tenant.account.user.userId, tid: tenant.tenantId, sid: session.sessionId };
  const forged = (header: object, signature = '') =>
    [
      Buffer.from(JSON.stringify(header)).toString('base64url'),
      Buffer.from(JSON.stringify({ ...claims, iss: ISSUER, aud: ISSUER, iat: NOW, exp: NOW + 60 })).toString(
        'base64url',
      ),
      signature,
    ].join('.');
  const pem = createPublicKey({ key: publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const credentials = {
    reader: await key({ scopes: ['read'] }),
    writer: await key({ scopes: ['read', 'write'] }),
    elsewhere: await key({ allowedBlocks: [block] }),
    sandbox: await key({ environment: 'test', scopes: ['read'] }),
    spent,
    revoked: revoked.key,
    expired: await key({ expiresAt: NOW - 1 }),
    unknown: successor((await tenant.createKey()).apiKey),
    stranger: (await other.createKey({ scopes: ['read', 'write'] })).key,
    person: await signer().accessToken(session, 3600),
    late: await signer().accessToken(session, -60),
    otherIssuer: await signer('https://elsewhere.example.com').accessToken(session, 3600),
    narrow: await signer().accessToken({ ...session, resource: '/items' }, 3600),
    assertion: await signer().assertion({ sub: 'key:k', tenant: tenant.tenantId }),
    unsigned: forged({ alg: 'none', kid: signing.kid, typ: 'at+jwt' }),
    symmetric: await new SignJWT({ ...claims, iss: ISSUER, aud: ISSUER, iat: NOW, exp: NOW + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: signing.kid, typ: 'at+jwt' })
      .sign(Buffer.from(pem)),
  } as const;
  const deployment = {
    ...DEPLOYMENT,
    rights: rightsIn(profile),
    tiers: { free: { keyRequestsPerMinute: LIMIT, sessionRequestsPerMinute: LIMIT, keys: 1000 } },
    sandbox: { keyRequestsPerMinute: LIMIT },
  };
  const errors: unknown[] = [];
  const verifierWith = (more: VerifierChoices = {}, moreContext: object = {}) =>
    new Verifier(
      {
        profile,
        deployment,
        metricsNamespace: 'Latchkey/Test',
        allowedDecisionsPerLogLine: 1,
        errorBody: profile.errorBody({ ...ERROR_FIELDS, fields: [] } as unknown as ErrorView),
        store: counted,
        tokens: new TokenVerifier(ISSUER),
        guesses: new Guesses(),
        clock: () => NOW,
        ...moreContext,
      },
      { onError: (error) => errors.push(error), ...choices, ...more },
    );
  for (let index = 0; index < LIMIT; index += 1)
    await verifierWith().verify({
      method: 'GET',
      path: '/items',
      headers: bearer(spent),
      sourceAddress: ADDRESS,
    });
  return {
    tenant,
    other,
    session,
    credentials,
    errors,
    verifierWith,
    verifier: verifierWith(),
    keyset,
    get uses() {
      return uses;
    },
    set isDown(value: boolean) {
      isDown = value;
    },
  };
}

export type Service = Awaited<ReturnType<typeof startService>>;
export type Credential = keyof Service['credentials'];

export const bearer = (credential: string) => ({ authorization: [`Bearer ${credential}`] });

export function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('It is not there.');
  return value;
}
