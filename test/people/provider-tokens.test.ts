import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { IdentityProvider } from '../../lambdas/contract/deployment.ts';
import type { ProviderKeys } from '../../lambdas/people/provider-keys.ts';
import { providerTokens } from '../../lambdas/people/provider-tokens.ts';
import { PROVIDER as ANY_CLAIMS } from '../support/identity-provider.ts';

const ISSUER = 'https://idp.example.com';
const PROVIDER: IdentityProvider = { ...ANY_CLAIMS, issuer: ISSUER, claims: { scope: ['access'] } };
const EXPIRY = Math.floor(Date.now() / 1000) + 600;

type Jwks = Awaited<ReturnType<ProviderKeys['present']>>;
const pairs: Record<string, Awaited<ReturnType<typeof generateKeyPair>>> = {};
const sets: Record<string, Jwks> = {};
beforeAll(async () => {
  for (const kid of ['one', 'two']) {
    const pair = await generateKeyPair('ES256');
    pairs[kid] = pair;
    sets[kid] = { keys: [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256', use: 'sig' }] } as Jwks;
  }
});

function sign(
  claims: object = {},
  { kid = 'one', by, header = {} }: { kid?: string; by?: string; header?: object } = {},
): Promise<string> {
  const payload = { iss: ISSUER, aud: 'api', sub: 'ada', exp: EXPIRY, scope: 'other access', ...claims };
  const pair = pairs[by ?? kid];
  if (pair === undefined) throw new Error('There is no such key.');
  return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(pair.privateKey);
}

/** A provider that has the key `one`, and a new one that it may have meanwhile. */
const verify = (token: string, newer?: string) => {
  const keys = {
    present: async () => sets.one,
    newer: async () => (newer === undefined ? undefined : sets[newer]),
  };
  return providerTokens([PROVIDER], () => keys as unknown as ProviderKeys)(token);
};
const refused = expect.objectContaining({ code: 'invalid_subject_token' });

describe('a provider’s token', () => {
  test('says who the provider says it is, until when, and is known by what is signed', async () => {
    const token = await sign();
    const proof = await verify(token);
    expect(proof).toMatchObject({ provider: PROVIDER, subject: 'ada', expiresAt: EXPIRY });
    expect(proof.claims).toMatchObject({ scope: 'other access' });
    const [head, payload] = (await sign()).split('.');
    // ECDSA signatures differ each time; what is signed does not.
    expect([head, payload]).toEqual(token.split('.').slice(0, 2));
    expect((await verify(await sign())).hash).toBe(proof.hash);
  });

  test('of a key that came since is verified by the newer keys', async () => {
    const token = await sign({}, { kid: 'two' });
    await expect(verify(token)).rejects.toEqual(refused);
    expect(await verify(token, 'two')).toMatchObject({ subject: 'ada' });
    await expect(verify(token, 'one')).rejects.toEqual(refused);
  });

  test.each<[string, object, Parameters<typeof sign>[1]?]>([
    ['another issuer', { iss: 'https://other.example.com' }],
    ['another audience', { aud: 'other' }],
    ['an end that has passed', { exp: 1 }],
    ['no end', { exp: undefined }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['a subject that is too long', { sub: 'x'.repeat(256) }],
    ['none of the values of a claim', { scope: 'other' }],
    ['a signature by another key', {}, { by: 'two' }],
    ['an extension that must be understood', {}, { header: { crit: ['b64'], b64: true } }],
  ])('with %s is refused', async (_what, claims, signing) => {
    await expect(verify(await sign(claims, signing))).rejects.toEqual(refused);
  });

  test.each(['', 'x', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.'])('that is none is refused: %j', async (text) => {
    await expect(verify(text)).rejects.toEqual(refused);
  });
});
