import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { createLocalJWKSet, exportJWK, importJWK, jwtVerify, SignJWT } from 'jose';
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
import { NEW_KEY } from '../../lambdas/signing/new-key.ts';
import { ASSERTION_AUDIENCE, ASSERTION_TYPE, Signer } from '../../lambdas/signing/signer.ts';
import { FORMER_AUDIENCE, TOKEN_TYPE, TokenVerifier } from '../../lambdas/signing/tokens.ts';

const ISSUER = 'https://api.example.com';
const NOW = 1_800_000_000;
const CLAIMS = { userId: 'u1', tenantId: 't1', sessionId: 's1' };
const PAYLOAD = {
  sub: 'u1',
  tid: 't1',
  sid: 's1',
  iss: ISSUER,
  aud: FORMER_AUDIENCE,
  iat: NOW,
  exp: NOW + 3600,
};

function controlOf(keyset: Keyset, revoked: readonly string[] = []): ControlFacts {
  return { version: keyset.version, keys: publicKeys(keyset), revokedKids: new Set(revoked) };
}

/** A token of any header and payload with the signature that `sign` makes of it. */
function forge(
  header: unknown,
  payload: unknown,
  sign: (input: string) => Buffer = () => Buffer.alloc(0),
): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${sign(input).toString('base64url')}`;
}

const invalid = { kind: 'invalid' };
const valid = { kind: 'valid', claims: CLAIMS };

describe.each(ALGORITHMS)('access tokens signed with %s', (algorithm) => {
  let keyset: Keyset;
  let kid: string;
  let verifier: TokenVerifier;
  let privateKey: Awaited<ReturnType<typeof importJWK>>;
  const verify = (token: string, now = NOW, control = controlOf(keyset)) =>
    verifier.verify(token, control, now);
  const sign = (payload: Record<string, unknown> = PAYLOAD, header: object = {}) =>
    new SignJWT(payload)
      .setProtectedHeader({ alg: algorithm, kid, typ: TOKEN_TYPE, ...header })
      .sign(privateKey);

  beforeAll(async () => {
    keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: algorithm, tokenSeconds: 3600 }, NOW);
    const key = signingKey(keyset, 'token', NOW);
    if (key === undefined) throw new Error('no key');
    kid = key.kid;
    privateKey = await importJWK(key.jwk, algorithm);
    verifier = new TokenVerifier(ISSUER, async (asked) =>
      asked === kid && key.jwk.k !== undefined ? Buffer.from(key.jwk.k, 'base64url') : undefined,
    );
  });

  test('what the signer signs is valid until its last second, and says whose it is', async () => {
    const token = await new Signer(
      async () => keyset,
      ISSUER,
      () => NOW,
    ).accessToken(CLAIMS, 60);
    expect(await verify(token)).toEqual(valid);
    expect(await verify(token, NOW + 59)).toEqual(valid);
    expect(await verify(token, NOW + 60)).toEqual({ kind: 'expired' });
  });

  test('the token that the other cases break is itself valid', async () => {
    expect(await verify(await sign())).toEqual(valid);
  });

  test('alg none is refused, in every spelling, with and without a signature', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      expect(await verify(forge({ alg, kid, typ: TOKEN_TYPE }, PAYLOAD))).toEqual(invalid);
      const signed = await sign();
      const [, payload, signature] = signed.split('.');
      const header = Buffer.from(JSON.stringify({ alg, kid, typ: TOKEN_TYPE })).toString('base64url');
      expect(await verify(`${header}.${payload}.${signature}`)).toEqual(invalid);
    }
  });

  test('a signature removed or taken from another token is refused', async () => {
    const token = await sign();
    const other = await sign({ ...PAYLOAD, sub: 'u2' });
    expect(await verify(token.slice(0, token.lastIndexOf('.') + 1))).toEqual(invalid);
    expect(
      await verify(token.slice(0, token.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'))),
    ).toEqual(invalid);
  });

  test('any change of a signed part is refused', async () => {
    const token = await sign();
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    await fc.assert(
      fc.asyncProperty(fc.nat(token.lastIndexOf('.') - 1), fc.constantFrom(...alphabet), async (at, by) => {
        fc.pre(token[at] !== by && token[at] !== '.');
        expect(await verify(token.slice(0, at) + by + token.slice(at + 1))).toEqual(invalid);
      }),
      { numRuns: 300 },
    );
  });

  test('a truncated token is refused at every length', async () => {
    const token = await sign();
    for (let length = 0; length < token.length; length += 3) {
      expect(await verify(token.slice(0, length))).toEqual(invalid);
    }
  });

  test('another key under the same kid is refused', async () => {
    const other = NEW_KEY[algorithm]();
    const token = await new SignJWT(PAYLOAD)
      .setProtectedHeader({ alg: algorithm, kid, typ: TOKEN_TYPE })
      .sign(other);
    expect(await verify(token)).toEqual(invalid);
  });

  test.each<[string, unknown]>([
    ['absent', undefined],
    ['empty', ''],
    ['a path', '../../../../dev/null'],
    ['a path to us', '/.well-known/jwks.json'],
    ['a URL', 'https://attacker.example/jwks.json'],
    ['an injection', "x' OR '1'='1"],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['null', null],
    ['a number', 0],
    ['true', true],
    ['an object', { kid: 'x' }],
    ['a forged one', '00000000-0000-4000-8000-000000000000'],
  ])('a kid that is %s is refused', async (_name, foreign) => {
    const token = forge({ alg: algorithm, typ: TOKEN_TYPE, kid: foreign }, PAYLOAD, () => randomBytes(64));
    expect(await verify(token)).toEqual(invalid);
    // The empty HS256 secret is what a file that cannot be read would give.
    const emptySecret = (input: string) => createHmac('sha256', '').update(input).digest();
    expect(
      await verify(forge({ alg: 'HS256', typ: TOKEN_TYPE, kid: foreign }, PAYLOAD, emptySecret)),
    ).toEqual(invalid);
  });

  test('a kid in an array, or the key of another use, is refused', async () => {
    const assertionKid = keyset.keys.find(({ use }) => use === 'assertion')?.kid;
    expect(await verify(forge({ alg: algorithm, typ: TOKEN_TYPE, kid: [kid] }, PAYLOAD))).toEqual(invalid);
    expect(await verify(await sign(PAYLOAD, { kid: assertionKid }))).toEqual(invalid);
  });

  test('a token that the key of the assertions signed is refused, whatever it claims', async () => {
    const key = signingKey(keyset, 'assertion', NOW);
    const token = await new SignJWT(PAYLOAD)
      .setProtectedHeader({ alg: 'ES256', kid: key?.kid ?? '', typ: TOKEN_TYPE })
      .sign(await importJWK(key?.jwk ?? {}, 'ES256'));
    expect(await verify(token)).toEqual(invalid);
  });

  test('a revoked kid is refused', async () => {
    expect(await verify(await sign(), NOW, controlOf(keyset, [kid]))).toEqual(invalid);
    expect(await verify(await sign(), NOW, controlOf(keyset, ['another']))).toEqual(valid);
  });

  test('before the first rotation, when nothing is published, no token is valid', async () => {
    expect(await verify(await sign(), NOW, { version: 0, keys: [], revokedKids: new Set() })).toEqual(
      invalid,
    );
  });

  test.each<[string, Record<string, unknown>]>([
    ['the issuer is another', { ...PAYLOAD, iss: 'https://evil.example' }],
    ['the issuer has a slash more', { ...PAYLOAD, iss: `${ISSUER}/` }],
    ['the issuer is missing', { ...PAYLOAD, iss: undefined }],
    ['the audience is another', { ...PAYLOAD, aud: 'another' }],
    ["the audience is the assertion's", { ...PAYLOAD, aud: ASSERTION_AUDIENCE }],
    ['the audience is missing', { ...PAYLOAD, aud: undefined }],
    ['exp is missing', { ...PAYLOAD, exp: undefined }],
    ['iat is missing', { ...PAYLOAD, iat: undefined }],
    ['exp is no number', { ...PAYLOAD, exp: '9999999999' }],
    ['iat is no number', { ...PAYLOAD, iat: 'x' }],
    ['nbf lies ahead', { ...PAYLOAD, nbf: NOW + 1 }],
    ['sub is missing', { ...PAYLOAD, sub: undefined }],
    ['sub is no text', { ...PAYLOAD, sub: 5 }],
    ['tid is missing', { ...PAYLOAD, tid: undefined }],
    ['sid is an array', { ...PAYLOAD, sid: ['s1'] }],
  ])('a properly signed token is refused when %s', async (_name, payload) => {
    expect(await verify(await sign(payload))).toEqual(invalid);
  });

  test('while the API moves to another URL, tokens of both are accepted, and of no third', async () => {
    const key = signingKey(keyset, 'token', NOW);
    const moving = new TokenVerifier(['https://new.example.com', ISSUER], async () =>
      key?.jwk.k === undefined ? undefined : Buffer.from(key.jwk.k, 'base64url'),
    );
    const verdict = async (iss: string | undefined) =>
      moving.verify(await sign({ ...PAYLOAD, iss }), controlOf(keyset), NOW);
    expect(await verdict(ISSUER)).toEqual(valid);
    expect(await verdict('https://new.example.com')).toEqual(valid);
    for (const iss of ['https://evil.example', `${ISSUER} https://new.example.com`, '', undefined])
      expect(await verdict(iss)).toEqual(invalid);
  });

  test('an expired token is told apart only when its signature holds', async () => {
    const expired = { ...PAYLOAD, exp: NOW - 1 };
    expect(await verify(await sign(expired))).toEqual({ kind: 'expired' });
    expect(
      await verify(forge({ alg: algorithm, kid, typ: TOKEN_TYPE }, expired, () => randomBytes(64))),
    ).toEqual(invalid);
    expect(await verify(await sign({ ...expired, iss: 'https://evil.example' }))).toEqual(invalid);
  });

  test.each([['JWT'], ['jwt'], [ASSERTION_TYPE], [''], [undefined]])(
    'the type %s is refused',
    async (typ) => {
      expect(await verify(await sign(PAYLOAD, { typ }))).toEqual(invalid);
    },
  );

  test('an assertion to the upstream is no access token', async () => {
    const signer = new Signer(
      async () => keyset,
      ISSUER,
      () => NOW,
    );
    expect(await verify(await signer.assertion({ ...PAYLOAD }))).toEqual(invalid);
  });

  test('a header that demands an extension is refused', async () => {
    const token = await new SignJWT(PAYLOAD)
      .setProtectedHeader({ alg: algorithm, kid, typ: TOKEN_TYPE, crit: ['urn:x'], 'urn:x': 1 })
      .sign(privateKey, { crit: { 'urn:x': true } });
    expect(await verify(token)).toEqual(invalid);
  });

  test('keys that the header brings along or points at are ignored', async () => {
    const attacker = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const brought = {
      jwk: await exportJWK(attacker.publicKey),
      jku: 'https://attacker.example/jwks.json',
      x5u: 'https://attacker.example/cert.pem',
      x5c: ['MIIB'],
    };
    const forged = await new SignJWT(PAYLOAD)
      .setProtectedHeader({ alg: 'ES256', kid, typ: TOKEN_TYPE, ...brought })
      .sign(attacker.privateKey);
    expect(await verify(forged)).toEqual(invalid);
    const withoutKid = await new SignJWT(PAYLOAD)
      .setProtectedHeader({ alg: 'ES256', typ: TOKEN_TYPE, ...brought })
      .sign(attacker.privateKey);
    expect(await verify(withoutKid)).toEqual(invalid);
    expect(await verify(await sign(PAYLOAD, brought))).toEqual(valid);
  });

  test('100 KB of token are answered, valid or not', async () => {
    expect(await verify(await sign({ ...PAYLOAD, more: 'x'.repeat(100_000) }))).toEqual(valid);
    expect(await verify('x'.repeat(100_000))).toEqual(invalid);
    expect(await verify(`${'x'.repeat(100_000)}.y.z`)).toEqual(invalid);
    expect(await verify(forge({ alg: algorithm, kid, pad: 'x'.repeat(100_000) }, PAYLOAD))).toEqual(invalid);
  });

  test('no text makes the verifier throw', async () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
      fc.base64String(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
        expect(await verify(parts.join('.'))).toEqual(invalid);
      }),
      { numRuns: 500 },
    );
  });
});

