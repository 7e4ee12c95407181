import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KeyFormat } from '../../lambdas/contract/key-format.ts';
import {
  environmentsOf,
  hashKey,
  maskedKey,
  newKey,
  newLocator,
  parseKey,
  randomBase62,
} from '../../lambdas/keys/key-format.ts';
import { PROFILES } from '../profiles/profiles.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FORMATS: readonly KeyFormat[] = [
  ...PROFILES.map(({ keys }) => keys),
  { prefix: 'sk', environments: [] },
  { prefix: 'ak', environments: ['test'] },
];

/** A format, one of its environments and a key of it. */
const issued = fc
  .constantFrom(...FORMATS)
  .chain((format) =>
    fc
      .constantFrom(...environmentsOf(format))
      .map((environment) => ({ format, environment, key: newKey(format, environment, newLocator()) })),
  );

/** An independent reading of the checksum: CRC-32 of all before it, most significant digit first. */
function checksumOf(text: string): string {
  let rest = BigInt(crc32(text));
  const digits = Array.from({ length: 6 }, () => {
    const digit = BASE62[Number(rest % 62n)] ?? '';
    rest /= 62n;
    return digit;
  });
  return digits.reverse().join('');
}

describe('the key format', () => {
  test('every key that is made is read back to its locator and environment', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FORMATS), (format) => {
        for (const environment of environmentsOf(format)) {
          const locator = newLocator();
          expect(parseKey(format, newKey(format, environment, locator))).toEqual({ locator, environment });
        }
      }),
    );
  });

  test('a key is prefix, environment, 12 + 32 + 6 characters of base62, the last six their CRC-32', () => {
    fc.assert(
      fc.property(issued, ({ format, environment, key }) => {
        const head = format.environments.length === 0 ? format.prefix : `${format.prefix}_${environment}`;
        expect(key).toMatch(new RegExp(`^${head}_[0-9A-Za-z]{50}$`));
        expect(key.slice(-6)).toBe(checksumOf(key.slice(0, -6)));
      }),
    );
  });

  test('the checksum of a known text is what any CRC-32 gives', () => {
    // The check value of CRC-32/ISO-HDLC is cbf43926 for "123456789".
    expect(crc32('123456789')).toBe(0xcbf43926);
  });

  test('an edit of any single character is refused', () => {
    fc.assert(
      fc.property(
        issued,
        fc.nat(),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
        (it, at, by) => {
          const index = at % it.key.length;
          fc.pre(it.key[index] !== by);
          const edited = it.key.slice(0, index) + by + it.key.slice(index + 1);
          expect(parseKey(it.format, edited)).toBeUndefined();
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('every single base62 substitution in one key is refused', () => {
    const format: KeyFormat = { prefix: 'lk', environments: ['live', 'test'] };
    const key = newKey(format, 'live', newLocator());
    for (let index = 0; index < key.length; index += 1) {
      for (const by of BASE62) {
        if (by === key[index]) continue;
        expect(parseKey(format, key.slice(0, index) + by + key.slice(index + 1))).toBeUndefined();
      }
    }
  });

  test('a swap of two neighbours is refused', () => {
    fc.assert(
      fc.property(issued, fc.nat(), ({ format, key }, at) => {
        const index = at % (key.length - 1);
        const [left = '', right = ''] = key.slice(index, index + 2);
        fc.pre(left !== right);
        expect(parseKey(format, key.slice(0, index) + right + left + key.slice(index + 2))).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  test('a truncated, lengthened, repeated or padded key is refused', () => {
    fc.assert(
      fc.property(issued, fc.nat(), fc.string({ minLength: 1 }), ({ format, key }, at, more) => {
        const cut = at % key.length;
        for (const other of [key.slice(0, cut), key.slice(cut + 1), key + more, more + key, key + key]) {
          expect(parseKey(format, other)).toBeUndefined();
        }
        for (const blank of [' ', '\n', '\0', '\t']) {
          expect(parseKey(format, key + blank)).toBeUndefined();
          expect(parseKey(format, blank + key)).toBeUndefined();
        }
      }),
    );
  });

  test('a key of another prefix or environment is refused even when its checksum is right', () => {
    fc.assert(
      fc.property(issued, fc.constantFrom(...FORMATS), ({ format, key }, other) => {
        fc.pre(other.prefix !== format.prefix);
        expect(parseKey(other, key)).toBeUndefined();
      }),
    );
    const both: KeyFormat = { prefix: 'mg', environments: ['live', 'test'] };
    const liveOnly: KeyFormat = { prefix: 'mg', environments: ['live'] };
    expect(parseKey(both, newKey(both, 'test', newLocator()))?.environment).toBe('test');
    expect(parseKey(liveOnly, newKey(both, 'test', newLocator()))).toBeUndefined();
    expect(parseKey({ prefix: 'mg', environments: [] }, newKey(both, 'live', newLocator()))).toBeUndefined();
  });

  test('relabelling a test key as live is refused: the checksum spans the environment', () => {
    const format: KeyFormat = { prefix: 'lk', environments: ['live', 'test'] };
    const key = newKey(format, 'test', newLocator());
    expect(parseKey(format, key.replace('_test_', '_live_'))).toBeUndefined();
  });

  test('reading never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMATS),
        fc.string({ unit: 'binary', maxLength: 200 }),
        (format, text) => {
          expect(parseKey(format, text)).toBeUndefined();
        },
      ),
    );
  });

  test('two keys of one record have nothing of the secret in common, and their masks show none of it', () => {
    const format: KeyFormat = { prefix: 'lk', environments: ['live', 'test'] };
    const locator = newLocator();
    const keys = Array.from({ length: 1000 }, () => newKey(format, 'live', locator));
    expect(new Set(keys.map((key) => hashKey(key).toString('hex'))).size).toBe(1000);
    const secret = keys[0]?.slice(-38) ?? '';
    expect(maskedKey(format, 'live', locator)).toBe(`lk_live_${locator}…`);
    expect(maskedKey(format, 'live', locator)).not.toContain(secret.slice(0, 4));
  });

  test('each character of base62 is drawn as often as any other', () => {
    const drawn = randomBase62(62_000);
    const counts = [...BASE62].map((digit) => drawn.split(digit).length - 1);
    // 1000 expected, sigma 31: six sigmas. A bias by `% 62` without rejection would give eight digits 1250.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(190);
  });
});
