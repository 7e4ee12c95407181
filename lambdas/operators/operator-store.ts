import { randomUUIDv7 } from 'node:crypto';
import { auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { rowWrites } from '../audit/trail-store.ts';
import { OPERATOR_ROLE, OPERATORS_TENANT } from '../contract/operators.ts';
import { tenantKey } from '../kernel/item-keys.ts';
import { isCommitted, type Table } from '../kernel/table.ts';
import { uselessPasswordHash } from '../people/passwords.ts';
import { DynamoPeopleStore } from '../people/people-store.ts';
import { PERSON, type Person } from '../people/person.ts';
import { newTenant } from '../tenancy/new-tenant-store.ts';
import { TENANT } from '../tenancy/tenant.ts';

/** Makes operators. Only `npm run ops` does, with rights on the table: no function has this. */
export class DynamoOperatorStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Adds an operator, and the tenant before the first: one that requires a second factor of everybody, which nobody can
   * switch off. Nobody knows a password of them yet. `tier` limits their requests a minute. Throws `email_taken`.
   */
  async add(
    { email, fullName, tier }: Pick<Person, 'email' | 'fullName'> & { readonly tier: string },
    origin: ChangeOrigin,
    now: number,
  ): Promise<Person> {
    await this.#ensureTenant(tier, origin, now);
    // Who has rights on the table vouches for the address.
    const user = {
      userId: randomUUIDv7(),
      tenantId: OPERATORS_TENANT,
      email,
      emailVerified: true,
      fullName,
      role: OPERATOR_ROLE,
    };
    const passwordHash = await uselessPasswordHash();
    const people = new DynamoPeopleStore(this.#table, { peopleManagers: [] });
    await people.create({ user, passwordHash, createdAt: now }, origin);
    return { ...PERSON.initial, ...user, createdAt: now, createdBy: origin.actor };
  }

  async #ensureTenant(tier: string, origin: ChangeOrigin, now: number): Promise<void> {
    if ((await this.#table.get(tenantKey(OPERATORS_TENANT))) !== undefined) return;
    const name = 'Operators';
    const { tenant, tenantItem, workspaceItem } = newTenant(
      {
        id: OPERATORS_TENANT,
        name,
        sector: null,
        tier,
        keys: 0,
        users: 0,
        createdAt: now,
        requiresFactor: true,
      },
      { id: randomUUIDv7(), name },
    );
    const entry = auditEntry({
      action: 'tenant.create',
      target: `tenant:${OPERATORS_TENANT}`,
      origin,
      at: now,
      before: null,
      after: TENANT.audited(tenant, TENANT.lasting),
    });
    // Of two commands at once one makes it.
    await isCommitted(
      this.#table.transact([
        ...[tenantItem, workspaceItem].map((Item) => ({
          Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' },
        })),
        ...rowWrites(OPERATORS_TENANT, 0, [entry]),
      ]),
    );
  }
}
