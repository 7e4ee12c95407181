import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeNote } from '../../lambdas/audit/change-note.ts';
import { scopesText } from '../../lambdas/contract/scopes.ts';
import { type AddressBlock, packBlocks, parseBlock } from '../../lambdas/kernel/address.ts';
import { callerIdLength } from '../../lambdas/keys/note-room.ts';

/** Bytes of lists and the caller's id that fit beside all else in a record of 1 KB. */
const ROOM = 419;
const block = (text: string): AddressBlock => {
  const parsed = parseBlock(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const V4 = block('192.0.2.0/24');
const V6 = block('2001:db8::/32');

/** The caller's request id as the note of a change has it. */
const noted = (key: Parameters<typeof callerIdLength>[0], callerRequestId: string) =>
  changeNote({ actor: 'user:u', requestId: 'r', callerRequestId }, 'update', callerIdLength(key)).M?.own_id
    ?.S;

test('a caller’s request id is kept, of a common length whole and of a long one the beginning', () => {
  const key = { scopes: ['read', 'write'], allowedBlocks: [V4] };
  const id = crypto.randomUUID();
  expect(noted(key, id)).toBe(id);
  expect(noted(key, 'x'.repeat(200))).toBe('x'.repeat(64));
});

test('beside lists that fill the record no part of it is, and the note has no empty field', () => {
  const scopes = Array.from({ length: 40 }, (_, index) => `scope-number-${index}`);
  const full = { scopes, allowedBlocks: Array.from({ length: 20 }, () => V6) };
  expect(noted(full, 'abc')).toBeUndefined();
});

test('whatever a key has, its lists and the id keep to the room, which is used to the last byte', () => {
  const lists = fc.record({
    scopes: fc.array(fc.stringMatching(/^[a-zé]{1,30}$/), { maxLength: 30 }),
    allowedBlocks: fc.array(fc.constantFrom(V4, V6), { maxLength: 20 }),
  });
  fc.assert(
    fc.property(lists, (key) => {
      const bytes = Buffer.byteLength(scopesText(key.scopes)) + packBlocks(key.allowedBlocks).length;
      const length = callerIdLength(key);
      expect(length).toBeGreaterThanOrEqual(0);
      expect(length).toBeLessThanOrEqual(64);
      if (length > 0) expect(bytes + length).toBeLessThanOrEqual(ROOM);
      if (length < 64) expect(bytes + length).toBeGreaterThanOrEqual(ROOM);
    }),
  );
});
