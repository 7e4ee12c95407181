import { createPrivateKey, createPublicKey, createSecretKey, type JsonWebKey } from 'node:crypto';
import { CompactSign, compactVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { ALGORITHMS, type Algorithm } from '../../lambdas/contract/algorithms.ts';
import type { PublicKey } from '../../lambdas/signing/control-facts.ts';
import { publicKeys } from '../../lambdas/signing/keyset.ts';
import { TokenVerifier } from '../../lambdas/signing/tokens.ts';
import vectors from './vectors/rfc.json' with { type: 'json' };

/** The examples of the standards, against what we sign and verify with: the same library, keys and algorithms. */
interface Vector {
  readonly source: string;
  readonly algorithm: Algorithm;
  readonly payload: string;
  readonly jwk: JsonWebKey;
  readonly token: string;
}

const signed = vectors.signed as readonly Vector[];
const verifyingKey = ({ jwk }: Vector) =>
  jwk.k === undefined
    ? createPublicKey({ key: jwk, format: 'jwk' })
    : createSecretKey(Buffer.from(jwk.k, 'base64url'));

test('each algorithm that may sign has an example', () => {
  expect(signed.map(({ algorithm }) => algorithm).toSorted()).toEqual([...ALGORITHMS].toSorted());
});

describe.each(signed.map((vector) => [vector.source, vector] as const))('%s', (_source, vector) => {
  const { algorithm, payload, jwk, token } = vector;

  test('holds, and says what it says', async () => {
    const read = await compactVerify(token, verifyingKey(vector), { algorithms: [algorithm] });
    expect(Buffer.from(read.payload).toString()).toBe(payload);
  });

  test('holds no longer when a bit of it is another', async () => {
    for (const part of [0, 1, 2]) {
      const parts = token.split('.').map((each) => Buffer.from(each, 'base64url'));
      const bytes = parts[part];
      if (bytes !== undefined) bytes[5] = (bytes[5] ?? 0) ^ 1;
      const changed = parts.map((each) => each.toString('base64url')).join('.');
      await expect(
        compactVerify(changed, verifyingKey(vector), { algorithms: [algorithm] }),
      ).rejects.toThrow();
    }
  });

  test('is no access token of ours, even if its key were', async () => {
    const published = { kid: 'k', use: 'token', algorithm, ...(jwk.k === undefined ? { jwk } : {}) };
    const control = { version: 1, keys: [published as unknown as PublicKey], revokedKids: new Set<string>() };
    expect(await new TokenVerifier('joe').verify(token, control, 1_300_000_000)).toEqual({ kind: 'invalid' });
  });

  // Of the RSA example only the public half is kept.
  if (jwk.d === undefined && jwk.k === undefined) return;

  test('is signed the same', async () => {
    const key = jwk.k === undefined ? createPrivateKey({ key: jwk, format: 'jwk' }) : verifyingKey(vector);
    const again = await new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg: algorithm })
      .sign(key);
    await compactVerify(again, verifyingKey(vector), { algorithms: [algorithm] });
    // Ed25519 draws nothing (RFC 8032): the signature is the example's to the bit. The header of A.1 has blanks of its own.
    if (algorithm === 'EdDSA') expect(again).toBe(token);
  });
});

test(`${vectors.keys.source}: of a private key that is published, only the public half`, () => {
  const key = {
    kid: 'k',
    use: 'token',
    algorithm: 'ES256',
    createdAt: 1,
    signsFrom: 1,
    jwk: vectors.keys.private,
  } as const;
  const [published] = publicKeys({ version: 1, keys: [key] });
  expect(published?.jwk).toMatchObject(vectors.keys.public);
  expect(JSON.stringify(published)).not.toContain(vectors.keys.private.d);
  // The example's halves belong together.
  expect(
    createPublicKey(createPrivateKey({ key: vectors.keys.private, format: 'jwk' })).export({ format: 'jwk' }),
  ).toEqual(vectors.keys.public);
});

test(`${vectors.unsecured.source}: a token without a signature is no token`, async () => {
  const control = { version: 1, keys: [], revokedKids: new Set<string>() };
  expect(await new TokenVerifier('joe').verify(vectors.unsecured.token, control, 1_300_000_000)).toEqual({
    kind: 'invalid',
  });
});
