import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { RECONCILER_KEY } from '../../lambdas/kernel/item-keys.ts';
import { type Item, N, S } from '../../lambdas/kernel/items.ts';
import { entryOf, type LedgerEntry, positionOf, replayed } from '../../lambdas/ledger/entries.ts';
import { holds, KINDS, keptOf, kindOf } from '../../lambdas/ledger/kinds.ts';
import { isOneUse } from '../../lambdas/ledger/one-use.ts';
import { RIGHTS } from '../support/deployment.ts';

/** What the ledger keeps of a change, and what it makes of an item that a restore brings back. */

const AT = 1_800_000_000;
const KEY: Item = {
  PK: S('KEY#abc'),
  SK: S('KEY'),
  id: S('key_1'),
  st: S('active'),
  ha: S('hash 1'),
  xa: N(AT + 1_000),
  scp: S('read write'),
  seq: N(1),
};
const PERSON: Item = { PK: S('TENANT#t'), SK: S('USER#u'), role: S('editor'), ver: N(1) };
const EMAIL: Item = { PK: S('EMAIL#a@example.com'), SK: S('EMAIL'), userId: S('u'), passwordHash: S('old') };
const TENANT: Item = { PK: S('TENANT#t'), SK: S('TENANT'), state: S('active') };

const record = (before: Item | undefined, after: Item | undefined) =>
  ({
    dynamodb: { OldImage: before, NewImage: after, ApproximateCreationDateTime: AT },
  }) as unknown as DynamoDBRecord;

/** What becomes of an item in whose life a change came after the time of the restore. */
function recovered(restored: Item, change: Item | undefined) {
  const entry = entryOf(record(restored, change));
  return entry === undefined ? 'no entry' : replayed(restored, entry, RIGHTS);
}

describe('a key', () => {
  test.each([
    ['revoked', { st: S('revoked') }, { st: S('revoked'), ttl: expect.anything() }],
    ['disabled', { st: S('disabled') }, { st: S('disabled') }],
    ['ended sooner', { xa: N(AT + 10) }, { xa: N(AT + 10) }],
    ['given fewer scopes', { scp: S('read') }, { scp: S('read') }],
    ['bound to addresses', { ips: S('10.0.0.0/8') }, { ips: S('10.0.0.0/8') }],
    [
      'rotated',
      { ha: S('hash 2'), hb: S('hash 1'), xb: N(AT + 5) },
      { ha: S('hash 2'), hb: S('hash 1'), xb: N(AT + 5) },
    ],
  ])('that was %s is so again', (_, change, expected) => {
    expect(recovered(KEY, { ...KEY, ...change, seq: N(2) })).toEqual({ ...expected, seq: N(2) });
  });

  test.each([
    ['enabled', { ...KEY, st: S('disabled') }, { st: S('active') }],
    ['given a later end', KEY, { xa: N(AT + 9_000) }],
    ['given more scopes', { ...KEY, scp: S('read') }, { scp: S('read write') }],
    ['let in from everywhere', { ...KEY, ips: S('10.0.0.0/8') }, { ips: undefined }],
  ])('that was %s has that from a person again, not from the ledger', (_, restored, change) => {
    const changed = Object.fromEntries(
      Object.entries({ ...restored, ...change, seq: N(2) }).filter(([, value]) => value !== undefined),
    ) as Item;
    expect(recovered(restored, changed)).toEqual({ seq: N(2) });
  });

  test('of scopes that the restored ones do not cover those stay that both have', () => {
    const kept = { ...KEY, scp: S('write delete'), seq: N(2) };
    expect(recovered({ ...KEY, scp: S('read write') }, kept)).toMatchObject({ scp: S('write') });
  });

  test('that was used only has no entry, and one that has begun has none', () => {
    expect(recovered(KEY, { ...KEY, n: N(5), seen: N(AT) })).toBe('no entry');
    expect(entryOf(record(undefined, KEY))).toBeUndefined();
  });

  test('with the locator of another is another key', () => {
    expect(recovered({ ...KEY, id: S('key_2') }, { ...KEY, id: S('key_2'), st: S('revoked') })).toMatchObject(
      {
        st: S('revoked'),
      },
    );
    const entry = entryOf(record(KEY, { ...KEY, st: S('revoked') })) as LedgerEntry;
    expect(replayed({ ...KEY, id: S('key_2') }, entry, RIGHTS)).toBeUndefined();
  });

  test('that rotated again in the restored table keeps its newest slots', () => {
    const entry = entryOf(record(KEY, { ...KEY, ha: S('hash 2'), seq: N(2) })) as LedgerEntry;
    expect(replayed({ ...KEY, ha: S('hash 3'), seq: N(3) }, entry, RIGHTS)).toBeUndefined();
  });

  test('that is gone goes', () => {
    expect(recovered(KEY, undefined)).toBe('delete');
  });
});

