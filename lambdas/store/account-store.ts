import type { AccountStore, Login, NewAccount } from '../domain/accounts.ts';
import { Problem } from '../domain/errors.ts';
import { ROLES, type Role } from '../domain/scopes.ts';
import type { User } from '../domain/user.ts';
import { emailKey, type Item, N, oneOf, S, tenantKey, text, userKey, workspaceKey } from './items.ts';
import { newKeyItems } from './key-store.ts';
import { ConditionsFailed, type Table } from './table.ts';

/** Tenants, people and workspaces in the table. */
export class DynamoAccountStore implements AccountStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async createAccount(account: NewAccount): Promise<void> {
    const { user, workspaceId, key } = account;
    const origin = { actor: `user:${user.userId}`, requestId: 'onboarding' };
    const items: readonly Item[] = [
      {
        ...emailKey(user.email),
        tenantId: S(user.tenantId),
        userId: S(user.userId),
        workspaceId: S(workspaceId),
        passwordHash: S(account.passwordHash),
      },
      {
        ...tenantKey(user.tenantId),
        state: S('active'),
        tier: S(account.tier),
        name: S(account.workspaceName),
        keyCount: N(1),
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
        createdAt: N(account.createdAt),
      },
    ];
    const puts = items.map((Item) => ({ Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } }));
    try {
      await this.#table.transact([...puts, ...newKeyItems(key, origin)]);
    } catch (error) {
      if (error instanceof ConditionsFailed && error.failed.includes(0)) throw new Problem('email_taken');
      throw error;
    }
  }

  async findLogin(email: string): Promise<Login | undefined> {
    const item = await this.#table.get(emailKey(email));
    if (item === undefined) return undefined;
    return {
      userId: text(item, 'userId'),
      tenantId: text(item, 'tenantId'),
      workspaceId: text(item, 'workspaceId'),
      passwordHash: text(item, 'passwordHash'),
    };
  }

  async findUser(tenantId: string, userId: string): Promise<User | undefined> {
    const item = await this.#table.get(userKey(tenantId, userId));
    if (item === undefined) return undefined;
    return {
      userId,
      tenantId,
      email: text(item, 'email'),
      fullName: item.fullName?.S ?? null,
      role: oneOf<Role>(ROLES, text(item, 'role')),
    };
  }
}
