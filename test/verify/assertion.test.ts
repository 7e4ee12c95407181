import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { assertionClaims } from '../../lambdas/http/assertion.ts';
import {
  EMPTY_KEYSET,
  type Keyset,
  nextKeyset,
  publicKeys,
  signingKey,
} from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import {
  AssertionError,
  type AssertionVerifierOptions,
  createAssertionVerifier,
} from '../../lambdas/verify/assertion.ts';
import { ADDRESS, AUTHENTICATION, NOW, TENANT, USER, WORKSPACE } from '../support/tenants.ts';
import { required } from './service.ts';

const ISSUER = 'https://api.example.com/live';
const REQUEST = { method: 'GET', path: '/v1/stats' };

const CALLER = {
  kind: 'key',
  keyId: 'key_1',
  tenantId: TENANT,
  workspaceId: WORKSPACE,
  scopes: ['read', 'write'],
  environment: 'live',
} as const;
const CLAIMS = assertionClaims(CALLER, { ...REQUEST, address: ADDRESS, requestId: 'r-1' });

let keyset: Keyset;
beforeAll(async () => {
  keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 3600 }, NOW);
});

const signer = (issuer = ISSUER, at = NOW) =>
  new Signer(
    async () => keyset,
    issuer,
    () => at,
  );

/** The API's keys, and how often they were read. */
let reads = 0;
let isDown = false;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] });
  [reads, isDown] = [0, false];
});
afterEach(() => vi.useRealTimers());

const readKeys: typeof fetch = async (url) => {
  reads += 1;
  if (isDown) throw new TypeError('fetch failed');
  expect(`${url}`).toBe(`${ISSUER}/.well-known/jwks.json`);
  return Response.json({ keys: publicKeys(keyset).map(({ jwk, kid }) => ({ ...jwk, kid })) });
};

const verifier = (options: Partial<AssertionVerifierOptions> = {}) =>
  createAssertionVerifier({ issuer: ISSUER, fetch: readKeys, ...options });

const fault = (
  header: Parameters<ReturnType<typeof verifier>['verify']>[0],
  request = REQUEST,
  given = verifier(),
) =>
  given.verify(header, request).then(
    () => 'accepted',
    (error: unknown) => (error instanceof AssertionError ? error.code : error),
  );

test('the identity that the front door signs is told, typed', async () => {
  const assertion = await signer().assertion(CLAIMS);
  expect(await verifier().verify(assertion, REQUEST)).toEqual({
    tenant: TENANT,
    workspace: WORKSPACE,
    principal: 'key:key_1',
    kind: 'key',
    keyId: 'key_1',
    scopes: ['read', 'write'],
    environment: 'live',
    clientAddress: ADDRESS,
    requestId: 'r-1',
  });
  const person = assertionClaims(
    {
      ...CALLER,
      kind: 'user',
      userId: USER,
      sessionId: 's',
      role: 'admin',
      clientId: 'client-1',
    },
    { ...REQUEST, address: ADDRESS, requestId: 'r' },
  );
  expect(await verifier().verify([await signer().assertion(person)], REQUEST)).toMatchObject({
    kind: 'user',
    userId: USER,
    clientId: 'client-1',
    principal: `user:${USER}`,
  });
});

