import { beforeEach, describe, expect, test } from 'vitest';
import type { ControlFacts } from '../../lambdas/signing/control-facts.ts';
import { EMPTY_KEYSET, nextKeyset, publicKeys } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { TokenVerifier } from '../../lambdas/signing/tokens.ts';

const ISSUER = 'https://api.example.com';
const NOW = 1_800_000_000;
const CLAIMS = { userId: 'u1', tenantId: 't1', sessionId: 's1' };

describe('a token that the instance has proven before', () => {
  let control: ControlFacts;
  let token: string;
  let verifier: TokenVerifier;

  beforeEach(async () => {
    const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 3600 }, NOW);
    const signer = new Signer(
      async () => keyset,
      ISSUER,
      () => NOW,
    );
    control = { version: 1, keys: publicKeys(keyset), revokedKids: new Set() };
    token = await signer.accessToken(CLAIMS, 60);
    verifier = new TokenVerifier(ISSUER);
    expect(await verifier.verify(token, control, NOW)).toEqual({ kind: 'valid', claims: CLAIMS });
  });

  test('says the same again, and expires to the second', async () => {
    expect(await verifier.verify(token, control, NOW + 59)).toEqual({ kind: 'valid', claims: CLAIMS });
    expect(await verifier.verify(token, control, NOW + 60)).toEqual({ kind: 'expired' });
  });

  test('is invalid as soon as its kid is revoked or no longer published', async () => {
    const kids = control.keys.map(({ kid }) => kid);
    const revoked = { ...control, revokedKids: new Set(kids) };
    expect(await verifier.verify(token, revoked, NOW)).toEqual({ kind: 'invalid' });
    expect(await verifier.verify(token, { ...control, keys: [] }, NOW)).toEqual({ kind: 'invalid' });
  });

  test('lends its proof to no other: one changed character of the signature is refused', async () => {
    const other = `${token.slice(0, -10)}${token.at(-10) === 'A' ? 'B' : 'A'}${token.slice(-9)}`;
    expect(await verifier.verify(other, control, NOW)).toEqual({ kind: 'invalid' });
  });

  test('is proven to the verifier of its own issuer alone', async () => {
    const other = new TokenVerifier('https://other.example');
    expect(await other.verify(token, control, NOW)).toEqual({ kind: 'invalid' });
  });
});
