import { describe, expect, test } from 'vitest';
import { N, S } from '../../lambdas/kernel/items.ts';
import { type ChangeOf, defineRecord, type NewOf } from '../../lambdas/kernel/record.ts';
import { number, optionalText, readOff, text } from '../../lambdas/kernel/stored.ts';
import { joinedUpdate, updateExpression } from '../../lambdas/kernel/update.ts';

interface Book {
  readonly id: string;
  readonly title: string;
  readonly note: string | null;
  readonly pages: number;
  readonly lent: boolean;
}

const BOOK = defineRecord<Book, 'shelf' | 'desk', { readonly shout: string }>()({
  id: { on: 'shelf', alsoOn: 'desk', stored: text('id'), view: 'id' },
  title: {
    on: 'shelf',
    stored: text('t'),
    patch: true,
    view: { name: (title, { shout }) => title + shout },
    audit: 'name',
  },
  note: {
    on: 'desk',
    stored: optionalText('note'),
    initial: null,
    patch: true,
    view: 'remark',
    audit: 'remark',
  },
  pages: {
    on: 'desk',
    stored: number('n'),
    patch: 'by rule',
    audit: { pages: String },
    auditChangesOnly: true,
  },
  lent: {
    on: 'shelf',
    stored: readOff((item) => item.by !== undefined),
    initial: false,
    view: { is_lent: (lent) => lent, is_free: (lent) => !lent },
  },
});

const book: Book = { id: 'b', title: 'Emma', note: null, pages: 474, lent: false };

describe('a record', () => {
  test('is stored on its items and read off them, what is absent too', () => {
    const [shelf, desk] = [BOOK.item('shelf', book), BOOK.item('desk', book)];
    expect(shelf).toEqual({ id: S('b'), t: S('Emma') });
    expect(desk).toEqual({ id: S('b'), n: N(474) });
    expect(BOOK.read({ shelf, desk })).toEqual(book);
    expect(BOOK.read({ shelf: { ...shelf, by: S('you') }, desk: { ...desk, note: S('old') } })).toEqual({
      ...book,
      note: 'old',
      lent: true,
    });
    expect(() => BOOK.read({ shelf: {}, desk })).toThrow('lacks id');
  });

  test('begins with its initial values', () => {
    const begun: NewOf<typeof BOOK> = { id: 'b', title: 'Emma', pages: 474 };
    const made: Book = { ...BOOK.initial, ...begun };
    expect(made).toEqual(book);
  });

  test('changes by what the update of its items writes, and by nothing else', () => {
    const change: ChangeOf<typeof BOOK> = { title: 'Persuasion', note: null };
    expect(BOOK.update('shelf', change)).toEqual({
      set: ['#t = :t'],
      remove: [],
      names: { '#t': 't' },
      values: { ':t': S('Persuasion') },
    });
    expect(BOOK.update('desk', change)).toMatchObject({ set: [], remove: ['#note'] });
    expect(BOOK.changed(book, change)).toEqual({ ...book, title: 'Persuasion' });
    const forged = { ...change, id: 'another', lent: true };
    expect(BOOK.update('shelf', forged).set).toEqual(['#t = :t']);
    expect(BOOK.changed(book, forged)).toEqual({ ...book, title: 'Persuasion' });
    expect([BOOK.patched('shelf', change), BOOK.patched('desk', change), BOOK.patched('desk')]).toEqual([
      ['title'],
      ['note'],
      ['note', 'pages'],
    ]);
  });

  test('is asked for by the names of its view', () => {
    const name: string = BOOK.asked({ name: 'Emma' }).title;
    expect(name).toBe('Emma');
    expect(BOOK.asked({ name: 'Emma', remark: undefined })).toEqual({ title: 'Emma' });
    expect(BOOK.asked({ remark: null })).toEqual({ note: null });
  });

  test('is shown and told by other names', () => {
    interface Shown {
      readonly id: string;
      readonly name: string;
      readonly remark: string | null;
      readonly is_lent: boolean;
      readonly is_free: boolean;
    }
    const view = BOOK.viewAs<Shown>();
    const shown = { id: 'b', name: 'Emma!', remark: null, is_lent: false, is_free: true };
    expect(view(book, { shout: '!' })).toEqual(shown);
    expect(Object.keys(view(book, { shout: '!' }))).toEqual(Object.keys(shown));
    expect(BOOK.audited(book, BOOK.lasting)).toEqual({ name: 'Emma', remark: null });
    expect(BOOK.audited({ pages: 1 }, ['pages'])).toEqual({ pages: '1' });
    expect(BOOK.auditedItem('desk', { n: N(3) })).toEqual({ remark: null, pages: '3' });
  });

  test('of which a field is not declared, or a patch not written, does not compile', () => {
    const field = { on: 'shelf', stored: text('id') } as const;
    // @ts-expect-error: `title` is not declared.
    defineRecord<Pick<Book, 'id' | 'title'>, 'shelf'>()({ id: field });
    // @ts-expect-error: the entity has no `author`.
    defineRecord<Pick<Book, 'id'>, 'shelf'>()({ id: field, author: field });
    // @ts-expect-error: a number is not stored as text.
    defineRecord<Pick<Book, 'pages'>, 'shelf'>()({ pages: field });
    defineRecord<Pick<Book, 'lent'>, 'shelf'>()({
      // @ts-expect-error: nobody writes what is read off others.
      lent: { on: 'shelf', stored: readOff(() => true), patch: true, view: 'lent' },
    });
    defineRecord<Pick<Book, 'id'>, 'shelf'>()({
      // @ts-expect-error: a request could not name it.
      id: { ...field, patch: true },
    });
    // @ts-expect-error: no patch of `id` is declared.
    BOOK.update('shelf', { id: 'x' });
    // @ts-expect-error: no field is called `colour`.
    BOOK.asked({ name: 'Emma', colour: 'red' });
    // @ts-expect-error: `note` may be null.
    BOOK.asked({ remark: 1 });
    // @ts-expect-error: the schema lacks `remark` and the rest.
    BOOK.viewAs<{ id: string; name: string }>();
    // @ts-expect-error: the schema has `colour` besides.
    BOOK.viewAs<{
      id: string;
      name: string;
      remark: string | null;
      is_lent: boolean;
      is_free: boolean;
      colour: string;
    }>();
    // @ts-expect-error: `is_free` is no text.
    BOOK.viewAs<{ id: string; name: string; remark: string | null; is_lent: boolean; is_free: string }>();
  });
});

test('an update joins its parts and leaves out what DynamoDB does not take empty', () => {
  const update = joinedUpdate(
    { set: ['a = :a'], values: { ':a': N(1) } },
    {},
    { remove: ['#b'], names: { '#b': 'b' } },
    { set: ['c = a'] },
  );
  expect(updateExpression(update)).toEqual({
    UpdateExpression: 'SET a = :a, c = a REMOVE #b',
    ExpressionAttributeNames: { '#b': 'b' },
    ExpressionAttributeValues: { ':a': N(1) },
  });
  expect(updateExpression(joinedUpdate({ remove: ['b'] }))).toEqual({ UpdateExpression: 'REMOVE b' });
});
