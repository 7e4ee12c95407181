import { expect, test } from 'vitest';
import { changeNote, notedOrigin } from '../../lambdas/audit/change-note.ts';
import {
  type AuditFilter,
  type AuditRow,
  auditEntry,
  originOf,
  passes,
  visibleTo,
} from '../../lambdas/audit/entries.ts';
import { withoutPerson } from '../../lambdas/erasure/redaction.ts';

const origin = { actor: 'user:ada', requestId: 'r', address: '192.0.2.7' };
const row: AuditRow = {
  seq: 1,
  ...auditEntry({
    action: 'key.update',
    target: 'key:k',
    origin,
    at: 100,
    before: { name: 'a' },
    after: { name: 'b' },
  }),
};

test('an entry says who did what to what, when and from where; the system is nowhere', () => {
  expect(row).toMatchObject({ actor: 'user:ada', action: 'key.update', at: 100, address: '192.0.2.7' });
  const system = { actor: 'system', requestId: 'r' };
  const revoked = { action: 'key.revoke', target: 'key:k', at: 100, before: null, after: null } as const;
  expect(auditEntry({ ...revoked, origin: system }).address).toBeNull();
  const common = { tenantId: 't', workspaceId: 'w', scopes: [], environment: 'live' } as const;
  expect(originOf({ kind: 'key', keyId: 'k', ...common }, { requestId: 'r' })).toEqual({
    actor: 'key:k',
    requestId: 'r',
  });
});

test('a page is the maker of its token, for whom it says; an erasure takes that with the rest', () => {
  const common = { tenantId: 't', workspaceId: 'w', scopes: [], environment: 'live' } as const;
  const page = { kind: 'key', keyId: 'k', ...common, embed: { subject: 'customer-7' } } as const;
  const of = originOf(page, { requestId: 'r', callerRequestId: 'c'.repeat(128) });
  expect(of).toMatchObject({ actor: 'key:k', subject: 'customer-7' });
  expect(originOf({ ...page, embed: { subject: null } }, { requestId: 'r' })).not.toHaveProperty('subject');
  // On the note of a hot record it comes before the caller's request id, which has the room that is left.
  const note = changeNote(of, 'create', 16).M ?? {};
  expect(notedOrigin(note)).toEqual({ ...of, callerRequestId: 'cccccc' });
  expect(notedOrigin(changeNote(of, 'create', 3).M ?? {})).not.toHaveProperty('callerRequestId');
  const written = { ...row, subject: 'ada@example.com' };
  const gone = (who: { userId: string; addresses: Set<string> }) => withoutPerson(written, who).subject;
  expect(gone({ userId: 'ada', addresses: new Set() })).toBeNull();
  expect(gone({ userId: 'bob', addresses: new Set(['ada@example.com']) })).toBeNull();
  expect(gone({ userId: 'bob', addresses: new Set(['bob@example.com']) })).toBe('ada@example.com');
});

test.each<[AuditFilter, boolean]>([
  [{}, true],
  [{ actor: 'user:ada' }, true],
  [{ actor: 'user' }, false],
  [{ action: 'key.update' }, true],
  [{ action: 'key' }, true],
  [{ action: 'ke' }, false],
  [{ target: 'key:k' }, true],
  [{ target: 'key:other' }, false],
  [{ from: 100 }, true],
  [{ from: 101 }, false],
  [{ until: 101 }, true],
  [{ until: 100 }, false],
  [{ actor: 'user:ada', action: 'user' }, false],
])('the filter %j lets an entry pass: %s', (filter, isWanted) => {
  expect(passes(row, filter)).toBe(isWanted);
});

test('an entry about many is found by each of them', () => {
  const many: AuditRow = {
    seq: 2,
    ...auditEntry({
      action: 'key.import',
      target: 'import:r',
      origin,
      at: 100,
      before: null,
      after: { targets: ['key:a', 'key:b'] },
    }),
  };
  expect(passes(many, { target: 'key:b' })).toBe(true);
  expect(passes(many, { target: 'key:c' })).toBe(false);
});

test('a person reads the whole trail of the tenant, and a key that of its own workspace alone', () => {
  const common = { tenantId: 't', workspaceId: 'w', scopes: [], environment: 'live' } as const;
  const key = visibleTo({ kind: 'key', keyId: 'k', ...common });
  const person = visibleTo({ kind: 'user', userId: 'u', sessionId: 's', role: 'admin', ...common });
  const rows = ['w', 'another', null].map((workspaceId) => ({ ...row, workspaceId }));
  expect(rows.map((each) => passes(each, key))).toEqual([true, false, false]);
  expect(rows.map((each) => passes(each, person))).toEqual([true, true, true]);
  // What a caller asks for narrows it, and never widens.
  expect(passes({ ...row, workspaceId: 'another' }, { ...key, action: 'key' })).toBe(false);
});
