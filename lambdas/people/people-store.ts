import { changeNote } from '../audit/change-note.ts';
import { type AuditEntry, type AuditedChange, auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import type { Rights } from '../contract/rights.ts';
import type { Role } from '../contract/scopes.ts';
import { erasePersonWrite } from '../erasure/erasure-store.ts';
import { forgetFactors } from '../factors/factor-store.ts';
import { completing } from '../idempotency/claim-store.ts';
import * as attribute from '../kernel/attributes.ts';
import type { Completes } from '../kernel/claim.ts';
import { emailKey, factorsKey, tenantKey, userKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { ConditionsFailed, type Table, type TransactionWrite } from '../kernel/table.ts';
import { joinedUpdate, updateExpression } from '../kernel/update.ts';
import { linkedMailWrites, mailWrite } from '../mail/outbox-store.ts';
import type { UserStanding } from '../sessions/sessions.ts';
import { claimAddress } from './account-store.ts';
import { identityItems } from './exchange-store.ts';
import {
  type NewPerson,
  noPerson,
  type PasswordChange,
  type PeoplePage,
  type PeopleStore,
} from './people.ts';
import { PERSON, type Person, type PersonChange } from './person.ts';
import { countPeople } from './role-count-store.ts';

/** How often a change of a person begins anew because another came first. */
const ATTEMPTS = 10;

/** Writes of another room in the transaction that makes a person, and their rows of the audit trail. */
export interface Besides {
  /** Before all others, so that their problems are told first. */
  readonly writes: readonly TransactionWrite[];
  readonly entries: readonly AuditEntry[];
}

/** The people of tenants: their rows, their addresses, and how many there are of each role. */
export class DynamoPeopleStore implements PeopleStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;
  readonly #managers: readonly Role[];

  constructor(table: Table, { peopleManagers }: Pick<Rights, 'peopleManagers'>) {
    this.#table = table;
    this.#managers = peopleManagers;
    this.#audit = new AuditTrail(table);
  }

  async page(tenantId: string, limit: number, after?: string): Promise<PeoplePage> {
    const { items, more } = await this.#table.query(
      `TENANT#${tenantId}`,
      'USER#',
      limit,
      after === undefined ? undefined : `USER#${after}`,
    );
    const people = items.map((row) => PERSON.read({ row }));
    return { people, next: more ? (people.at(-1)?.userId ?? null) : null };
  }

  async find(tenantId: string, userId: string): Promise<Person | undefined> {
    const row = await this.#table.get(userKey(tenantId, userId));
    return row === undefined ? undefined : PERSON.read({ row });
  }

  async create(
    { user, passwordHash, identity, verification, createdAt }: NewPerson,
    origin: ChangeOrigin & Completes<Person>,
    besides: Besides = { writes: [], entries: [] },
  ): Promise<void> {
    const tenant = await this.#table.get(tenantKey(user.tenantId));
    if (tenant === undefined) throw noPerson();
    const created: Person = { ...PERSON.initial, ...user, createdAt, createdBy: origin.actor };
    const isNew = { ConditionExpression: 'attribute_not_exists(PK)' };
    const writes: readonly TransactionWrite[] = [
      ...besides.writes,
      ...completing(origin, created),
      ...(identity === undefined
        ? []
        : identityItems(identity, user, true, createdAt).map((Item) => ({
            Put: { Item, ...isNew },
            otherwise: new Problem('conflicting_state'),
          }))),
      claimAddress(
        {
          ...emailKey(user.email),
          tenantId: S(user.tenantId),
          userId: S(user.userId),
          workspaceId: S(text(tenant, 'defaultWorkspace')),
          ...(passwordHash === null ? {} : { passwordHash: S(passwordHash) }),
        },
        createdAt,
      ),
      {
        Put: {
          Item: { ...userKey(user.tenantId, user.userId), ...PERSON.item('row', created) },
          ...isNew,
        },
      },
      countPeople(user.tenantId, { to: user.role }, this.#managers),
      ...(verification === undefined ? [] : linkedMailWrites(verification)),
    ];
    const entry = auditEntry({
      action: 'user.create',
      target: `user:${user.userId}`,
      origin,
      at: createdAt,
      before: null,
      after: PERSON.audited(created, PERSON.lasting),
    });
    await this.#audit.commit(user.tenantId, [entry, ...besides.entries], writes);
  }

  async change(seen: Person, change: PersonChange, origin: ChangeOrigin, now: number): Promise<Person> {
    return this.#onPresent(seen, async (before) => {
      const fields = PERSON.patched('row', change);
      const after = PERSON.changed(before, change);
      if (fields.every((field) => after[field] === before[field])) return before;
      const isNewRole = after.role !== before.role;
      const version = before.version + (isNewRole ? 1 : 0);
      const { condition, ...asRead } = asSeen(before);
      const followed = {
        set: [`${attribute.PERSON_VERSION} = :version`, `${attribute.CHANGE} = :change`],
        values: { ':version': N(version), ':change': changeNote(origin, 'role') },
      };
      const update: TransactionWrite = {
        Update: {
          Key: userKey(before.tenantId, before.userId),
          ...updateExpression(joinedUpdate(PERSON.update('row', change), isNewRole ? followed : {}, asRead)),
          ConditionExpression: condition,
        },
      };
      const told = PERSON.patched('row');
      const entry = auditEntry({
        action: 'user.update',
        target: `user:${before.userId}`,
        origin,
        at: now,
        before: PERSON.audited(before, told),
        after: PERSON.audited(after, told),
      });
      const roles = { from: before.role, to: after.role };
      const writes = [update, ...(isNewRole ? [countPeople(before.tenantId, roles, this.#managers)] : [])];
      await this.#audit.commit(before.tenantId, [entry], writes);
      return { ...after, version };
    });
  }

  async remove(seen: Person, origin: ChangeOrigin, now: number): Promise<void> {
    await this.#onPresent(seen, async (before) => {
      const factors = await this.#table.get(factorsKey(before.userId));
      await this.#remove(before, forgetFactors(before, factors), {
        action: 'user.remove',
        target: `user:${before.userId}`,
        origin,
        at: now,
        before: PERSON.audited(before, PERSON.lasting),
        after: null,
      });
      return before;
    });
  }

  async erase(seen: Person, origin: ChangeOrigin, now: number): Promise<void> {
    await this.#onPresent(seen, async (before) => {
      await this.#remove(before, [erasePersonWrite(before, now)], {
        action: 'user.delete',
        target: `user:${before.userId}`,
        origin,
        at: now,
        // The trail never learns again what it is about to forget.
        before: PERSON.audited(before, ['role']),
        after: null,
      });
      return before;
    });
  }

  /** Removes a person with what says so, and whatever is written besides. */
  async #remove(before: Person, more: readonly TransactionWrite[], change: AuditedChange): Promise<void> {
    const { condition, names, values } = asSeen(before);
    const writes: readonly TransactionWrite[] = [
      {
        Delete: {
          Key: userKey(before.tenantId, before.userId),
          ConditionExpression: condition,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
        },
      },
      countPeople(before.tenantId, { from: before.role }, this.#managers),
      {
        Delete: {
          Key: emailKey(before.email),
          ConditionExpression: 'userId = :user',
          ExpressionAttributeValues: { ':user': S(before.userId) },
        },
      },
      ...more,
    ];
    await this.#audit.commit(before.tenantId, [auditEntry(change)], writes);
  }

  async changePassword(
    seen: Person,
    { before: hash, after, keptSession, notice }: PasswordChange,
    origin: ChangeOrigin,
    now: number,
  ): Promise<void> {
    await this.#onPresent(seen, async (before) => {
      const version = before.version + 1;
      const { condition, names, values } = asSeen(before);
      const writes: readonly TransactionWrite[] = [
        // First: of two changes of the password at once, the second has a wrong password, and nothing to repeat.
        {
          Update: {
            Key: emailKey(before.email),
            UpdateExpression: 'SET passwordHash = :after',
            ConditionExpression: 'passwordHash = :before AND userId = :user',
            ExpressionAttributeValues: {
              ':before': S(hash),
              ':after': S(after),
              ':user': S(before.userId),
            },
          },
          otherwise: new Problem('wrong_password'),
        },
        {
          Update: {
            Key: userKey(before.tenantId, before.userId),
            UpdateExpression: `SET ${attribute.PERSON_VERSION} = :version, pwv = :version, kept = :session, ${attribute.CHANGE} = :change`,
            ConditionExpression: condition,
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: {
              ...values,
              ':version': N(version),
              ':session': S(keptSession),
              ':change': changeNote(origin, 'password'),
            },
          },
        },
        mailWrite(notice),
      ];
      const entry = auditEntry({
        action: 'user.password',
        target: `user:${before.userId}`,
        origin,
        at: now,
        before: {},
        after: {},
      });
      await this.#audit.commit(before.tenantId, [entry], writes);
      return before;
    });
  }

  async standing(tenantId: string, userId: string): Promise<UserStanding | undefined> {
    const item = await this.#table.get(userKey(tenantId, userId));
    return item === undefined ? undefined : userStanding(item);
  }

  /** Runs a change on the person as they are, again when another change came between. */
  async #onPresent(seen: Person, change: (present: Person) => Promise<Person>): Promise<Person> {
    let present: Person | undefined = seen;
    for (let attempt = 1; present !== undefined; attempt += 1) {
      try {
        return await change(present);
      } catch (error) {
        if (!(error instanceof ConditionsFailed)) throw error;
        if (attempt === ATTEMPTS) throw new Problem('conflicting_state');
        present = await this.find(seen.tenantId, seen.userId);
      }
    }
    throw noPerson();
  }
}

/** The standing of a person, from the person's row. */
export function userStanding(item: Item): UserStanding {
  const { role, version } = PERSON.read({ row: item });
  return {
    role,
    version,
    passwordVersion: number(item, 'pwv'),
    keptSession: item.kept?.S ?? null,
  };
}

/** The condition that the person's row still says what was read of it, of all that changes write. */
function asSeen(person: Person) {
  return PERSON.asRead('row', person, [...PERSON.patched('row'), 'version']);
}
