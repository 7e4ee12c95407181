import { expect, test } from 'vitest';
import { INVITATION, type Invitation, statusOf } from '../../lambdas/invitations/invitation.ts';
import { S } from '../../lambdas/kernel/items.ts';
import { NOW, TENANT } from '../support/tenants.ts';

const INVITED: Invitation = {
  ...INVITATION.initial,
  id: 'invitation-1',
  tenantId: TENANT,
  email: 'grace@example.com',
  fullName: null,
  role: 'viewer',
  language: 'de',
  linkId: 'link-of-the-mail',
  createdAt: NOW,
  createdBy: 'user:ada',
  sentAt: NOW + 60,
  expiresAt: NOW + 86_400,
};

test('an invitation is open until the second in which it expires, and one that has ended stays what it is', () => {
  const at = (seconds: number, state: Invitation['state'] = 'pending') =>
    statusOf({ ...INVITED, state }, NOW + seconds);
  expect([at(0), at(86_399), at(86_400)]).toEqual(['pending', 'pending', 'expired']);
  expect([at(86_400, 'accepted'), at(86_400, 'revoked'), at(0, 'revoked')]).toEqual([
    'accepted',
    'revoked',
    'revoked',
  ]);
});

test('an invitation begins as nobody’s, and is read as it was stored', () => {
  expect(INVITED).toMatchObject({ state: 'pending', userId: null });
  const keys = { PK: S(`TENANT#${TENANT}`), SK: S('INVITATION#invitation-1') };
  for (const invitation of [
    INVITED,
    { ...INVITED, fullName: 'Grace', state: 'accepted', userId: 'u' } as const,
  ])
    expect(INVITATION.read({ item: { ...INVITATION.item('item', invitation), ...keys } })).toEqual(
      invitation,
    );
});

test('one of a state or a language that we do not know is not read', () => {
  const keys = { PK: S(`TENANT#${TENANT}`), SK: S('INVITATION#i') };
  const stored = { ...INVITATION.item('item', INVITED), ...keys };
  for (const damage of [{ st: S('open') }, { lng: S('xx') }])
    expect(() => INVITATION.read({ item: { ...stored, ...damage } })).toThrow();
});

test('neither the list nor the trail tells the link by which an invitation is accepted', () => {
  const view = INVITATION.viewAs<{
    id: string;
    email: string;
    full_name: string | null;
    role: string;
    language: Invitation['language'];
    user_id: string | null;
    created_at: string;
    created_by: string;
    sent_at: string;
    expires_at: string;
  }>();
  expect(view(INVITED, undefined)).toEqual({
    id: 'invitation-1',
    email: 'grace@example.com',
    full_name: null,
    role: 'viewer',
    language: 'de',
    user_id: null,
    created_at: '2027-01-15T08:00:48Z',
    created_by: 'user:ada',
    sent_at: '2027-01-15T08:01:48Z',
    expires_at: '2027-01-16T08:00:48Z',
  });
  expect(INVITATION.audited(INVITED, INVITATION.lasting)).toEqual({
    email: 'grace@example.com',
    full_name: null,
    role: 'viewer',
    expires_at: '2027-01-16T08:00:48Z',
  });
});
