/**
 * Assertions that the real signer makes, and attacks on them, with how each must end: for verifiers in every language.
 * `node test/verify/assertion-vectors.ts` writes them into the Python client's tests.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { assertionClaims } from '../../lambdas/http/assertion.ts';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import { EMPTY_KEYSET, nextKeyset, publicKeys, signingKey } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';

export const VECTORS_FILE = join(import.meta.dirname, '../../clients/python/tests/assertion_vectors.json');

const NOW = 1_800_000_048;
const ISSUER = 'https://api.example.com/live';
const REQUEST = { method: 'GET', path: '/v1/stats/caf%C3%A9' };

export interface Vector {
  readonly name: string;
  readonly header: readonly string[];
  readonly method: string;
  readonly path: string;
  /** Unix seconds at which it is verified. */
  readonly at: number;
  /** The fault, or the identity. */
  readonly fault?: string;
  readonly identity?: Readonly<Record<string, unknown>>;
}

export interface Vectors {
  readonly issuer: string;
  readonly jwks: { readonly keys: readonly object[] };
  readonly vectors: readonly Vector[];
}

const TENANT = {
  tenantId: '0191aaaa-0000-7000-8000-000000000001',
  workspaceId: '0191aaaa-0000-7000-8000-000000000002',
} as const;
const KEY: Caller = {
  kind: 'key',
  keyId: 'key_1',
  ...TENANT,
  scopes: ['read', 'write'],
  environment: 'test',
};
const PERSON: Caller = {
  kind: 'user',
  userId: 'u-1',
  sessionId: 's-1',
  role: 'admin',
  clientId: 'client-1',
  ...TENANT,
  scopes: [],
  environment: 'live',
};
const ANONYMOUS: Caller = { kind: 'anonymous', ...TENANT, scopes: ['read'], environment: 'test' };

export async function assertionVectors(): Promise<Vectors> {
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 3600 }, NOW);
  const signing = signingKey(keyset, 'assertion', NOW);
  if (signing === undefined) throw new Error('The keyset has no key that signs assertions.');
  const signer = (issuer = ISSUER) =>
    new Signer(
      async () => keyset,
      issuer,
      () => NOW,
    );
  const call = { ...REQUEST, address: '192.0.2.7', requestId: 'r-1' };
  const claims = assertionClaims(KEY, call);
  const good = await signer().assertion(claims);
  const signed = (
    header: object,
    more: object = {},
    key: Parameters<SignJWT['sign']>[0] = signing.jwk,
  ): Promise<string> =>
    new SignJWT({ ...claims, iss: ISSUER, aud: 'latchkey-upstream', iat: NOW, exp: NOW + 60, ...more })
      .setProtectedHeader({ alg: 'ES256', kid: signing.kid, typ: 'latchkey-assertion+jwt', ...header })
      .sign(key);
  const { d: _, ...publicJwk } = signing.jwk;
  const pem = createPublicKey({ key: publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const [, payload, signature = ''] = good.split('.');
  const unsigned = Buffer.from(
    JSON.stringify({ alg: 'none', kid: signing.kid, typ: 'latchkey-assertion+jwt' }),
  ).toString('base64url');
  const told = {
    tenant: TENANT.tenantId,
    workspace: TENANT.workspaceId,
    client_address: '192.0.2.7',
    request_id: 'r-1',
  };
  const accepted = (
    name: string,
    assertion: string,
    identity: object,
    more: Partial<Vector> = {},
  ): Vector => ({
    name,
    header: [assertion],
    ...REQUEST,
    at: NOW,
    identity: { ...told, key_id: null, user_id: null, client_id: null, ...identity },
    ...more,
  });
  const refused = (
    name: string,
    fault: string,
    header: readonly string[],
    more: Partial<Vector> = {},
  ): Vector => ({
    name,
    header,
    ...REQUEST,
    at: NOW,
    fault,
    ...more,
  });
  const ofKey = {
    kind: 'key',
    principal: 'key:key_1',
    key_id: 'key_1',
    scopes: ['read', 'write'],
    environment: 'test',
  };
  const session = {
    tenantId: TENANT.tenantId,
    userId: 'u-1',
    sessionId: 's-1',
    authentication: { authTime: 0, amr: [] },
  };
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return {
    issuer: ISSUER,
    jwks: { keys: publicKeys(keyset).map(({ jwk, kid }) => ({ ...jwk, kid })) },
    vectors: [
      accepted('of a key', good, ofKey),
      accepted(
        'of a client that acts for a person',
        await signer().assertion(assertionClaims(PERSON, call)),
        {
          kind: 'user',
          principal: 'user:u-1',
          user_id: 'u-1',
          client_id: 'client-1',
          scopes: [],
          environment: 'live',
        },
      ),
      accepted('of nobody', await signer().assertion(assertionClaims(ANONYMOUS, call)), {
        kind: 'anonymous',
        principal: 'anonymous',
        scopes: ['read'],
        environment: 'test',
      }),
      accepted('within the tolerance of its end', good, ofKey, { at: NOW + 64 }),
      accepted('within the tolerance of its beginning', good, ofKey, { at: NOW - 4 }),
      refused('none', 'missing', []),
      refused('empty', 'missing', ['']),
      refused('two', 'missing', [good, good]),
      refused('garbage', 'invalid', ['not.a.jwt']),
      refused('too long', 'invalid', ['a'.repeat(10_000)]),
      refused('without a signature', 'invalid', [`${unsigned}.${payload}.`]),
      refused('with a signature that is changed', 'invalid', [
        `${good.slice(0, -signature.length)}${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      ]),
      refused('that the public key signs as a secret', 'invalid', [
        await signed({ alg: 'HS256' }, {}, Buffer.from(pem)),
      ]),
      refused('that another key signs', 'invalid', [await signed({}, {}, stranger)]),
      refused('with a kid that is not known', 'invalid', [await signed({ kid: 'other' })]),
      refused('of another type', 'invalid', [await signed({ typ: 'JWT' })]),
      refused('for another audience', 'invalid', [await signed({}, { aud: 'elsewhere' })]),
      refused('of another issuer', 'invalid', [
        await signer('https://elsewhere.example.com').assertion(claims),
      ]),
      refused('an access token', 'invalid', [await signer().accessToken(session, 60)]),
      refused('beyond its end', 'expired', [good], { at: NOW + 66 }),
      refused('before its beginning', 'expired', [good], { at: NOW - 6 }),
      refused('that lives too long', 'expired', [await signed({}, { iat: NOW - 600, exp: NOW + 600 })]),
      refused('without an end', 'invalid', [await signed({}, { exp: undefined })]),
      refused('without a beginning', 'invalid', [await signed({}, { iat: undefined })]),
      refused('without a tenant', 'invalid', [await signed({}, { tenant: undefined })]),
      refused('of another kind of caller', 'invalid', [await signed({}, { sub: 'robot:1' })]),
      refused('on another path', 'other_request', [good], { path: '/v1/other' }),
      refused('on its path, decoded', 'other_request', [good], { path: '/v1/stats/café' }),
      refused('on its path, with a slash', 'other_request', [good], { path: `${REQUEST.path}/` }),
      refused('with another method', 'other_request', [good], { method: 'DELETE' }),
    ],
  };
}

if (import.meta.main) writeFileSync(VECTORS_FILE, `${JSON.stringify(await assertionVectors(), null, 2)}\n`);
