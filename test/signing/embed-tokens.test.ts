import { decodeJwt, decodeProtectedHeader, importJWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { ALGORITHMS } from '../../lambdas/contract/algorithms.ts';
import type { ControlFacts } from '../../lambdas/signing/control-facts.ts';
import {
  EMPTY_KEYSET,
  type Keyset,
  nextKeyset,
  publicKeys,
  signingKey,
} from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { EMBED_AUDIENCE, EMBED_TYPE, TOKEN_TYPE, TokenVerifier } from '../../lambdas/signing/tokens.ts';

const ISSUER = 'https://api.example.com';
const NOW = 1_800_000_000;
const PERSON = { userId: 'u1', tenantId: 't1', sessionId: 's1', workspaceId: 'w1' };
const KEY = { keyId: 'k1', tenantId: 't1', locator: 'l', keyMark: Buffer.from('mark') };
const EMBED = { scopes: ['read', 'write'], subject: 'customer-7' };
const invalid = { kind: 'invalid' };

describe.each(ALGORITHMS)('embed tokens signed with %s', (algorithm) => {
  let keyset: Keyset;
  let signer: Signer;
  let verifier: TokenVerifier;
  let control: ControlFacts;
  let forge: (claims: object, typ?: string) => Promise<string>;
  const verify = (token: string, takes: boolean, now = NOW) => verifier.verify(token, control, now, takes);

  beforeAll(async () => {
    keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: algorithm, tokenSeconds: 3600 }, NOW);
    control = {
      version: keyset.version,
      keys: publicKeys(keyset),
      revokedKids: new Set(),
      importedKeys: false,
    };
    const key = signingKey(keyset, 'token', NOW);
    if (key === undefined) throw new Error('no key');
    signer = new Signer(
      async () => keyset,
      ISSUER,
      () => NOW,
    );
    verifier = new TokenVerifier(ISSUER, async () => Buffer.from(key.jwk.k ?? '', 'base64url'));
    const material = await importJWK(key.jwk, key.algorithm);
    forge = (claims, typ = EMBED_TYPE) =>
      new SignJWT({
        sub: 'u1',
        tid: 't1',
        sid: 's1',
        wid: 'w1',
        scope: 'read',
        iss: ISSUER,
        aud: EMBED_AUDIENCE,
        iat: NOW,
        exp: NOW + 600,
        ...claims,
      })
        .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ })
        .sign(material);
  });

  test('are valid where they are asked for, until their last second, and say whose they are', async () => {
    const ofPerson = await signer.embedToken(PERSON, EMBED, 600);
    const ofKey = await signer.embedToken(KEY, { ...EMBED, subject: null }, 600);
    expect(await verify(ofPerson, true)).toEqual({ kind: 'valid', claims: { ...PERSON, embed: EMBED } });
    expect(await verify(ofKey, true)).toEqual({
      kind: 'valid',
      claims: { ...KEY, scopes: EMBED.scopes, embed: { ...EMBED, subject: null } },
    });
    expect(await verify(ofPerson, true, NOW + 599)).toMatchObject({ kind: 'valid' });
    expect(await verify(ofPerson, true, NOW + 600)).toEqual({ kind: 'expired' });
    expect(decodeProtectedHeader(ofPerson).typ).toBe(EMBED_TYPE);
    expect(decodeJwt(ofPerson)).toMatchObject({ aud: EMBED_AUDIENCE, iss: ISSUER, exp: NOW + 600 });
  });

  test('are invalid everywhere else, by default and after they were proven', async () => {
    const token = await signer.embedToken(PERSON, EMBED, 600);
    expect(await verifier.verify(token, control, NOW)).toEqual(invalid);
    expect(await verify(token, true)).toMatchObject({ kind: 'valid' });
    expect(await verifier.verify(token, control, NOW)).toEqual(invalid);
    expect(await verify(token, false, NOW + 600)).toEqual(invalid);
  });

  test('and access tokens never stand for each other, whatever one of the two says', async () => {
    expect(await verify(await forge({}), true)).toMatchObject({ kind: 'valid' });
    for (const [claims, typ] of [
      [{}, TOKEN_TYPE],
      [{ aud: ISSUER }, EMBED_TYPE],
      [{ aud: 'latchkey' }, EMBED_TYPE],
      [{ aud: [EMBED_AUDIENCE, ISSUER] }, EMBED_TYPE],
      [{}, 'JWT'],
      [{}, 'application/latchkey-embed+jwt'],
      [{}, 'LATCHKEY-EMBED+JWT'],
      [{ iss: 'https://other.example' }, EMBED_TYPE],
    ] as const)
      expect(await verify(await forge(claims, typ), true)).toEqual(invalid);
    const access = await signer.accessToken(PERSON, 60);
    expect(await verify(access, true)).toEqual({ kind: 'valid', claims: PERSON });
    expect(await verify(access, false)).toEqual({ kind: 'valid', claims: PERSON });
  });
});
