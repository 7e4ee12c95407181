import { EMAIL_VERIFIED, FACTORS, PERSON_VERSION } from '../kernel/attributes.ts';
import { timestamp } from '../kernel/clock.ts';
import { text as textOf } from '../kernel/items.ts';
import { type AskedOf, type ChangeOf, defineRecord } from '../kernel/record.ts';
import { flag, number, numberUnlessZero, optionalText, readOff, text, textList } from '../kernel/stored.ts';
import type { User } from '../sessions/user.ts';

/** A person as their tenant's administrators see them. */
export interface Person extends User {
  readonly emailVerified: boolean;
  readonly version: number;
  readonly factors: readonly string[];
  /** Unix seconds. */
  readonly createdAt: number;
  /** Null for who onboarded. */
  readonly createdBy: string | null;
}

/** The fields of a person (CONTRIBUTING, "Add a field"): one item, `TENANT#<t>` / `USER#<u>`. */
export const PERSON = defineRecord<Person, 'row'>()({
  userId: { on: 'row', stored: readOff((item) => textOf(item, 'SK').slice('USER#'.length)), view: 'id' },
  tenantId: { on: 'row', stored: readOff((item) => textOf(item, 'PK').slice('TENANT#'.length)) },
  email: { on: 'row', stored: text('email'), view: 'email', audit: 'email' },
  emailVerified: { on: 'row', stored: flag(EMAIL_VERIFIED), initial: false, view: 'email_verified' },
  fullName: {
    on: 'row',
    stored: optionalText('fullName'),
    patch: true,
    view: 'full_name',
    audit: 'full_name',
  },
  role: { on: 'row', stored: text('role'), patch: true, view: 'role', audit: 'role' },
  version: { on: 'row', stored: numberUnlessZero(PERSON_VERSION), initial: 0 },
  factors: {
    on: 'row',
    stored: textList(FACTORS),
    initial: [],
    view: { factors: (kinds) => [...kinds] },
  },
  createdAt: { on: 'row', stored: number('createdAt'), view: { created_at: (at) => timestamp(at) ?? '' } },
  createdBy: { on: 'row', stored: optionalText('createdBy'), view: 'created_by' },
});

/** Fields of requests for a person, taken as they are. */
export type PersonFields = AskedOf<typeof PERSON>;

/** A change of a person; absent fields stay. */
export type PersonChange = ChangeOf<typeof PERSON>;