describe('algorithms are the key’s and never the header’s', () => {
  test('HS256 with the public key as its secret is refused, in every form in which it is published', async () => {
    const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 60 }, NOW);
    const control = controlOf(keyset);
    const published = control.keys.find(({ use }) => use === 'token');
    const publicKey: KeyObject = createPublicKey({ key: published?.jwk ?? {}, format: 'jwk' });
    const secrets = [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(published?.jwk),
      Buffer.from(published?.jwk?.x ?? '', 'base64url'),
    ];
    for (const verifier of [
      new TokenVerifier(ISSUER),
      new TokenVerifier(ISSUER, async () => randomBytes(32)),
    ]) {
      for (const secret of secrets) {
        const token = forge({ alg: 'HS256', kid: published?.kid, typ: TOKEN_TYPE }, PAYLOAD, (input) =>
          createHmac('sha256', secret).update(input).digest(),
        );
        expect(await verifier.verify(token, control, NOW)).toEqual(invalid);
      }
    }
  });

  test('another HMAC with the right secret is refused', async () => {
    const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'HS256', tokenSeconds: 60 }, NOW);
    const key = signingKey(keyset, 'token', NOW);
    const secret = Buffer.concat([Buffer.from(key?.jwk.k ?? '', 'base64url'), Buffer.alloc(32)]);
    const verifier = new TokenVerifier(ISSUER, async () => secret);
    for (const alg of ['HS384', 'HS512']) {
      const token = await new SignJWT(PAYLOAD)
        .setProtectedHeader({ alg, kid: key?.kid ?? '', typ: TOKEN_TYPE })
        .sign(Buffer.concat([secret, secret]));
      expect(await verifier.verify(token, controlOf(keyset), NOW)).toEqual(invalid);
    }
  });

  test('an HS256 token is refused where the secret is not to be had', async () => {
    const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'HS256', tokenSeconds: 60 }, NOW);
    const token = await new Signer(
      async () => keyset,
      ISSUER,
      () => NOW,
    ).accessToken(CLAIMS, 60);
    expect(await new TokenVerifier(ISSUER).verify(token, controlOf(keyset), NOW)).toEqual(invalid);
    expect(
      await new TokenVerifier(ISSUER, async () => undefined).verify(token, controlOf(keyset), NOW),
    ).toEqual(invalid);
  });

  test('a secret that cannot be read is an error, and never an answer', async () => {
    const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'HS256', tokenSeconds: 60 }, NOW);
    const token = await new Signer(
      async () => keyset,
      ISSUER,
      () => NOW,
    ).accessToken(CLAIMS, 60);
    const failing = new TokenVerifier(ISSUER, () => Promise.reject(new Error('down')));
    await expect(failing.verify(token, controlOf(keyset), NOW)).rejects.toThrow('down');
  });
});

