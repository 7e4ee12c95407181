import { type AuditedState, auditEntry } from '../audit/entries.ts';
import { rowWrites } from '../audit/trail-store.ts';
import * as attribute from '../kernel/attributes.ts';
import { emailKey, tenantKey, userKey } from '../kernel/item-keys.ts';
import { type Item, N, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { newKeyItems } from '../keys/key-store.ts';
import { linkedMailWrites } from '../mail/outbox-store.ts';
import type { User } from '../sessions/user.ts';
import { newTenant } from '../tenancy/new-tenant-store.ts';
import { TENANT } from '../tenancy/tenant.ts';
import { WORKSPACE } from '../tenancy/workspace.ts';
import type { AccountStore, Login, NewAccount } from './accounts.ts';
import { PERSON } from './person.ts';
import { countOf } from './role-count-store.ts';

/** The attribute of an address that its person has left, which is held for them (`recovery/recovery-store.ts`). */
export const LEFT = 'leftByHolder';

/** Tenants, people and workspaces in the table. */
export class DynamoAccountStore implements AccountStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async createAccount(account: NewAccount): Promise<void> {
    const { user, workspaceId, key, heldUntil, origin } = account;
    const { tier, sector, createdAt } = account;
    const { tenantId } = user;
    const person = { ...PERSON.initial, ...user, createdAt, createdBy: null };
    const { tenant, workspace, tenantItem, workspaceItem } = newTenant(
      { id: tenantId, name: account.tenantName, sector, tier, keys: 1, users: 1, createdAt },
      { id: workspaceId, name: account.workspaceName },
    );
    const items: readonly Item[] = [
      {
        ...emailKey(user.email),
        tenantId: S(user.tenantId),
        userId: S(user.userId),
        workspaceId: S(workspaceId),
        ...(account.passwordHash === null ? {} : { passwordHash: S(account.passwordHash) }),
        // DynamoDB deletes it when nobody has used the key; until it does, the time is compared.
        ...(heldUntil === null ? {} : { heldUntil: N(heldUntil), ttl: N(heldUntil) }),
      },
      {
        ...tenantItem,
        [countOf(user.role)]: N(1),
        ...(heldUntil === null ? {} : { [attribute.HELD_UNTIL]: N(heldUntil), heldEmail: S(user.email) }),
      },
      {
        ...userKey(user.tenantId, user.userId),
        ...PERSON.item('row', person),
      },
      workspaceItem,
    ];
    const made = (kind: 'tenant' | 'user' | 'workspace', id: string, after: AuditedState) =>
      auditEntry({
        action: `${kind}.create`,
        target: `${kind}:${id}`,
        workspaceId: kind === 'workspace' ? id : null,
        origin,
        at: account.createdAt,
        before: null,
        after,
      });
    const entries = [
      made('tenant', tenantId, TENANT.audited(tenant, TENANT.lasting)),
      made('user', user.userId, PERSON.audited(person, PERSON.lasting)),
      made('workspace', workspaceId, WORKSPACE.audited(workspace, WORKSPACE.lasting)),
    ];
    const [login = {}, ...others] = items;
    await this.#table.transact([
      claimAddress(login, account.createdAt),
      ...others.map((Item) => ({ Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } })),
      ...newKeyItems(key, origin),
      ...(account.verification === undefined ? [] : linkedMailWrites(account.verification)),
      ...rowWrites(user.tenantId, 0, entries),
    ]);
  }

  /**
   * Keeps the address for a tenant that used its key at `usedAt`, in time. Nothing happens when it is kept already,
   * was not held, or has been taken by another tenant: then this one's own `heldUntil` ends it.
   */
  async keepAddress(tenantId: string, usedAt: number): Promise<void> {
    const email = (await this.#table.get(tenantKey(tenantId)))?.heldEmail?.S;
    if (email === undefined) return;
    const inTime = { ConditionExpression: 'heldUntil > :used' };
    await isCommitted(
      this.#table.transact([
        {
          Update: {
            Key: emailKey(email),
            UpdateExpression: 'REMOVE heldUntil, #ttl',
            ConditionExpression: `${inTime.ConditionExpression} AND tenantId = :tenant`,
            ExpressionAttributeNames: { '#ttl': 'ttl' },
            ExpressionAttributeValues: { ':used': N(usedAt), ':tenant': S(tenantId) },
          },
        },
        {
          Update: {
            Key: tenantKey(tenantId),
            UpdateExpression: 'REMOVE heldUntil, heldEmail',
            ...inTime,
            ExpressionAttributeValues: { ':used': N(usedAt) },
          },
        },
      ]),
    );
  }

  async findLogin(email: string): Promise<Login | undefined> {
    return loginOf(await this.#table.get(emailKey(email)));
  }

  async findUser(tenantId: string, userId: string): Promise<User | undefined> {
    const row = await this.#table.get(userKey(tenantId, userId));
    return row === undefined ? undefined : PERSON.read({ row });
  }
}

/** The login that the item of an address says. */
export function loginOf(item: Item | undefined): Login | undefined {
  // An address that its person has left is kept for them for a while, and opens nothing.
  if (item === undefined || item[LEFT] !== undefined) return undefined;
  return {
    userId: text(item, 'userId'),
    tenantId: text(item, 'tenantId'),
    workspaceId: text(item, 'workspaceId'),
    passwordHash: item.passwordHash?.S,
  };
}

/** Takes an address for whom `Item` says: one that nobody has, whose holder let the time pass, or that is held for them. */
export function claimAddress(Item: Item, now: number): TransactionWrite {
  return {
    Put: {
      Item,
      // The tenant that let its hold pass has ended by its own `heldUntil`; the address is free to be taken over.
      ConditionExpression: `attribute_not_exists(PK) OR heldUntil <= :now OR (attribute_exists(${LEFT}) AND userId = :user)`,
      ExpressionAttributeValues: { ':now': N(now), ':user': S(text(Item, 'userId')) },
    },
    otherwise: new Problem('email_taken'),
  };
}
