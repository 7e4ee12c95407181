import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type AuditFilter, auditEntry } from '../../lambdas/audit/entries.ts';
import { AuditTrail, ROWS_A_TRANSACTION } from '../../lambdas/audit/trail-store.ts';
import { auditKey } from '../../lambdas/kernel/item-keys.ts';
import { STREAM_SECONDS } from '../../lambdas/kernel/stream-records.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import { engineClient } from '../support/dynamodb-engine.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

interface Told {
  readonly at?: number;
  readonly actor?: string;
}

/** A trail with these rows. */
async function trailOf(tenantId: string, rows: readonly Told[]): Promise<void> {
  const trail = new AuditTrail(store.table);
  const entries = rows.map(({ at = NOW, actor = 'user:ada' }) =>
    auditEntry({
      action: 'workspace.update',
      target: 'workspace:w',
      origin: { actor, requestId: 'r' },
      at,
      before: null,
      after: null,
    }),
  );
  for (let start = 0; start < entries.length; start += ROWS_A_TRANSACTION)
    await trail.commit(tenantId, entries.slice(start, start + ROWS_A_TRANSACTION), []);
}

/** A reader of trails, and how often it has called the table. */
function counted() {
  const client = engineClient(store.engine.endpoint);
  const calls = vi.spyOn(client, 'call');
  return { trail: new AuditTrail(new Table(store.table.name, client)), calls };
}

/** The numbers of a page's rows, where the next page begins, and the calls that it took. */
async function read(tenantId: string, limit: number, filter: AuditFilter = {}) {
  const { trail, calls } = counted();
  const { rows, next } = await trail.page(tenantId, limit, 0, filter);
  return { numbers: rows.map(({ seq }) => seq), next, calls: calls.mock.calls.length };
}

/** The numbers on all pages of this size. */
async function numbersByPage(tenantId: string, limit: number, filter: AuditFilter): Promise<number[]> {
  const { trail } = counted();
  const numbers: number[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page = await trail.page(tenantId, limit, after, filter);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    numbers.push(...page.rows.map(({ seq }) => seq));
    after = page.next;
  }
  return numbers;
}

const BEN = { actor: 'user:ben' };
const numbersTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a page with a filter', () => {
  /** What the filter passes stands alone, in a row, in a run that is longer than a read, and at both ends. */
  const isBens = (seq: number) => seq % 97 === 1 || seq % 50 < 2 || (seq > 700 && seq < 950) || seq === 1203;
  const bens = numbersTo(1203).filter(isBens);
  beforeAll(async () => {
    await trailOf(
      'long',
      numbersTo(1203).map((seq) => (isBens(seq) ? BEN : {})),
    );
    await trailOf(
      'late',
      numbersTo(1100).map((seq) => (seq < 100 ? BEN : {})),
    );
  });

  test.each([1, 2, 7, 100, 1000])('by %i, each row comes once and in order', async (limit) => {
    expect(await numbersByPage('long', limit, BEN)).toEqual(bens);
  });

  test('of one that passes nothing takes ten calls, and looks at a thousand rows', async () => {
    const nobody = { actor: 'user:nobody' };
    expect(await read('long', 1, nobody)).toEqual({ numbers: [], next: 1000, calls: 10 });
    expect(await numbersByPage('long', 1, nobody)).toEqual([]);
  });

  test('that lacks one row takes ten calls', async () => {
    expect(await read('late', 100, BEN)).toEqual({ numbers: numbersTo(99), next: 1000, calls: 10 });
  });

  test('that is full stands at the row that filled it', async () => {
    expect(await read('late', 7, BEN)).toEqual({ numbers: numbersTo(7), next: 7, calls: 1 });
  });

  test('of times reads as much', async () => {
    expect(await read('late', 1, { until: NOW })).toEqual({ numbers: [], next: 1000, calls: 10 });
  });
});

test('a page without a filter reads what is asked for', async () => {
  await trailOf(
    'plain',
    numbersTo(250).map(() => ({})),
  );
  const { trail, calls } = counted();
  expect(await trail.page('plain', 120, 0, {})).toMatchObject({ next: 120 });
  expect(calls.mock.calls.map(([, input]) => input)).toMatchObject([{ Limit: 100 }, { Limit: 20 }]);
  expect(await numbersByPage('plain', 100, {})).toEqual(numbersTo(250));
});

describe('a page from a time on', () => {
  const DAY = 86_400;
  const COUNT = 4000;
  /** A row every fifteen minutes, but for a burst of one time; the stream was late with each seventh, by up to a day. */
  const rows = numbersTo(COUNT).map((seq) => {
    const written = NOW - (COUNT - (seq > 2000 && seq < 2400 ? 2000 : seq)) * 900;
    return { seq, at: written - (seq % 7 === 0 ? (seq * 7919) % STREAM_SECONDS : 0) };
  });
  /** Of the oldest TTL has removed all, and of those after them some. */
  const isKept = (seq: number) => seq > 900 || (seq > 600 && seq % 3 === 0);
  const kept = rows.filter(({ seq }) => isKept(seq));
  beforeAll(async () => {
    await trailOf('old', rows);
    for (const { seq } of rows) if (!isKept(seq)) await store.table.delete(auditKey('old', seq));
  });
  const since = (from: number) => kept.filter(({ at }) => at >= from).map(({ seq }) => seq);

  test('has the newest rows at once, in few calls', async () => {
    const from = NOW - 3600;
    const page = await read('old', 1000, { from });
    expect(page).toMatchObject({ numbers: since(from), next: null });
    expect(page.numbers).toHaveLength(4);
    expect(page.calls).toBeLessThanOrEqual(12);
  });

  test.each([1, 7, 1000])('by %i, misses none that was recorded late and repeats none', async (limit) => {
    const from = NOW - 3 * DAY;
    expect(await numbersByPage('old', limit, { from })).toEqual(since(from));
  });

  test('begins right wherever that is: at a row, beside it, in a burst, before all and after all', async () => {
    const times = rows.filter(({ seq }) => seq % 449 === 0 || seq === 2000).flatMap(({ at }) => [at, at + 1]);
    for (const from of [0, ...times, NOW, NOW + DAY, NOW + 30 * DAY])
      expect(await numbersByPage('old', 1000, { from })).toEqual(since(from));
  });

  test('goes on from its cursor, and looks for no beginning there', async () => {
    const { trail, calls } = counted();
    const { rows: found } = await trail.page('old', 3, 3990, { from: NOW - 3600 });
    expect(found.map(({ seq }) => seq)).toEqual([3996, 3998, 3999]);
    expect(calls).toHaveBeenCalledOnce();
  });

  test('of a trail that begins later, or has no row, looks at the first row only', async () => {
    await trailOf(
      'new',
      numbersTo(20).map(() => ({})),
    );
    expect(await read('new', 100, { from: NOW })).toEqual({ numbers: numbersTo(20), next: null, calls: 2 });
    expect(await read('none', 100, { from: NOW })).toEqual({ numbers: [], next: null, calls: 2 });
  });

  test('of a trail whose newest rows have expired has none of what was before', async () => {
    await trailOf(
      'quiet',
      numbersTo(400).map(() => ({ at: NOW - 400 * DAY })),
    );
    for (const seq of numbersTo(400)) if (seq > 100) await store.table.delete(auditKey('quiet', seq));
    expect(await read('quiet', 100, { from: NOW })).toMatchObject({ numbers: [], next: null });
  });
});
