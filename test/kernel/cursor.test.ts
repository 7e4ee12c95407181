import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCursor, sealCursor } from '../../lambdas/kernel/cursor.ts';

const id = fc.uuid().map((uuid) => `key_${uuid.replaceAll('-', '')}`);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

test('a cursor brings its tenant back to where the page ended', () => {
  fc.assert(
    fc.property(id, fc.uuid(), (key, tenant) => {
      const cursor = sealCursor(key, tenant) ?? '';
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(cursor.length).toBeLessThanOrEqual(200);
      expect(openCursor(cursor, tenant)).toBe(key);
    }),
  );
});

test('the end of a list has no cursor, and no cursor is the beginning', () => {
  expect(sealCursor(null, 't')).toBeNull();
  expect(openCursor(undefined, 't')).toBeUndefined();
});

test("another tenant's cursor is refused", () => {
  fc.assert(
    fc.property(id, fc.uuid(), fc.uuid(), (key, tenant, other) => {
      fc.pre(tenant !== other);
      expect(() => openCursor(sealCursor(key, tenant) ?? '', other)).toThrow(/^cursor: /);
    }),
  );
});

test('a cursor with any one character edited, cut off or added is refused', () => {
  fc.assert(
    fc.property(id, fc.nat(), fc.constantFrom(...ALPHABET), (key, at, by) => {
      const cursor = sealCursor(key, 't') ?? '';
      const index = at % cursor.length;
      const edits = [cursor.slice(0, index), cursor + by, by + cursor, `${cursor}=`, ` ${cursor}`];
      if (cursor[index] !== by) edits.push(cursor.slice(0, index) + by + cursor.slice(index + 1));
      for (const edited of edits) expect(() => openCursor(edited, 't')).toThrow(/^cursor: /);
    }),
    { numRuns: 500 },
  );
});

test('any other text is refused by the name of its field, and nothing else is thrown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(() => openCursor(text, 't')).toThrow(expect.objectContaining({ code: 'invalid_field' }));
    }),
  );
});
