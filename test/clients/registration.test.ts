import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { UNCONSENTED_SECONDS } from '../../lambdas/clients/client-record.ts';
import { KnownClients } from '../../lambdas/clients/clients.ts';
import { clientName, jwks } from '../../lambdas/clients/metadata.ts';
import {
  MAX_UNCONSENTED,
  type RegistrationContext,
  registerClient,
} from '../../lambdas/clients/registration.ts';
import { profile } from '../../profiles/default.ts';
import { type MemoryStores, memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW } from '../support/tenants.ts';

const REQUEST = {
  name: 'An app',
  redirectUris: ['https://app.example/cb'],
  authentication: 'none',
  keys: null,
} as const;

let stores: MemoryStores;
let now: number;
let context: RegistrationContext;
let known: KnownClients;
beforeEach(() => {
  stores = memoryStores();
  now = NOW;
  const { clients, sources } = stores;
  context = { clients, sources, profile, clock: () => now };
  known = new KnownClients({
    ...context,
    clients,
    firstParty: null,
    audiences: [],
    documents: { read: async () => undefined, write: async () => undefined },
    fetchDocument: async () => ({ kind: 'failed', reason: 'nothing is fetched here' }),
  });
});

const source = (number: number) => `10.${Math.floor(number / 256)}.${number % 256}.7`;

describe('a client that registers itself', () => {
  test('is public, or has a secret that is stored as a hash only', async () => {
    const open = await registerClient(REQUEST, ADDRESS, context);
    expect(open).toMatchObject({ secret: null, client: { kind: 'registered', secretHash: null } });
    const confidential = { ...REQUEST, authentication: 'client_secret_basic' } as const;
    const { client, secret } = await registerClient(confidential, ADDRESS, context);
    expect(secret).toMatch(/^lk_client_[\w-]{43}$/);
    expect(JSON.stringify(await stores.clients.find(client.clientId))).not.toContain(secret);
    expect(await known.find(client.clientId, ADDRESS)).toEqual({
      clientId: client.clientId,
      kind: 'registered',
      tenantId: null,
      name: 'An app',
      host: null,
      redirectUris: REQUEST.redirectUris,
      authentication: 'client_secret_basic',
      scopes: null,
    });
  });

  test('that signs assertions brings its keys, and no other does', async () => {
    const keys = { keys: [{ kty: 'EC' as const }] };
    for (const request of [
      { ...REQUEST, keys },
      { ...REQUEST, authentication: 'private_key_jwt' as const },
    ])
      await expect(registerClient(request, ADDRESS, context)).rejects.toMatchObject({
        code: 'invalid_client_metadata',
      });
    expect(await stores.clients.countRegistration(now)).toBe(1);
  });

  test('ends after 24 hours, but not once somebody has consented', async () => {
    const [forgotten, used] = [
      await registerClient(REQUEST, ADDRESS, context),
      await registerClient(REQUEST, ADDRESS, context),
    ];
    await known.consented(used.client.clientId);
    now += UNCONSENTED_SECONDS - 1;
    expect(await known.find(forgotten.client.clientId, ADDRESS)).toBeDefined();
    now += 1;
    expect(await known.find(forgotten.client.clientId, ADDRESS)).toBeUndefined();
    await known.consented(forgotten.client.clientId);
    expect(await known.find(forgotten.client.clientId, ADDRESS)).toBeUndefined();
    expect(await known.find(used.client.clientId, ADDRESS)).toBeDefined();
  });
});

describe('a flood of registrations', () => {
  test('from one /24 or /64 ends at 20 an hour, and other networks go on', async () => {
    for (let count = 0; count < 20; count += 1) await registerClient(REQUEST, `203.0.113.${count}`, context);
    await expect(registerClient(REQUEST, '203.0.113.250', context)).rejects.toMatchObject({
      code: 'rate_limited',
    });
    await registerClient(REQUEST, '203.0.114.1', context);
    for (let count = 0; count < 20; count += 1)
      await registerClient(REQUEST, `2001:db8:0:1::${count}`, context);
    await expect(registerClient(REQUEST, '2001:db8:0:1:ffff::1', context)).rejects.toMatchObject({
      code: 'rate_limited',
    });
    await registerClient(REQUEST, '2001:db8:0:2::1', context);
    now += 3600;
    await registerClient(REQUEST, '203.0.113.250', context);
  });

  test('from everywhere ends at 1,000 clients that nobody has consented to', async () => {
    const ids: string[] = [];
    for (let count = 0; count < MAX_UNCONSENTED; count += 1)
      ids.push((await registerClient(REQUEST, source(count), context)).client.clientId);
    const more = (number: number) => registerClient(REQUEST, source(number), context);
    for (let refused = 0; refused < 3; refused += 1)
      await expect(more(2000)).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: 3600 });
    // A consent makes room for one.
    await known.consented(ids[0] ?? '');
    await known.consented(ids[0] ?? '');
    await more(2001);
    await expect(more(2002)).rejects.toMatchObject({ code: 'rate_limited' });
    now += UNCONSENTED_SECONDS + 3600;
    await more(2003);
  });
});

test.each([
  ['turned about', 'Goo\u202Egle'],
  ['with a blank of no width', 'Goo\u200Bgle'],
  ['with a soft hyphen', 'Goo\u00ADgle'],
  ['with a line break', 'Google\nVerified'],
  ['blank', '  '],
])('a name %s is refused: it could be read as another', (_what, name) => {
  expect(clientName.safeParse(name).success).toBe(false);
  expect(clientName.safeParse('Visual Studio Code — Münchën 東京').success).toBe(true);
});

test('keys of a client are such that one of the algorithms takes', () => {
  const takes = ({ publicKey }: { readonly publicKey: KeyObject }) =>
    jwks.safeParse({ keys: [publicKey.export({ format: 'jwk' })] }).success;
  expect(takes(generateKeyPairSync('rsa', { modulusLength: 2048 }))).toBe(true);
  expect(takes(generateKeyPairSync('rsa', { modulusLength: 1024 }))).toBe(false);
  for (const namedCurve of ['P-256', 'P-384', 'P-521'])
    expect(takes(generateKeyPairSync('ec', { namedCurve }))).toBe(true);
  expect(takes(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }))).toBe(false);
  expect(takes(generateKeyPairSync('ed25519'))).toBe(true);
  expect(takes(generateKeyPairSync('ed448'))).toBe(false);
  expect(takes(generateKeyPairSync('x25519'))).toBe(false);
});

test('keys of a client are public ones', () => {
  const key = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  };
  const takes = (one: object) => jwks.safeParse({ keys: [one] }).success;
  expect(takes(key)).toBe(true);
  expect(takes({ ...key, d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI' })).toBe(false);
  expect(takes({ ...key, x: 'AAAA' })).toBe(false);
  expect(takes({ kty: 'oct', k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ' })).toBe(false);
  expect(jwks.safeParse({ keys: [] }).success).toBe(false);
  expect(jwks.safeParse({ keys: Array.from({ length: 6 }, () => key) }).success).toBe(false);
});
