import type { Role } from '../contract/scopes.ts';
import { timestamp } from '../kernel/clock.ts';
import { text as textOf } from '../kernel/items.ts';
import { type ChangeOf, defineRecord } from '../kernel/record.ts';
import { choice, number, optionalText, readOff, text } from '../kernel/stored.ts';
import { LANGUAGE_NAMES, type Language } from '../pages/languages.ts';

const STATES = ['pending', 'accepted', 'revoked'] as const;

/** Somebody who is asked to become a person of a tenant. Times are Unix seconds. */
export interface Invitation {
  readonly id: string;
  readonly tenantId: string;
  readonly email: string;
  readonly fullName: string | null;
  readonly role: Role;
  /** Of the mail. */
  readonly language: Language;
  /** The link of the latest mail; no other accepts it. */
  readonly linkId: string;
  readonly state: (typeof STATES)[number];
  /** The person who has accepted it. */
  readonly userId: string | null;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly sentAt: number;
  readonly expiresAt: number;
}

const shownTime = (at: number) => timestamp(at) ?? '';

/** The fields of an invitation (CONTRIBUTING, "Add a field"): one item, `TENANT#<t>` / `INVITATION#<id>`. */
export const INVITATION = defineRecord<Invitation, 'item'>()({
  id: {
    on: 'item',
    stored: readOff((item) => textOf(item, 'SK').slice('INVITATION#'.length)),
    view: 'id',
  },
  tenantId: { on: 'item', stored: readOff((item) => textOf(item, 'PK').slice('TENANT#'.length)) },
  email: { on: 'item', stored: text('email'), view: 'email', audit: 'email' },
  fullName: { on: 'item', stored: optionalText('fullName'), view: 'full_name', audit: 'full_name' },
  role: { on: 'item', stored: text('role'), view: 'role', audit: 'role' },
  language: { on: 'item', stored: choice('lng', LANGUAGE_NAMES), view: 'language' },
  linkId: { on: 'item', stored: text('lnk'), patch: 'by rule' },
  state: { on: 'item', stored: choice('st', STATES), initial: 'pending', patch: 'by rule' },
  userId: {
    on: 'item',
    stored: optionalText('userId'),
    initial: null,
    patch: 'by rule',
    view: 'user_id',
  },
  createdAt: { on: 'item', stored: number('createdAt'), view: { created_at: shownTime } },
  createdBy: { on: 'item', stored: text('createdBy'), view: 'created_by' },
  sentAt: { on: 'item', stored: number('sentAt'), patch: 'by rule', view: { sent_at: shownTime } },
  expiresAt: {
    on: 'item',
    stored: number('xa'),
    patch: 'by rule',
    view: { expires_at: shownTime },
    audit: { expires_at: shownTime },
  },
});

export type InvitationChange = ChangeOf<typeof INVITATION>;

/** Whether it can still be accepted, and what has become of it else. */
export function statusOf({ state, expiresAt }: Invitation, now: number): Invitation['state'] | 'expired' {
  return state === 'pending' && expiresAt <= now ? 'expired' : state;
}
