import { type AuditEntry, auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { tenantKey, workspaceKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { MAX_WORKSPACES, type Workspace, type WorkspaceStore } from './workspaces.ts';

/** Workspaces in the table: a row each, and their ids on the tenant's item. */
export class DynamoWorkspaceStore implements WorkspaceStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
  }

  async list(tenantId: string): Promise<Workspace[]> {
    const tenant = await this.#table.get(tenantKey(tenantId));
    const { items } = await this.#table.query(`TENANT#${tenantId}`, 'WORKSPACE#', MAX_WORKSPACES + 1);
    return items.map((item) => workspace(tenantId, item, tenant));
  }

  async find(tenantId: string, id: string): Promise<Workspace | undefined> {
    const item = await this.#table.get(workspaceKey(tenantId, id));
    if (item === undefined) return undefined;
    return workspace(tenantId, item, await this.#table.get(tenantKey(tenantId)));
  }

  async create(created: Workspace, origin: ChangeOrigin): Promise<void> {
    const { id, tenantId, name, createdAt } = created;
    const writes: readonly TransactionWrite[] = [
      {
        Put: {
          Item: {
            ...workspaceKey(tenantId, id),
            name: S(name),
            keyCount: N(0),
            createdAt: N(createdAt),
          },
          ConditionExpression: 'attribute_not_exists(PK)',
        },
        otherwise: new Problem('conflicting_state'),
      },
      {
        Update: {
          Key: tenantKey(tenantId),
          UpdateExpression: 'ADD workspaces :id',
          ConditionExpression: 'attribute_exists(PK) AND size(workspaces) < :most',
          ExpressionAttributeValues: { ':id': { SS: [id] }, ':most': N(MAX_WORKSPACES) },
        },
        otherwise: new Problem('limit_reached', {
          message: `A tenant has at most ${MAX_WORKSPACES} workspaces.`,
        }),
      },
    ];
    const entry = auditEntry('workspace.create', `workspace:${id}`, origin, createdAt, null, { name });
    await this.#audit.commit(tenantId, [entry], writes);
  }

  rename(before: Workspace, name: string, origin: ChangeOrigin, now: number): Promise<boolean> {
    const change = auditEntry(
      'workspace.update',
      `workspace:${before.id}`,
      origin,
      now,
      { name: before.name },
      { name },
    );
    return this.#holds(before, change, [
      {
        Update: {
          Key: workspaceKey(before.tenantId, before.id),
          UpdateExpression: 'SET #name = :name',
          ConditionExpression: 'attribute_exists(PK)',
          ExpressionAttributeNames: { '#name': 'name' },
          ExpressionAttributeValues: { ':name': S(name) },
        },
      },
    ]);
  }

  async close(before: Workspace, origin: ChangeOrigin, now: number): Promise<void> {
    const change = auditEntry(
      'workspace.close',
      `workspace:${before.id}`,
      origin,
      now,
      { state: 'active' },
      { state: 'closing' },
    );
    await this.#holds(before, change, [
      {
        Update: {
          Key: workspaceKey(before.tenantId, before.id),
          UpdateExpression: 'SET closing = :true',
          ConditionExpression: OPEN_WORKSPACE,
          ExpressionAttributeValues: { ':true': { BOOL: true } },
        },
      },
      {
        Update: {
          Key: tenantKey(before.tenantId),
          UpdateExpression: 'ADD suspendedWorkspaces :id',
          ExpressionAttributeValues: { ':id': { SS: [before.id] } },
        },
      },
    ]);
  }

  remove(before: Workspace, origin: ChangeOrigin, now: number): Promise<boolean> {
    const change = auditEntry(
      'workspace.delete',
      `workspace:${before.id}`,
      origin,
      now,
      { name: before.name },
      null,
    );
    return this.#holds(before, change, [
      {
        Delete: {
          Key: workspaceKey(before.tenantId, before.id),
          // A key that is being made meanwhile has counted itself, or finds no workspace.
          ConditionExpression: 'attribute_exists(PK) AND keyCount = :none',
          ExpressionAttributeValues: { ':none': N(0) },
        },
      },
      {
        Update: {
          Key: tenantKey(before.tenantId),
          UpdateExpression: 'DELETE workspaces :id, suspendedWorkspaces :id',
          ExpressionAttributeValues: { ':id': { SS: [before.id] } },
        },
      },
    ]);
  }

  #holds({ tenantId }: Workspace, change: AuditEntry, writes: readonly TransactionWrite[]): Promise<boolean> {
    return isCommitted(this.#audit.commit(tenantId, [change], writes));
  }
}

function workspace(tenantId: string, item: Item, tenant: Item | undefined): Workspace {
  const id = text(item, 'SK').slice('WORKSPACE#'.length);
  return {
    id,
    tenantId,
    name: text(item, 'name'),
    state: item.closing?.BOOL === true ? 'closing' : 'active',
    keys: number(item, 'keyCount'),
    isDefault: tenant?.defaultWorkspace?.S === id,
    createdAt: number(item, 'createdAt'),
  };
}

/** A workspace that is being deleted takes no more keys: those that it has are counted down to none. */
export const OPEN_WORKSPACE = 'attribute_exists(PK) AND attribute_not_exists(closing)';
