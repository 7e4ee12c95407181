import { beforeEach, describe, expect, test, vi } from 'vitest';
import { NEVER } from '../../lambdas/kernel/clock.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { hashKey } from '../../lambdas/keys/key-format.ts';
import {
  type ImportContext,
  type ImportedKey,
  type Importer,
  type ImportRow,
  importRows,
  type RowOutcome,
} from '../../lambdas/transfer/import.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { type MemoryStores, memoryStores } from '../support/memory/stores.ts';
import { NOW, ORIGIN, storeTenant } from '../support/tenants.ts';

let stores: MemoryStores;
let importer: Importer;
let context: ImportContext;

beforeEach(async () => {
  stores = memoryStores();
  const { account, tenantId, workspaceId } = await storeTenant(stores);
  const { userId } = account.user;
  const origin = { actor: `user:${userId}`, requestId: 'r' };
  importer = { tenantId, workspaceId, scopes: ['admin'], origin };
  const { imports, workspaces } = stores;
  context = { imports, workspaces, profile, deployment: DEPLOYMENT, clock: () => NOW };
});

const key = (line: number, text: string, given: Partial<ImportedKey> = {}): ImportRow => ({
  kind: 'key',
  line,
  key: {
    hash: hashKey(text),
    name: text,
    environment: 'live',
    scopes: ['read'],
    expiresAt: NEVER,
    allowedBlocks: [],
    metadata: {},
    ...given,
  },
});
const workspace = (line: number, id: string): ImportRow => ({ kind: 'workspace', line, id, name: id });
const always = () => true;
const run = (
  rows: readonly ImportRow[],
  given: { dryRun?: boolean; until?: () => boolean; by?: Importer; decides?: boolean } = {},
) =>
  importRows(
    {
      rows: rows,
      dryRun: given.dryRun ?? false,
      importer: given.by ?? importer,
      ...(given.decides === undefined ? {} : { decides: given.decides }),
      hasTimeLeft: given.until ?? always,
    },
    context,
  );
const said = (outcomes: readonly RowOutcome[]) =>
  outcomes.map(({ line, status, message }) =>
    message === undefined ? [line, status] : [line, status, message],
  );

