import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ASSERTION_SECONDS,
  asPublished,
  EMPTY_KEYSET,
  JWKS_MAX_AGE_SECONDS,
  type Keyset,
  type KeysetPlan,
  nextKeyset,
  PUBLICATION_SECONDS,
  parseKeyset,
  publication,
  publicKeys,
  type SigningKey,
  signingKey,
  signingKeyset,
} from '../../lambdas/signing/keyset.ts';

const START = 1_800_000_000;
const USES = ['token', 'oauth', 'assertion'] as const;
const plan = fc.record({
  tokenAlgorithm: fc.constantFrom('ES256' as const, 'HS256' as const, 'EdDSA' as const),
  tokenSeconds: fc.integer({ min: 60, max: 604_800 }),
});

/** Seconds between rotations: in a burst, about the publication time, and far apart. */
const pauses = fc.array(fc.oneof(fc.nat(900), fc.nat(100_000), fc.nat(1_000_000)), {
  minLength: 1,
  maxLength: 8,
});

/** The keyset after each rotation, and when it was. */
async function rotations(
  rotationPlan: KeysetPlan,
  after: readonly number[],
): Promise<{ at: number; keyset: Keyset }[]> {
  const history: { at: number; keyset: Keyset }[] = [];
  let at = START;
  for (const pause of [0, ...after]) {
    at += pause;
    history.push({ at, keyset: await nextKeyset(history.at(-1)?.keyset ?? EMPTY_KEYSET, rotationPlan, at) });
  }
  return history;
}