describe('a person', () => {
  test('who was demoted is so again, with the version that sessions follow', () => {
    expect(recovered(PERSON, { ...PERSON, role: S('viewer'), ver: N(2) })).toEqual({
      role: S('viewer'),
      ver: N(2),
    });
  });

  test('who was promoted is not, and who is of an unknown role gets the smallest', () => {
    expect(recovered(PERSON, { ...PERSON, role: S('admin'), ver: N(2) })).toEqual({ ver: N(2) });
    expect(recovered({ ...PERSON, role: S('gone') }, { ...PERSON, role: S('admin'), ver: N(2) })).toEqual({
      ver: N(2),
    });
  });

  test('who was removed is so again', () => {
    expect(recovered(PERSON, undefined)).toBe('delete');
  });
});

test('a password of before the change opens nothing; the address of another person stays', () => {
  expect(recovered(EMAIL, { ...EMAIL, passwordHash: S('new') })).toEqual({ passwordHash: S('new') });
  const removed = entryOf(record(EMAIL, undefined)) as LedgerEntry;
  expect(replayed(EMAIL, removed, RIGHTS)).toBe('delete');
  expect(replayed({ ...EMAIL, userId: S('another') }, removed, RIGHTS)).toBeUndefined();
});

test('an identity of a provider that was taken from a person is nobody’s, or the other’s', () => {
  const identity = { PK: S('IDENTITY#h'), SK: S('IDENTITY'), userId: S('u'), tenantId: S('t') };
  expect(recovered(identity, undefined)).toBe('delete');
  expect(recovered(identity, { ...identity, userId: S('v') })).toEqual({ userId: S('v') });
});

test('a second factor that was removed, a recovery code that was used and a passkey that is gone open nothing', () => {
  const factors = { PK: S('USER#u'), SK: S('FACTORS'), v: N(3), factors: S('two') };
  expect(recovered(factors, { ...factors, v: N(4), factors: S('one') })).toEqual({
    v: N(4),
    factors: S('one'),
  });
  expect(recovered({ ...factors, v: N(5) }, { ...factors, v: N(4), factors: S('one') })).toBeUndefined();
  expect(recovered(factors, undefined)).toBe('delete');
  expect(recovered({ PK: S('PASSKEY#p'), SK: S('PASSKEY') }, undefined)).toBe('delete');
});

test('a session that has ended does not live again, nor does a consent or the secret of a client', () => {
  const session = { PK: S('SESSION#s'), SK: S('SESSION'), st: S('active') };
  expect(recovered(session, { ...session, st: S('ended') })).toEqual({ st: S('ended') });
  expect(recovered(session, undefined)).toEqual({ st: S('ended') });
  expect(recovered({ PK: S('USER#u'), SK: S('APP#a') }, undefined)).toBe('delete');
  const client = { PK: S('CLIENT#c'), SK: S('CLIENT'), secret: S('old') };
  expect(recovered(client, { ...client, secret: S('new') })).toEqual({ secret: S('new') });
  expect(recovered(client, undefined)).toBe('delete');
});

test('a tenant that was closed stays closed, and a workspace that was suspended stays so', () => {
  expect(recovered(TENANT, { ...TENANT, state: S('closed') })).toEqual({ state: S('closed') });
  const closed = { state: S('closed'), erasesAt: N(AT + 7) };
  expect(recovered(TENANT, { ...TENANT, ...closed })).toEqual(closed);
  expect(recovered(TENANT, undefined)).toEqual({ state: S('closed') });
  expect(recovered({ ...TENANT, state: S('suspended') }, TENANT)).toBeUndefined();
  const suspended = { suspendedWorkspaces: { SS: ['ws_1'] } };
  expect(recovered(TENANT, { ...TENANT, ...suspended })).toEqual(suspended);
});

test('a signing key that was revoked stays so, whatever was revoked before', () => {
  const control = { PK: S('CONTROL'), SK: S('CONTROL'), revokedKids: { SS: ['a'] } };
  expect(recovered(control, { ...control, revokedKids: { SS: ['a', 'b'] } })).toEqual({
    revokedKids: { SS: ['a', 'b'] },
  });
});

test('what is of no kind is not kept; each item is of one kind', () => {
  const workspace = { PK: S('TENANT#t'), SK: S('WORKSPACE#w') };
  expect(recovered(workspace, undefined)).toBe('no entry');
  for (const item of [KEY, PERSON, EMAIL, TENANT]) {
    const kinds = KINDS.filter((kind) => holds(kind, item.PK?.S ?? '', item.SK?.S ?? ''));
    expect(kinds).toHaveLength(1);
    expect(kindOf(item)).toBe(kinds[0]);
    expect(keptOf(item, kinds[0] as (typeof KINDS)[number])).not.toHaveProperty('PK');
  }
});

test('the end of a run of the reconciler is the ledger’s position', () => {
  expect(positionOf(record(undefined, { ...RECONCILER_KEY, leasedUntil: N(0) }))).toBe(AT);
  expect(positionOf(record(undefined, KEY))).toBeUndefined();
});

test('what may be used once is told by its partition', () => {
  expect(['REFRESH#x', 'CODE#x', 'SIGNIN#x'].every(isOneUse)).toBe(true);
  expect(isOneUse('KEY#x')).toBe(false);
});
