import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type AuditFilter, auditEntry } from '../../lambdas/audit/entries.ts';
import { AuditTrail, ROWS_A_TRANSACTION } from '../../lambdas/audit/trail-store.ts';
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
