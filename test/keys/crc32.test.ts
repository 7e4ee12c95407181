import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from '../../lambdas/keys/crc32.ts';

test('is the CRC-32 of the catalogues: their check value', () => {
  expect(crc32('123456789')).toBe(0xcbf43926);
});

test("is zlib's, for any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(crc32(text)).toBe(zlibCrc32(text));
    }),
    { numRuns: 200 },
  );
});
