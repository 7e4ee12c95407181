import { expect, test } from 'vitest';
import * as attribute from '../../lambdas/kernel/attributes.ts';
import { N, S } from '../../lambdas/kernel/items.ts';
import { SESSION, type Session } from '../../lambdas/sessions/session.ts';
import { sessionRecord } from '../../lambdas/sessions/session-record.ts';

const session: Session = {
  ...SESSION.initial,
  sessionId: 's',
  tenantId: 't',
  userId: 'u',
  workspaceId: 'w',
  role: 'editor',
  userVersion: 3,
  authTime: 1_700_000_000,
  amr: ['pwd', 'otp', 'mfa'],
  createdAt: 1_700_000_000,
  expiresAt: 1_700_000_900,
  endsAt: 1_700_086_400,
};

test('the authorizer reads of a record what the declaration writes', () => {
  expect(sessionRecord(SESSION.item('record', session))).toEqual({
    state: 'active',
    expiresAt: session.expiresAt,
    caller: { sessionId: 's', tenantId: 't', workspaceId: 'w', userId: 'u', role: 'editor' },
  });
});

test('a session is read as it was stored, and with its last use', () => {
  const [record, row] = [SESSION.item('record', session), SESSION.item('row', session)];
  expect(SESSION.read({ record, row })).toEqual(session);
  const used = { ...record, [attribute.USED_AT]: N(7), [attribute.USED_FROM]: S('192.0.2.1') };
  expect(SESSION.read({ record: used, row }).lastUse).toEqual({ at: 7, address: '192.0.2.1' });
});
