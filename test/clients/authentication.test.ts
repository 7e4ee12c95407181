import { generateKeyPairSync, sign } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ClientCredentials } from '../../lambdas/clients/client.ts';
import { KnownClients } from '../../lambdas/clients/clients.ts';
import { consoleClient } from '../../lambdas/clients/first-party.ts';
import { hashSecret } from '../../lambdas/clients/secrets.ts';
import { NEVER } from '../../lambdas/kernel/clock.ts';
import { type MemoryStores, memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW } from '../support/tenants.ts';
import { storedClient } from './client-store-contract.ts';

const ISSUER = 'https://api.example';
const TOKEN_ENDPOINT = `${ISSUER}/token`;
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

let stores: MemoryStores;
let known: KnownClients;
let now: number;
beforeEach(() => {
  stores = memoryStores();
  now = NOW;
  known = new KnownClients({
    clients: stores.clients,
    firstParty: consoleClient(ISSUER),
    sources: stores.sources,
    audiences: [ISSUER, TOKEN_ENDPOINT],
    documents: { read: async () => undefined, write: async () => undefined },
    fetchDocument: async () => ({ kind: 'failed', reason: 'nothing is fetched here' }),
    clock: () => now,
  });
});

const refused = { code: 'invalid_client', status: 401 };
const authenticate = (presented: ClientCredentials) => known.authenticate(presented, ADDRESS);
const id = (number: number) => `client_${String(number).padStart(32, '0')}`;

test('a public client only names itself, and an unknown one is refused in the same words', async () => {
  await stores.clients.register(storedClient({ clientId: id(1) }));
  expect(await authenticate({ clientId: id(1) })).toMatchObject({ clientId: id(1), authentication: 'none' });
  expect(await authenticate({ basic: { id: id(1), secret: '' } })).toMatchObject({ clientId: id(1) });
  const errors = await Promise.all(
    [{ clientId: id(2) }, { clientId: 'nonsense' }, { basic: { id: id(1), secret: 'x' } }].map((presented) =>
      authenticate(presented).catch((error: Error) => error.message),
    ),
  );
  expect(new Set(errors).size).toBe(1);
});

test('the console is found, so that it can send people to sign in, and no endpoint of clients serves it', async () => {
  expect(await known.find('console', ADDRESS)).toEqual(consoleClient(ISSUER));
  await expect(authenticate({ clientId: 'console' })).rejects.toMatchObject(refused);
});

test.each([
  ['nothing', {}],
  ['a header that cannot be read', { basic: null, clientId: id(1) }],
  ['two clients', { basic: { id: id(1), secret: '' }, clientId: id(2) }],
  ['two ways', { basic: { id: id(1), secret: '' }, assertion: 'x.y.z', assertionType: JWT_BEARER }],
  ['an assertion without its type', { clientId: id(1), assertion: 'x.y.z' }],
  ['a type without an assertion', { clientId: id(1), assertionType: JWT_BEARER }],
  ['an assertion of another type', { clientId: id(1), assertion: 'x.y.z', assertionType: 'saml' }],
  ['an assertion that is none', { assertion: 'x', assertionType: JWT_BEARER }],
])('%s proves no client', async (_what, presented) => {
  await stores.clients.register(storedClient({ clientId: id(1) }));
  await expect(authenticate(presented)).rejects.toMatchObject(refused);
});

test('a client with a secret proves itself with it, with the one before during the grace, and with nothing else', async () => {
  const clientId = id(1);
  await stores.clients.register(
    storedClient({
      clientId,
      expiresAt: NEVER,
      authentication: 'client_secret_basic',
      secretHash: hashSecret('new'),
      previousSecretHash: hashSecret('old'),
      previousSecretExpiresAt: NOW + 10,
    }),
  );
  const basic = (secret: string) => authenticate({ basic: { id: clientId, secret } });
  expect(await basic('new')).toMatchObject({ clientId });
  expect(await basic('old')).toMatchObject({ clientId });
  await expect(basic('other')).rejects.toMatchObject(refused);
  await expect(basic('')).rejects.toMatchObject(refused);
  await expect(authenticate({ clientId })).rejects.toMatchObject(refused);
  now += 10;
  await expect(basic('old')).rejects.toMatchObject(refused);
  expect(await basic('new')).toMatchObject({ clientId });
});

