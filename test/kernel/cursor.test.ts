import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CursorPlace, type Cursors, cursorsUnder } from '../../lambdas/kernel/cursor.ts';

const id = fc.uuid().map((uuid) => `key_${uuid.replaceAll('-', '')}`);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const under = (key: Buffer = randomBytes(32)): Cursors => cursorsUnder(async () => key);
const cursors = under();
const of = (tenantId: string): CursorPlace => ({ tenantId, list: 'keys' });
const refused = expect.objectContaining({
  code: 'invalid_field',
  fields: [expect.objectContaining({ field: 'cursor' })],
});

test('a cursor brings its tenant back to where the page ended, and says nothing', async () => {
  await fc.assert(
    fc.asyncProperty(id, fc.uuid(), async (position, tenant) => {
      const cursor = (await cursors.seal(position, of(tenant))) ?? '';
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(cursor.length).toBeLessThanOrEqual(200);
      expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain(position.slice(4));
      expect(await cursors.open(cursor, of(tenant))).toBe(position);
    }),
  );
});

test('the end of a list has no cursor, no cursor is the beginning, and neither takes the key', async () => {
  const without = cursorsUnder(() => Promise.reject(new Error('no key')));
  expect(await without.seal(null, of('t'))).toBeNull();
  expect(await without.open(undefined, of('t'))).toBeUndefined();
});

describe('refused', () => {
  test("is another tenant's cursor", async () => {
    const cursor = (await cursors.seal('key_1', of('t'))) ?? '';
    await expect(cursors.open(cursor, of('u'))).rejects.toEqual(refused);
  });

  test('is a cursor of another list', async () => {
    const cursor = (await cursors.seal('key_1', of('t'))) ?? '';
    await expect(cursors.open(cursor, { tenantId: 't', list: 'users' })).rejects.toEqual(refused);
  });

  test('is one that was sealed under another key', async () => {
    const cursor = (await under().seal('key_1', of('t'))) ?? '';
    await expect(cursors.open(cursor, of('t'))).rejects.toEqual(refused);
  });

  test('is one of before, which anybody could make: the text says how to go on', async () => {
    const old = 'gk2qkF9Y2K6ra2V5XzAxYTIxZDFiYmJmZDc1NGY4M2Y3MDhkMDM1ODZmMGFi';
    await expect(cursors.open(old, of('t'))).rejects.toThrow(/next_cursor as it was returned; without one/);
  });

  test('is one with any one character edited, cut off or added', async () => {
    await fc.assert(
      fc.asyncProperty(id, fc.nat(), fc.constantFrom(...ALPHABET), async (position, at, by) => {
        const cursor = (await cursors.seal(position, of('t'))) ?? '';
        const index = at % cursor.length;
        const edits = [cursor.slice(0, index), cursor + by, by + cursor, `${cursor}=`, ` ${cursor}`];
        if (cursor[index] !== by) edits.push(cursor.slice(0, index) + by + cursor.slice(index + 1));
        for (const edited of edits) await expect(cursors.open(edited, of('t'))).rejects.toEqual(refused);
      }),
      { numRuns: 300 },
    );
  });

  test('is any other text, by the name of its field', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        await expect(cursors.open(text, of('t'))).rejects.toEqual(refused);
      }),
    );
  });
});

test('without the key no cursor is taken or given; it is asked for again when the next one comes', async () => {
  let asked = 0;
  const key = randomBytes(32);
  const late = cursorsUnder(async () => {
    asked += 1;
    if (asked === 1) throw new Error('no table');
    return key;
  });
  await expect(late.seal('key_1', of('t'))).rejects.toThrow('no table');
  const cursor = (await late.seal('key_1', of('t'))) ?? '';
  expect(await late.open(cursor, of('t'))).toBe('key_1');
  expect(asked).toBe(2);
});
