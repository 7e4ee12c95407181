import { changeNote } from '../audit/change-note.ts';
import { auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { emailKey, tenantKey, userKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { ConditionsFailed, type Table, type TransactionWrite } from '../kernel/table.ts';
import type { UserStanding } from '../sessions/sessions.ts';
import { claimAddress, storedUser } from './account-store.ts';
import { identityItem } from './exchange-store.ts';
import {
  MAX_USERS,
  type NewPerson,
  noPerson,
  type PeoplePage,
  type PeopleStore,
  type Person,
  type PersonChange,
} from './people.ts';

/** How often a change of a person begins anew because another came first. */
const ATTEMPTS = 10;

/** The people of tenants: their rows, their addresses, and the count of administrators. */
export class DynamoPeopleStore implements PeopleStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
  }

  async page(tenantId: string, limit: number, after?: string): Promise<PeoplePage> {
    const { items, more } = await this.#table.query(
      `TENANT#${tenantId}`,
      'USER#',
      limit,
      after === undefined ? undefined : `USER#${after}`,
    );
    const people = items.map((item) => person(tenantId, item));
    return { people, next: more ? (people.at(-1)?.userId ?? null) : null };
  }

  async find(tenantId: string, userId: string): Promise<Person | undefined> {
    const item = await this.#table.get(userKey(tenantId, userId));
    return item === undefined ? undefined : person(tenantId, item);
  }

  async create({ user, passwordHash, identity, createdAt }: NewPerson, origin: ChangeOrigin): Promise<void> {
    const tenant = await this.#table.get(tenantKey(user.tenantId));
    if (tenant === undefined) throw noPerson();
    const isNew = { ConditionExpression: 'attribute_not_exists(PK)' };
    const writes: readonly TransactionWrite[] = [
      ...(identity === undefined
        ? []
        : [
            {
              Put: { Item: identityItem(identity, user, true, createdAt), ...isNew },
              otherwise: new Problem('conflicting_state'),
            },
          ]),
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
          Item: {
            ...userKey(user.tenantId, user.userId),
            email: S(user.email),
            role: S(user.role),
            createdAt: N(createdAt),
            createdBy: S(origin.actor),
            ...(user.fullName === null ? {} : { fullName: S(user.fullName) }),
          },
          ...isNew,
        },
      },
      countPeople(user.tenantId, 1, user.role === 'admin' ? 1 : 0),
    ];
    const entry = auditEntry('user.create', `user:${user.userId}`, origin, createdAt, null, {
      email: user.email,
      role: user.role,
      full_name: user.fullName,
    });
    await this.#audit.commit(user.tenantId, [entry], writes);
  }

  async change(seen: Person, change: PersonChange, origin: ChangeOrigin, now: number): Promise<Person> {
    return this.#onPresent(seen, async (before) => {
      const after = { ...before, ...change };
      const isNewRole = after.role !== before.role;
      if (!isNewRole && after.fullName === before.fullName) return before;
      const version = before.version + (isNewRole ? 1 : 0);
      const admins = Number(after.role === 'admin') - Number(before.role === 'admin');
      const update: TransactionWrite = {
        Update: {
          Key: userKey(before.tenantId, before.userId),
          UpdateExpression:
            `SET #role = :role${isNewRole ? ', ver = :version, chg = :change' : ''}` +
            (after.fullName === null ? ' REMOVE fullName' : ', fullName = :name'),
          ConditionExpression: unchanged(before),
          ExpressionAttributeNames: { '#role': 'role' },
          ExpressionAttributeValues: {
            ':role': S(after.role),
            ...seenValues(before),
            ...(isNewRole ? { ':version': N(version), ':change': changeNote(origin, 'role') } : {}),
            ...(after.fullName === null ? {} : { ':name': S(after.fullName) }),
          },
        },
      };
      const entry = auditEntry(
        'user.update',
        `user:${before.userId}`,
        origin,
        now,
        { role: before.role, full_name: before.fullName },
        { role: after.role, full_name: after.fullName },
      );
      const writes = [update, ...(admins === 0 ? [] : [countPeople(before.tenantId, 0, admins)])];
      await this.#audit.commit(before.tenantId, [entry], writes);
      return { ...after, version };
    });
  }

  async remove(seen: Person, origin: ChangeOrigin, now: number): Promise<void> {
    await this.#onPresent(seen, async (before) => {
      const writes: readonly TransactionWrite[] = [
        {
          Delete: {
            Key: userKey(before.tenantId, before.userId),
            ConditionExpression: unchanged(before),
            ExpressionAttributeNames: { '#role': 'role' },
            ExpressionAttributeValues: seenValues(before),
          },
        },
        countPeople(before.tenantId, -1, before.role === 'admin' ? -1 : 0),
        {
          Delete: {
            Key: emailKey(before.email),
            ConditionExpression: 'userId = :user',
            ExpressionAttributeValues: { ':user': S(before.userId) },
          },
        },
      ];
      const was = { email: before.email, role: before.role, full_name: before.fullName };
      const entry = auditEntry('user.remove', `user:${before.userId}`, origin, now, was, null);
      await this.#audit.commit(before.tenantId, [entry], writes);
      return before;
    });
  }

  async changePassword(
    seen: Person,
    hashes: { readonly before: string; readonly after: string },
    session: string,
    origin: ChangeOrigin,
    now: number,
  ): Promise<void> {
    await this.#onPresent(seen, async (before) => {
      const version = before.version + 1;
      const writes: readonly TransactionWrite[] = [
        // First: of two changes of the password at once, the second has a wrong password, and nothing to repeat.
        {
          Update: {
            Key: emailKey(before.email),
            UpdateExpression: 'SET passwordHash = :after',
            ConditionExpression: 'passwordHash = :before AND userId = :user',
            ExpressionAttributeValues: {
              ':before': S(hashes.before),
              ':after': S(hashes.after),
              ':user': S(before.userId),
            },
          },
          otherwise: new Problem('wrong_password'),
        },
        {
          Update: {
            Key: userKey(before.tenantId, before.userId),
            UpdateExpression: 'SET ver = :version, pwv = :version, kept = :session, chg = :change',
            ConditionExpression: unchanged(before),
            ExpressionAttributeNames: { '#role': 'role' },
            ExpressionAttributeValues: {
              ...seenValues(before),
              ':version': N(version),
              ':session': S(session),
              ':change': changeNote(origin, 'password'),
            },
          },
        },
      ];
      const entry = auditEntry('user.password', `user:${before.userId}`, origin, now, {}, {});
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

/** What the sessions of a person must follow, from the person's row. */
export function userStanding(item: Item): UserStanding {
  const { role } = storedUser('', '', item);
  return {
    role,
    version: number(item, 'ver'),
    passwordVersion: number(item, 'pwv'),
    keptSession: item.kept?.S ?? null,
  };
}

function person(tenantId: string, item: Item): Person {
  const user = storedUser(tenantId, text(item, 'SK').slice('USER#'.length), item);
  return {
    ...user,
    version: user.version ?? 0,
    createdAt: number(item, 'createdAt'),
    createdBy: item.createdBy?.S ?? null,
  };
}

/** The person's row still says what was read of it. */
function unchanged({ version, fullName }: Person): string {
  return [
    '#role = :seenRole',
    version === 0 ? 'attribute_not_exists(ver)' : 'ver = :seenVersion',
    fullName === null ? 'attribute_not_exists(fullName)' : 'fullName = :seenName',
  ].join(' AND ');
}

function seenValues({ role, version, fullName }: Person): Item {
  return {
    ':seenRole': S(role),
    ...(version === 0 ? {} : { ':seenVersion': N(version) }),
    ...(fullName === null ? {} : { ':seenName': S(fullName) }),
  };
}

/** Counts people and administrators of a tenant; of the last administrators one always stays. */
function countPeople(tenantId: string, people: number, admins: number): TransactionWrite {
  const conditions = [
    'attribute_exists(PK)',
    ...(admins < 0 ? ['adminCount > :one'] : []),
    ...(people > 0 ? ['(attribute_not_exists(userCount) OR userCount < :most)'] : []),
  ];
  return {
    Update: {
      Key: tenantKey(tenantId),
      UpdateExpression: 'ADD userCount :people, adminCount :admins',
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeValues: {
        ':people': N(people),
        ':admins': N(admins),
        ...(admins < 0 ? { ':one': N(1) } : {}),
        ...(people > 0 ? { ':most': N(MAX_USERS) } : {}),
      },
    },
    otherwise:
      people > 0
        ? new Problem('limit_reached', { message: `A tenant has at most ${MAX_USERS} people.` })
        : new Problem('conflicting_state', {
            message: 'This is the last administrator. Make another one first.',
          }),
  };
}