describe('assertions to the upstream', () => {
  test.each(['ES256', 'HS256'] as const)(
    'verify by the JWKS alone where tokens are %s',
    async (tokenAlgorithm) => {
      const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm, tokenSeconds: 60 }, NOW);
      const signer = new Signer(
        async () => keyset,
        ISSUER,
        () => NOW,
      );
      const assertion = await signer.assertion({ sub: 'key:k', tenant: 't', method: 'GET', path: '/v1/x' });
      // What a stranger has: the published document.
      const jwks = createLocalJWKSet({
        keys: publicKeys(keyset).flatMap(({ kid, algorithm, jwk }) =>
          jwk === undefined ? [] : [{ ...jwk, kty: jwk.kty ?? '', kid, alg: algorithm, use: 'sig' }],
        ),
      });
      const check = {
        issuer: ISSUER,
        audience: 'latchkey-upstream',
        typ: 'latchkey-assertion+jwt',
        algorithms: ['ES256'],
      };
      const { payload } = await jwtVerify(assertion, jwks, {
        ...check,
        currentDate: new Date((NOW + 59) * 1000),
      });
      expect(payload).toMatchObject({
        sub: 'key:k',
        tenant: 't',
        method: 'GET',
        path: '/v1/x',
        exp: NOW + 60,
      });
      const late = { ...check, currentDate: new Date((NOW + 60) * 1000) };
      await expect(jwtVerify(assertion, jwks, late)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
    },
  );

  test('an access token is no assertion', async () => {
    const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 60 }, NOW);
    const token = await new Signer(
      async () => keyset,
      ISSUER,
      () => NOW,
    ).accessToken(CLAIMS, 60);
    const jwks = createLocalJWKSet({
      keys: publicKeys(keyset).flatMap(({ kid, jwk }) =>
        jwk === undefined ? [] : [{ ...jwk, kty: jwk.kty ?? '', kid }],
      ),
    });
    const options = { audience: ASSERTION_AUDIENCE, currentDate: new Date(NOW * 1000) };
    await expect(jwtVerify(token, jwks, options)).rejects.toMatchObject({
      code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    });
  });

  test('claims of the caller cannot replace issuer, audience or lifetime', async () => {
    const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 60 }, NOW);
    const signer = new Signer(
      async () => keyset,
      ISSUER,
      () => NOW,
    );
    const assertion = await signer.assertion({ iss: 'x', aud: 'y', exp: NOW + 10_000, iat: 0 });
    const payload = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString());
    expect(payload).toEqual({ iss: ISSUER, aud: ASSERTION_AUDIENCE, exp: NOW + 60, iat: NOW });
  });

  test('without a key that may sign, nothing is signed', async () => {
    const signer = new Signer(
      async () => EMPTY_KEYSET,
      ISSUER,
      () => NOW,
    );
    await expect(signer.assertion({})).rejects.toMatchObject({ code: 'unavailable' });
  });
});