describe('an attack', () => {
  const signed = async (header: object, claims: object = {}, key?: Parameters<SignJWT['sign']>[0]) => {
    const signing = required(signingKey(keyset, 'assertion', NOW));
    const all = { ...CLAIMS, iss: ISSUER, aud: 'latchkey-upstream', iat: NOW, exp: NOW + 60, ...claims };
    const protectedHeader = { alg: 'ES256', kid: signing.kid, typ: 'latchkey-assertion+jwt', ...header };
    return new SignJWT(all).setProtectedHeader(protectedHeader).sign(key ?? signing.jwk);
  };
  const publicPem = () => {
    const { d: _, ...jwk } = required(signingKey(keyset, 'assertion', NOW)).jwk;
    return Buffer.from(createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }));
  };
  const unsigned = async () => {
    const [, payload] = (await signed({})).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'latchkey-assertion+jwt' }));
    return `${header.toString('base64url')}.${payload}.`;
  };
  const session = { userId: USER, tenantId: TENANT, sessionId: 's', workspaceId: WORKSPACE };
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

  test.each<readonly [string, () => Promise<string | readonly string[] | undefined>, string]>([
    ['none at all', async () => undefined, 'missing'],
    ['an empty one', async () => '', 'missing'],
    ['two', async () => [await signed({}), await signed({})], 'missing'],
    ['garbage', async () => 'not.a.jwt', 'invalid'],
    ['one that is too long', async () => 'a'.repeat(10_000), 'invalid'],
    ['one without a signature', unsigned, 'invalid'],
    ['one that the public key signs as a secret', () => signed({ alg: 'HS256' }, {}, publicPem()), 'invalid'],
    ['one that another key signs', () => signed({}, {}, stranger), 'invalid'],
    ['one with a kid that is not known', () => signed({ kid: 'other' }), 'invalid'],
    ['another typ', () => signed({ typ: 'JWT' }), 'invalid'],
    ['another audience', () => signed({}, { aud: 'elsewhere' }), 'invalid'],
    ['another issuer', () => signer('https://elsewhere.example.com').assertion(CLAIMS), 'invalid'],
    [
      'an access token',
      () => signer().accessToken({ ...session, authentication: AUTHENTICATION }, 60),
      'invalid',
    ],
    [
      'one that is over',
      () =>
        signer(ISSUER, NOW - 70)
          .assertion(CLAIMS)
          .catch(() => signed({}, { iat: NOW - 70, exp: NOW - 10 })),
      'expired',
    ],
    ['one that lives too long', () => signed({}, { iat: NOW - 600, exp: NOW + 600 }), 'expired'],
    ['one of the future', () => signed({}, { iat: NOW + 60, exp: NOW + 120 }), 'expired'],
    ['one without an end', () => signed({}, { exp: undefined }), 'invalid'],
    ['one without a beginning', () => signed({}, { iat: undefined }), 'invalid'],
    ['one without a tenant', () => signed({}, { tenant: undefined }), 'invalid'],
    ['one of a caller of another kind', () => signed({}, { sub: 'robot:1' }), 'invalid'],
  ])('by %s ends here', async (_, header, code) => {
    expect(await fault(await header())).toBe(code);
  });

  test.each([
    ['another path', { method: 'GET', path: '/v1/other' }],
    ['another method', { method: 'DELETE', path: '/v1/stats' }],
    ['the path in other letters', { method: 'GET', path: '/v1/Stats' }],
    ['the path with a slash', { method: 'GET', path: '/v1/stats/' }],
  ])('by repeating it on %s ends here', async (_, request) => {
    expect(await fault(await signer().assertion(CLAIMS), request)).toBe('other_request');
  });

  test('by many unknown kids reads the keys once a minute', async () => {
    const same = verifier();
    for (let index = 0; index < 50; index += 1)
      expect(await fault(await signed({ kid: `kid-${index}` }), REQUEST, same)).toBe('invalid');
    expect(reads).toBe(1);
    vi.setSystemTime((NOW + 61) * 1000);
    const late = { iat: NOW + 61, exp: NOW + 100 };
    for (let index = 0; index < 50; index += 1)
      await fault(await signed({ kid: `k-${index}` }, late), REQUEST, same);
    expect(reads).toBe(2);
  });
});

test('a clock may differ by some seconds, and by no more', async () => {
  const assertion = await signer().assertion(CLAIMS);
  vi.setSystemTime((NOW + 64) * 1000);
  expect(await fault(assertion)).toBe('accepted');
  expect(await fault(assertion, REQUEST, verifier({ clockToleranceSeconds: 0 }))).toBe('expired');
  vi.setSystemTime((NOW + 66) * 1000);
  expect(await fault(assertion)).toBe('expired');
});

