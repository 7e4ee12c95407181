import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import type { Algorithm } from '../contract/algorithms.ts';

/** Makes a key that signs: a private key, or the secret that also verifies. */
export const NEW_KEY: Readonly<Record<Algorithm, () => KeyObject>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  EdDSA: () => generateKeyPairSync('ed25519').privateKey,
  // The least that RFC 7518, 3.3 allows, and what every verifier takes.
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  // As long as the hash (RFC 7518, 3.2).
  HS256: () => createSecretKey(randomBytes(32)),
};

/** The members of a JWK that are public (RFC 7518, 6.2.1 and 6.3.1; RFC 8037, 2). Null where there is no public half. */
export const PUBLIC_MEMBERS: Readonly<Record<Algorithm, readonly string[] | null>> = {
  ES256: ['kty', 'crv', 'x', 'y'],
  EdDSA: ['kty', 'crv', 'x'],
  RS256: ['kty', 'n', 'e'],
  HS256: null,
};
