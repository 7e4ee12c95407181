import { type AuditedState, auditEntry } from '../audit/entries.ts';
import { rowWrites } from '../audit/trail-store.ts';
import { ROLES, type Role } from '../contract/scopes.ts';
import { emailKey, tenantKey, userKey, workspaceKey } from '../kernel/item-keys.ts';
import { type Item, N, number, oneOf, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { newKeyItems } from '../keys/key-store.ts';
import type { User } from '../sessions/user.ts';
import type { AccountStore, Login, NewAccount } from './accounts.ts';

/** Tenants, people and workspaces in the table. */
export class DynamoAccountStore implements AccountStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async createAccount(account: NewAccount): Promise<void> {
    const { user, workspaceId, key, heldUntil, origin } = account;
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
        ...tenantKey(user.tenantId),
        state: S('active'),
        tier: S(account.tier),
        name: S(account.workspaceName),
        keyCount: N(1),
        userCount: N(1),
        adminCount: N(1),
        workspaces: { SS: [workspaceId] },
        defaultWorkspace: S(workspaceId),
        ...(heldUntil === null ? {} : { heldUntil: N(heldUntil), heldEmail: S(user.email) }),
        createdAt: N(account.createdAt),
        ...(account.sector === null ? {} : { sector: S(account.sector) }),
      },
      {
        ...userKey(user.tenantId, user.userId),
        email: S(user.email),
        role: S(user.role),
        createdAt: N(account.createdAt),
        ...(user.fullName === null ? {} : { fullName: S(user.fullName) }),
      },
      {
        ...workspaceKey(user.tenantId, workspaceId),
        name: S(account.workspaceName),
        keyCount: N(1),
        createdAt: N(account.createdAt),
      },
    ];
    const made = (kind: string, id: string, state: AuditedState) =>
      auditEntry(`${kind}.create`, `${kind}:${id}`, origin, account.createdAt, null, state);
    const entries = [
      made('tenant', user.tenantId, {
        name: account.workspaceName,
        tier: account.tier,
        sector: account.sector,
      }),
      made('user', user.userId, { email: user.email, role: user.role, full_name: user.fullName }),
      made('workspace', workspaceId, { name: account.workspaceName }),
    ];
    const [login = {}, ...others] = items;
    await this.#table.transact([
      claimAddress(login, account.createdAt),
      ...others.map((Item) => ({ Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } })),
      ...newKeyItems(key, origin),
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
    const item = await this.#table.get(emailKey(email));
    if (item === undefined) return undefined;
    return {
      userId: text(item, 'userId'),
      tenantId: text(item, 'tenantId'),
      workspaceId: text(item, 'workspaceId'),
      passwordHash: item.passwordHash?.S,
    };
  }

  async findUser(tenantId: string, userId: string): Promise<User | undefined> {
    const item = await this.#table.get(userKey(tenantId, userId));
    if (item === undefined) return undefined;
    return storedUser(tenantId, userId, item);
  }
}

/** Takes an address for whom `Item` says: one that nobody has, or whose holder let the time pass. */
export function claimAddress(Item: Item, now: number): TransactionWrite {
  return {
    Put: {
      Item,
      // The tenant that let its hold pass has ended by its own `heldUntil`; the address is free to be taken over.
      ConditionExpression: 'attribute_not_exists(PK) OR heldUntil <= :now',
      ExpressionAttributeValues: { ':now': N(now) },
    },
    otherwise: new Problem('email_taken'),
  };
}

/** A person as their row has them. */
export function storedUser(tenantId: string, userId: string, item: Item): User {
  return {
    userId,
    tenantId,
    email: text(item, 'email'),
    fullName: item.fullName?.S ?? null,
    role: oneOf<Role>(ROLES, text(item, 'role')),
    version: number(item, 'ver'),
  };
}
