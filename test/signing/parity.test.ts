import fc from 'fast-check';
import { errors, importJWK, jwtVerify, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { EMPTY_KEYSET, nextKeyset, publicKeys, signingKey } from '../../lambdas/signing/keyset.ts';
import { FORMER_AUDIENCE, TOKEN_TYPE, TokenVerifier } from '../../lambdas/signing/tokens.ts';

const NOW = 1_800_000_000;
const ISSUERS = ['https://api.example.com', 'https://old.example.com/prod'];

/** Mostly the value that is right, so that each fault is met alone too; else one that is nearly so, or none. */
const oneOf = (...values: readonly unknown[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(values[0]) },
    { weight: 1, arbitrary: fc.constantFrom(...values, undefined) },
  );
const claims = fc.record({
  sub: oneOf('u1', 'u1', 1, ''),
  tid: oneOf('t1', 't1', null),
  sid: oneOf('s1', 's1', {}),
  iss: oneOf(...ISSUERS, ISSUERS[0], [ISSUERS[0]], `${ISSUERS[0]}/`, 'https://evil.example', 7),
  aud: oneOf(FORMER_AUDIENCE, FORMER_AUDIENCE, 'another', 7),
  iat: oneOf(NOW, NOW, NOW - 9, NOW + 9, `${NOW}`, null),
  exp: fc.oneof(
    fc.constantFrom(NOW + 60, NOW),
    oneOf(NOW + 60, NOW + 1, NOW, NOW - 1, `${NOW + 60}`, null, 1e300),
  ),
  nbf: oneOf(undefined, NOW, NOW + 1, NOW - 1, `${NOW}`, null),
});
const typ = oneOf(TOKEN_TYPE, TOKEN_TYPE, 'AT+JWT', `application/${TOKEN_TYPE}`, 'JWT', `x${TOKEN_TYPE}`, '');

test('the claims of a token are judged as jose judges them', async () => {
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 3600 }, NOW);
  const key = signingKey(keyset, 'token', NOW);
  if (key === undefined) throw new Error('no key');
  const control = { version: 1, keys: publicKeys(keyset), revokedKids: new Set<string>() };
  const [privateKey, publicKey] = [
    await importJWK(key.jwk, 'ES256'),
    await importJWK(control.keys.find(({ kid }) => kid === key.kid)?.jwk ?? {}, 'ES256'),
  ];
  const joses = async (token: string) => {
    try {
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: ['ES256'],
        issuer: ISSUERS,
        audience: FORMER_AUDIENCE,
        typ: TOKEN_TYPE,
        requiredClaims: ['exp', 'iat'],
        currentDate: new Date(NOW * 1000),
      });
      const named = [payload.sub, payload.tid, payload.sid].every((claim) => typeof claim === 'string');
      return named ? 'valid' : 'invalid';
    } catch (error) {
      return error instanceof errors.JWTExpired ? 'expired' : 'invalid';
    }
  };
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(claims, typ, async (payload, type) => {
      const header = { alg: 'ES256', kid: key.kid, ...(type === undefined ? {} : { typ: type as string }) };
      const token = await new SignJWT(payload as never).setProtectedHeader(header).sign(privateKey);
      const expected = await joses(token);
      const { kind } = await new TokenVerifier(ISSUERS).verify(token, control, NOW);
      seen.add(kind);
      // A token that has expired and names nobody is nobody's: either will do.
      expect(kind === expected || [kind, expected].toSorted().join() === 'expired,invalid').toBe(true);
      expect(kind === 'valid').toBe(expected === 'valid');
    }),
    { numRuns: 2000 },
  );
  expect(seen).toEqual(new Set(['valid', 'invalid', 'expired']));
});