test('keys that cannot be read are a 503, and no identity', async () => {
  isDown = true;
  const error = await verifier()
    .verify(await signer().assertion(CLAIMS), REQUEST)
    .catch((error) => error);
  expect(error).toMatchObject({ code: 'unavailable', status: 503 });
  expect(
    await fault(
      await signer().assertion(CLAIMS),
      REQUEST,
      verifier({ fetch: async () => new Response('', { status: 500 }) }),
    ),
  ).toBe('unavailable');
});

test('keys that cannot be read are asked for once a second, whoever asks, and again when they are there', async () => {
  const assertion = await signer().assertion(CLAIMS);
  const own = verifier();
  isDown = true;
  for (let asked = 0; asked < 20; asked += 1)
    expect(await fault(assertion, REQUEST, own)).toBe('unavailable');
  expect(reads).toBe(1);
  vi.setSystemTime((NOW + 1) * 1000);
  expect(await fault(assertion, REQUEST, own)).toBe('unavailable');
  expect(reads).toBe(2);
  isDown = false;
  vi.setSystemTime((NOW + 2) * 1000);
  expect(await fault(assertion, REQUEST, own)).toBe('accepted');
  // Those who have good keys do not wait for what others ask in vain.
  isDown = true;
  vi.setSystemTime((NOW + 100) * 1000);
  const later = await signer(ISSUER, NOW + 100).assertion(CLAIMS);
  const [, ...rest] = later.split('.');
  const head = { alg: 'ES256', kid: 'unknown', typ: 'latchkey-assertion+jwt' };
  const forged = [Buffer.from(JSON.stringify(head)).toString('base64url'), ...rest].join('.');
  expect(await fault(forged, REQUEST, own)).toBe('unavailable');
  expect(await fault(later, REQUEST, own)).toBe('accepted');
});

test('keys are kept for five minutes', async () => {
  const same = verifier();
  const at = (seconds: number) => {
    vi.setSystemTime((NOW + seconds) * 1000);
    return signer(ISSUER, NOW + seconds).assertion(CLAIMS);
  };
  for (const seconds of [0, 200, 299]) expect(await fault(await at(seconds), REQUEST, same)).toBe('accepted');
  expect(reads).toBe(1);
  await fault(await at(301), REQUEST, same);
  expect(reads).toBe(2);
});

test('an upstream that has a path of its own sees it in front', async () => {
  const based = verifier({ basePath: '/base/' });
  const assertion = await signer().assertion(CLAIMS);
  expect(await fault(assertion, { method: 'GET', path: '/base/v1/stats' }, based)).toBe('accepted');
  expect(await fault(assertion, REQUEST, based)).toBe('other_request');
});

test('the old issuer and the new one are accepted while the API moves', async () => {
  const moving = verifier({ issuer: [ISSUER, 'https://api.example.com'] });
  for (const issuer of [ISSUER, 'https://api.example.com'])
    expect(await fault(await signer(issuer).assertion(CLAIMS), REQUEST, moving)).toBe('accepted');
});

test('the issuer is that of the keys where none is named', async () => {
  const { issuer: _, ...byKeys } = {
    issuer: null,
    jwksUrl: `${ISSUER}/.well-known/jwks.json`,
    fetch: readKeys,
  };
  const accepting = createAssertionVerifier(byKeys);
  expect(await fault(await signer().assertion(CLAIMS), REQUEST, accepting)).toBe('accepted');
  const other = await signer('https://elsewhere.example.com').assertion(CLAIMS);
  expect(await fault(other, REQUEST, accepting)).toBe('invalid');
});

test.each([
  [{}, /^issuer: name the API's URL/],
  [{ issuer: '' }, /^issuer: name the API's URL/],
  [{ jwksUrl: 'https://api.example.com/keys' }, /^issuer: name the API's URL/],
  [{ issuer: 'api.example.com' }, /^issuer: "api.example.com\/.well-known\/jwks.json" is not a URL/],
  [{ issuer: 'http://api.example.com' }, /^issuer: keys are read by https/],
  [{ issuer: ISSUER, jwksUrl: 'http://192.0.2.7/jwks' }, /^jwksUrl: keys are read by https/],
])('options that are wrong are told at once: %j', (options, message) => {
  expect(() => createAssertionVerifier(options)).toThrow(message);
});
