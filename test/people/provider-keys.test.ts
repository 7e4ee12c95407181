import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ProviderKeys } from '../../lambdas/people/provider-keys.ts';
import { answerHttps } from '../support/fake-https.ts';

/** The keys of an identity provider that answers as a test says. */

const ISSUER = 'https://idp.example.com';
const CONFIGURATION = `${ISSUER}/.well-known/openid-configuration`;
let jwks: object;
let answers: Record<string, () => unknown>;
let asked: string[];
let now: number;

beforeAll(async () => {
  const { publicKey } = await generateKeyPair('ES256');
  jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };
});
beforeEach(() => {
  [asked, now] = [[], 1000];
  answers = {
    [CONFIGURATION]: () => ({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys` }),
    [`${ISSUER}/keys`]: () => jwks,
  };
  answerHttps(({ url }) => {
    asked.push(url);
    const answer = answers[url]?.();
    return answer === undefined ? new Response('', { status: 404 }) : Response.json(answer);
  });
});
afterEach(() => vi.restoreAllMocks());

const keysOf = (jwksUrl: string | null = null, issuer = ISSUER) =>
  new ProviderKeys({ issuer, jwksUrl }, undefined, () => now);
const unavailable = { code: 'unavailable', retryAfterSeconds: 5 };

test('they are found by discovery, or at the address that is configured, once however many wait', async () => {
  const keys = keysOf();
  const found = await Promise.all([keys.present(), keys.present(), keys.present()]);
  expect(found).toEqual([jwks, jwks, jwks]);
  expect(asked).toEqual([CONFIGURATION, `${ISSUER}/keys`]);
  asked = [];
  await keysOf(`${ISSUER}/keys`).present();
  expect(asked).toEqual([`${ISSUER}/keys`]);
});

test('they are used for ten minutes, and for an hour when the provider cannot be asked', async () => {
  const keys = keysOf(`${ISSUER}/keys`);
  await keys.present();
  now += 599;
  await keys.present();
  expect(asked).toHaveLength(1);
  answers = {};
  now += 1;
  expect(await keys.present()).toEqual(jwks);
  now = 1000 + 3600;
  await expect(keys.present()).rejects.toMatchObject(unavailable);
});

test('a provider that failed is not asked again for five seconds', async () => {
  const keys = keysOf(`${ISSUER}/keys`);
  answers = {};
  await expect(keys.present()).rejects.toMatchObject(unavailable);
  await expect(keys.present()).rejects.toMatchObject(unavailable);
  expect(asked).toHaveLength(1);
  now += 5;
  answers = { [`${ISSUER}/keys`]: () => jwks };
  expect(await keys.present()).toEqual(jwks);
});

test('newer ones are asked for at most every ten seconds: a forged kid must not flood the provider', async () => {
  const keys = keysOf(`${ISSUER}/keys`);
  await keys.present();
  now += 9;
  expect(await keys.newer()).toBeUndefined();
  now += 1;
  expect(await keys.newer()).toEqual(jwks);
  expect(asked).toHaveLength(2);
});

test.each<[string, () => unknown]>([
  ['another issuer', () => ({ issuer: 'https://other.example.com', jwks_uri: `${ISSUER}/keys` })],
  ['no address of keys', () => ({ issuer: ISSUER })],
  ['an address without TLS', () => ({ issuer: ISSUER, jwks_uri: 'http://idp.example.com/keys' })],
  ['no object', () => 'text'],
  ['more than there may be', () => ({ issuer: ISSUER, padding: 'x'.repeat(600_000) })],
])('a discovery document with %s is not believed', async (_what, document) => {
  answers[CONFIGURATION] = document;
  await expect(keysOf().present()).rejects.toMatchObject(unavailable);
});

test('a set without keys is an error, and one key that cannot be read does not cost the others', async () => {
  answers[`${ISSUER}/keys`] = () => ({});
  await expect(keysOf().present()).rejects.toMatchObject(unavailable);
  const { keys } = jwks as { keys: object[] };
  answers[`${ISSUER}/keys`] = () => ({ keys: ['nonsense', ...keys] });
  expect(await keysOf().present()).toEqual(jwks);
});