describe('an import', () => {
  test('makes workspaces and their keys, tells of each row in its order, and changes nothing when it is repeated', async () => {
    const rows: ImportRow[] = [
      key(1, 'of the second', { workspaceId: 'second' }),
      workspace(2, 'second'),
      { kind: 'refused', line: 3, id: null, message: 'is no JSON' },
      { kind: 'skipped', line: 4, id: 'x', message: 'people are not imported' },
      key(5, 'of the caller’s'),
    ];
    const rest = [
      [3, 'refused', 'is no JSON'],
      [4, 'skipped', 'people are not imported'],
    ];
    const first = await run(rows);
    expect(said(first)).toEqual([[1, 'created'], [2, 'created'], ...rest, [5, 'created']]);
    expect(said(await run(rows))).toEqual([[1, 'unchanged'], [2, 'unchanged'], ...rest, [5, 'unchanged']]);
    expect(await stores.keys.find(importer.tenantId, first[0]?.id ?? '')).toMatchObject({
      workspaceId: 'second',
      createdBy: importer.origin.actor,
      lifetimeSeconds: null,
    });
    expect((await stores.decisions().control(NOW)).importedKeys).toBe(true);
  });

  test('that is tried tells the same and writes nothing', async () => {
    const rows = [workspace(1, 'second'), key(2, 'one', { workspaceId: 'second' }), key(3, 'one')];
    const tried = await run(rows, { dryRun: true });
    expect(said(tried)).toEqual([
      [1, 'created'],
      [2, 'created'],
      [3, 'refused', 'is the key of line 2 again'],
    ]);
    expect(await stores.workspaces.list(importer.tenantId)).toHaveLength(1);
    expect((await stores.keys.page(importer.tenantId, 100)).keys).toHaveLength(1);
    expect((await stores.decisions().control(NOW)).importedKeys).toBeUndefined();
  });

  test('refuses a key that cannot be of this tenant and this contract, by the name of the field', async () => {
    const closing = { id: 'closing', tenantId: importer.tenantId, name: 'c', keys: 0, isDefault: false };
    const made = { ...closing, state: 'active', createdAt: NOW } as const;
    await stores.workspaces.create(made, ORIGIN);
    await stores.workspaces.close(made, ORIGIN, NOW);
    const outcomes = await run([
      key(1, 'a', { workspaceId: 'none' }),
      key(2, 'b', { workspaceId: 'closing' }),
      key(3, 'c', { scopes: ['read', 'fly'] }),
      workspace(4, 'closing'),
    ]);
    expect(said(outcomes)).toEqual([
      [1, 'refused', 'workspace_id: there is no workspace with this id'],
      [2, 'refused', 'workspace_id: this workspace is being deleted'],
      [3, 'refused', 'scopes: must be some of read, write, delete, admin'],
      [4, 'unchanged'],
    ]);
  });

  test('gives a key no scope that the importer has not, and what a new key has when none is named', async () => {
    importer = { ...importer, scopes: ['read', 'delete'] };
    const { scopes: _, ...unnamed } = (key(4, 'd') as ImportRow & { kind: 'key' }).key;
    const outcomes = await run([
      key(1, 'a', { scopes: ['delete', 'read'] }),
      key(2, 'b', { scopes: ['write'] }),
      key(3, 'c', { scopes: ['admin'] }),
      { kind: 'key', line: 4, key: unnamed },
    ]);
    expect(said(outcomes)).toEqual([
      [1, 'created'],
      [2, 'refused', 'scopes: you do not have write yourself'],
      [3, 'refused', 'scopes: you do not have admin yourself'],
      [4, 'created'],
    ]);
    const made = await Promise.all(
      [0, 3].map((at) => stores.keys.find(importer.tenantId, outcomes[at]?.id ?? '')),
    );
    expect(made.map((each) => each?.scopes)).toEqual([['delete', 'read'], ['read']]);
  });

  test('never revives a revoked key, nor takes another’s place', async () => {
    const [first] = await run([key(1, 'one')]);
    const made = await stores.keys.find(importer.tenantId, first?.id ?? '');
    if (made === undefined) throw new Error('The key was not made.');
    await stores.keys.revoke(made, ORIGIN, NOW);
    expect(said(await run([key(1, 'one'), key(2, 'one', { id: 'key_other' })]))).toEqual([
      [1, 'refused', 'this key has been revoked'],
      [2, 'refused', 'is the key of line 1 again'],
    ]);
    expect(said(await run([key(1, 'one', { id: 'key_other' })]))).toEqual([
      [1, 'refused', 'this id or this hash belongs to another key'],
    ]);
  });

  test('of a key that another tenant has disables it for both, and a trial tells nothing; an operator decides', async () => {
    const other = await storeTenant(stores);
    const { tenantId, workspaceId } = other;
    const theirs = { ...importer, tenantId, workspaceId };
    const rows = [key(1, 'one', { id: 'key_one' })];
    const state = async (of: string) => (await stores.keys.find(of, 'key_one'))?.state;
    await run(rows, { by: theirs });
    expect(said(await run(rows, { dryRun: true }))).toEqual([[1, 'created']]);
    expect(await state(tenantId)).toBe('active');
    const contested = [
      [1, 'refused', 'this key is claimed by another tenant too: it opens nothing until an operator decides'],
    ];
    expect(said(await run(rows))).toEqual(contested);
    expect(await state(tenantId)).toBe('disabled');
    expect(said(await run(rows, { by: theirs }))).toEqual(contested);
    expect(said(await run(rows, { by: theirs, dryRun: true }))).toEqual([[1, 'unchanged']]);
    const enabling = stores.keys.find(tenantId, 'key_one').then((one) => {
      if (one === undefined) throw new Error('The key is gone.');
      return stores.keys.change(one, { state: 'active' }, ORIGIN, NOW);
    });
    expect(await enabling).toBe(false);
    // For the one who has it, then for the other.
    expect(said(await run(rows, { by: theirs, decides: true }))).toEqual([[1, 'unchanged']]);
    expect(await state(tenantId)).toBe('active');
    expect(said(await run(rows, { dryRun: true, decides: true }))).toEqual([[1, 'created']]);
    expect(await state(tenantId)).toBe('active');
    expect(said(await run(rows, { decides: true }))).toEqual([[1, 'created']]);
    expect([await state(tenantId), await state(importer.tenantId)]).toEqual([undefined, 'active']);
  });

  test('whose time is up leaves the rest pending, and goes on with it when it is repeated', async () => {
    const rows = [
      ...Array.from({ length: 70 }, (_, index) => key(index + 1, `key ${index}`)),
      workspace(71, 'later'),
    ];
    let steps = 0;
    // The workspace comes first, then keys by 32.
    const outcomes = await run(rows, { until: () => (steps += 1) <= 2 });
    const count = (status: string) => outcomes.filter((outcome) => outcome.status === status).length;
    expect([count('created'), count('pending')]).toEqual([33, 38]);
    expect(said(await run(rows, { until: () => false })).every(([, status]) => status !== 'created')).toBe(
      true,
    );
    expect((await run(rows)).filter(({ status }) => status === 'created')).toHaveLength(38);
  });

  test('tells what the store refuses of the rows that it is about, and fails when the store does', async () => {
    const failing = (error: unknown) => {
      vi.spyOn(stores.workspaces, 'create').mockRejectedValueOnce(error);
      vi.spyOn(stores.imports, 'create').mockRejectedValueOnce(error);
    };
    failing(new Problem('limit_reached', { message: 'There are too many.' }));
    const rows = [workspace(1, 'mine'), key(2, 'one'), key(3, 'two', { workspaceId: 'mine' })];
    expect(said(await run(rows))).toEqual([
      [1, 'refused', 'There are too many.'],
      [2, 'refused', 'There are too many.'],
      [3, 'refused', 'workspace_id: there is no workspace with this id'],
    ]);
    failing(new Problem('unavailable'));
    await expect(run([workspace(1, 'mine')])).rejects.toMatchObject({ code: 'unavailable' });
  });
});