describe('the keyset', () => {
  test('no rotation drops a key while anything that it signed can be valid', async () => {
    await fc.assert(
      fc.asyncProperty(plan, pauses, async (rotationPlan, after) => {
        const history = await rotations(rotationPlan, after);
        for (const [index, { at, keyset }] of history.entries()) {
          const next = history[index + 1];
          // The moments at which what signs may change, up to the next rotation.
          const until = next?.at ?? at + 2_000_000;
          const moments = [
            at,
            until - 1,
            ...keyset.keys.flatMap(({ signsFrom }) => [signsFrom - 1, signsFrom]),
          ];
          for (const moment of moments.filter((one) => one >= at && one < until)) {
            for (const use of USES) {
              const signer = signingKey(keyset, use, moment);
              expect(signer, 'something can always sign').toBeDefined();
              const validSeconds = use === 'assertion' ? ASSERTION_SECONDS : rotationPlan.tokenSeconds;
              for (const later of history.slice(index + 1)) {
                if (later.at > moment + validSeconds) break;
                expect(later.keyset.keys.map(({ kid }) => kid)).toContain(signer?.kid);
              }
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a new key signs only after it has been published for long enough; the first one signs at once', async () => {
    expect(PUBLICATION_SECONDS).toBeGreaterThanOrEqual(2 * JWKS_MAX_AGE_SECONDS);
    await fc.assert(
      fc.asyncProperty(plan, pauses, async (rotationPlan, after) => {
        const history = await rotations(rotationPlan, after);
        const publishedAt = new Map<string, number>();
        for (const [index, { at, keyset }] of history.entries()) {
          for (const { kid, signsFrom } of keyset.keys.filter(({ kid }) => !publishedAt.has(kid))) {
            expect(signsFrom).toBe(index === 0 ? at : at + PUBLICATION_SECONDS);
            publishedAt.set(kid, at);
          }
        }
        for (const { at, keyset } of history.slice(1)) {
          for (const use of USES) {
            for (const moment of [at, at + 1, at + PUBLICATION_SECONDS - 1, at + PUBLICATION_SECONDS]) {
              const signer = signingKey(keyset, use, moment);
              const published = publishedAt.get(signer?.kid ?? '') ?? Infinity;
              expect(published === START || moment - published >= PUBLICATION_SECONDS).toBe(true);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('each rotation counts the version up by one and adds a key of each use', async () => {
    const history = await rotations({ tokenAlgorithm: 'HS256', tokenSeconds: 3600 }, [10, 10, 1_000_000]);
    expect(history.map(({ keyset }) => keyset.version)).toEqual([1, 2, 3, 4]);
    for (const { at, keyset } of history) {
      const added = keyset.keys.filter(({ createdAt }) => createdAt === at);
      expect(added.map(({ use, algorithm }) => `${use} ${algorithm}`)).toEqual([
        'token HS256',
        'oauth ES256',
        'assertion ES256',
      ]);
    }
  });

  test('dead keys go, so that the secret does not grow for ever', async () => {
    const rotationPlan = { tokenAlgorithm: 'ES256', tokenSeconds: 3600 } as const;
    const history = await rotations(
      rotationPlan,
      Array.from({ length: 10 }, () => 86_400),
    );
    expect(history.at(-1)?.keyset.keys.length).toBeLessThanOrEqual(6);
  });

  test('changing the algorithm keeps the old keys until their tokens are over', async () => {
    const first = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 3600 }, START);
    const second = await nextKeyset(first, { tokenAlgorithm: 'HS256', tokenSeconds: 3600 }, START + 10);
    expect(signingKey(second, 'token', START + 10)?.algorithm).toBe('ES256');
    expect(signingKey(second, 'token', START + 10 + PUBLICATION_SECONDS)?.algorithm).toBe('HS256');
    expect(publicKeys(second).filter(({ use }) => use === 'token')).toHaveLength(2);
  });

  test('what is published holds no private member, whatever stands in the key', () => {
    const secret = fc.string({ minLength: 12, maxLength: 12 }).map((text) => `secret:${text}`);
    const members = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv', 'anything'];
    const jwk = fc.tuple(secret, fc.subarray(members)).map(([value, names]) => ({
      kty: 'EC',
      crv: 'P-256',
      x: 'x',
      y: 'y',
      ...Object.fromEntries(names.map((name) => [name, value])),
    }));
    const key = fc.record({
      kid: fc.uuid(),
      use: fc.constantFrom(...USES),
      algorithm: fc.constantFrom('ES256' as const, 'HS256' as const, 'EdDSA' as const),
      createdAt: fc.nat(),
      signsFrom: fc.nat(),
      jwk,
    });
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        const published = publicKeys({ version: 1, keys: keys as SigningKey[] });
        expect(JSON.stringify(published)).not.toContain('secret:');
        for (const one of published) {
          expect(Object.keys(one).sort()).toEqual(
            one.algorithm === 'HS256'
              ? ['algorithm', 'createdAt', 'kid', 'signsFrom', 'use']
              : ['algorithm', 'createdAt', 'jwk', 'kid', 'signsFrom', 'use'],
          );
          if (one.jwk !== undefined)
            expect(Object.keys(one.jwk).sort()).toEqual(
              one.algorithm === 'EdDSA' ? ['crv', 'kty', 'x'] : ['crv', 'kty', 'x', 'y'],
            );
        }
      }),
    );
  });

  test('of real keysets no private value is published', async () => {
    for (const tokenAlgorithm of ['ES256', 'HS256'] as const) {
      const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm, tokenSeconds: 60 }, START);
      const published = JSON.stringify(publicKeys(keyset));
      for (const { jwk } of keyset.keys) {
        const secrets = [jwk.d, jwk.k].filter((value) => value !== undefined);
        expect(secrets).toHaveLength(1);
        for (const value of secrets) expect(published).not.toContain(value);
      }
    }
  });

  test('a keyset survives the secret, and what the secret holds before the first rotation is the empty one', async () => {
    const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 60 }, START);
    expect(parseKeyset(JSON.stringify(keyset))).toEqual(keyset);
    expect(parseKeyset('{}')).toEqual(EMPTY_KEYSET);
    expect(parseKeyset('{"version":null,"keys":null}')).toEqual(EMPTY_KEYSET);
    for (const text of ['', 'x-private', '{"keys":[{"d":x-private}]}', 'null', '[]', '"x-private"'])
      expect(() => parseKeyset(text), text).toThrow('The secret holds no keyset: it is no JSON object.');
    expect(signingKey(EMPTY_KEYSET, 'token', START)).toBeUndefined();
  });
});

describe('what is published of a keyset', () => {
  const plan = { tokenAlgorithm: 'ES256', tokenSeconds: 900 } as const;
  const control = (keys: ReturnType<typeof publicKeys>, revoked: readonly string[] = []) => ({
    version: 1,
    keys,
    revokedKids: new Set(revoked),
  });

  test('signs; what is not, or is revoked, signs nothing', async () => {
    const keyset = await nextKeyset(EMPTY_KEYSET, plan, START);
    const published = publicKeys(keyset);
    const kid = signingKey(keyset, 'token', START)?.kid ?? '';
    expect(signingKey(signingKeyset(keyset, control(published)), 'token', START)?.kid).toBe(kid);
    expect(signingKeyset(keyset, control([])).keys).toEqual([]);
    const signs = signingKeyset(keyset, control(published, [kid]));
    expect(signingKey(signs, 'token', START)).toBeUndefined();
    expect(signingKey(signs, 'assertion', START)).toBeDefined();
  });

  test('late signs as long after its publication as it was meant to after its making, and keeps that date', async () => {
    const first = await nextKeyset(EMPTY_KEYSET, plan, START);
    const next = await nextKeyset(first, plan, START + 1000);
    const late = publication(next, publicKeys(first), START + 5000);
    const dates = new Map(late.map(({ kid, signsFrom }) => [kid, signsFrom]));
    for (const { kid, signsFrom } of first.keys) expect(dates.get(kid)).toBe(signsFrom);
    const added = next.keys.filter(({ kid }) => !first.keys.some((key) => key.kid === kid));
    for (const { kid } of added) expect(dates.get(kid)).toBe(START + 5000 + PUBLICATION_SECONDS);
    expect(publication(next, late, START + 9000)).toEqual(late);
    for (const { kid, signsFrom } of asPublished(next, late).keys) expect(dates.get(kid)).toBe(signsFrom);
  });
});