describe('a client with a key', async () => {
  const clientId = id(7);
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const other = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kty: 'EC' as const };
  const claims = { iss: clientId, sub: clientId, aud: ISSUER, exp: NOW + 60 };
  const signed = (
    payload: { readonly [claim in keyof JWTPayload]: JWTPayload[claim] | undefined },
    alg = 'ES256',
    key = privateKey,
  ) =>
    new SignJWT({ jti: crypto.randomUUID(), ...payload } as JWTPayload).setProtectedHeader({ alg }).sign(key);
  const present = (assertion: string) => authenticate({ assertion, assertionType: JWT_BEARER });

  beforeEach(() =>
    stores.clients.register(
      storedClient({ clientId, expiresAt: NEVER, authentication: 'private_key_jwt', keys: { keys: [jwk] } }),
    ),
  );

  test('signs an assertion for the issuer or the token endpoint', async () => {
    for (const aud of [ISSUER, TOKEN_ENDPOINT, [ISSUER]])
      expect(await present(await signed({ ...claims, aud }))).toMatchObject({ clientId });
    expect(
      await authenticate({ clientId, assertion: await signed(claims), assertionType: JWT_BEARER }),
    ).toMatchObject({ clientId });
  });

  test('uses it once, also at once', async () => {
    const assertion = await signed(claims);
    const uses = await Promise.allSettled([present(assertion), present(assertion), present(assertion)]);
    expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    now += 60;
    await expect(present(assertion)).rejects.toMatchObject(refused);
  });

  test.each([
    ['for another server', { aud: 'https://other.example' }],
    ['for another server too', { aud: [ISSUER, 'https://other.example'] }],
    ['for nobody', { aud: undefined }],
    ['of another issuer', { iss: id(8) }],
    ['about another client', { sub: id(8) }],
    ['that has expired', { exp: NOW - 31 }],
    ['that never expires', { exp: undefined }],
    ['that is valid for too long', { exp: NOW + 3600 }],
    ['that begins later', { nbf: NOW + 3600 }],
    ['without an id', { jti: undefined }],
  ])('is refused with an assertion %s', async (_what, change) => {
    await expect(present(await signed({ ...claims, ...change }))).rejects.toMatchObject(refused);
  });

  test('is refused with one that another key signed, that nobody signed, or that its public key "signed"', async () => {
    const [, payload] = (await signed(claims)).split('.');
    const head = Buffer.from('{"alg":"none"}').toString('base64url');
    const secret = new TextEncoder().encode(JSON.stringify(jwk));
    const byPublicKey = await new SignJWT({ ...claims, jti: 'x' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(secret);
    for (const assertion of [
      await signed(claims, 'ES256', other.privateKey),
      `${head}.${payload}.`,
      byPublicKey,
    ])
      await expect(authenticate({ clientId, assertion, assertionType: JWT_BEARER })).rejects.toMatchObject(
        refused,
      );
  });

  test('is refused with an assertion for which its key is too small', async () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const keys = { keys: [{ ...small.publicKey.export({ format: 'jwk' }), kty: 'RSA' as const }] };
    const stored = { expiresAt: NEVER, authentication: 'private_key_jwt', keys } as const;
    await stores.clients.register(storedClient({ clientId: id(9), ...stored }));
    const encoded = [{ alg: 'RS256' }, { ...claims, iss: id(9), sub: id(9), jti: 'x' }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(encoded), small.privateKey).toString('base64url');
    await expect(present(`${encoded}.${signature}`)).rejects.toMatchObject(refused);
  });

  test('is refused without one', async () => {
    await expect(authenticate({ clientId })).rejects.toMatchObject(refused);
    await expect(authenticate({ basic: { id: clientId, secret: 'x' } })).rejects.toMatchObject(refused);
  });
});
