import { type AuditEntry, auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { completing } from '../idempotency/claim-store.ts';
import type { Completes } from '../kernel/claim.ts';
import { tenantKey, workspaceKey } from '../kernel/item-keys.ts';
import { type Item, N } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { updateExpression } from '../kernel/update.ts';
import { WORKSPACE, type Workspace, type WorkspaceChange } from './workspace.ts';
import { MAX_WORKSPACES, type WorkspaceStore } from './workspaces.ts';

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
    return items.map((row) => workspace(row, tenant));
  }

  async find(tenantId: string, id: string): Promise<Workspace | undefined> {
    const item = await this.#table.get(workspaceKey(tenantId, id));
    if (item === undefined) return undefined;
    return workspace(item, await this.#table.get(tenantKey(tenantId)));
  }

  async create(created: Workspace, origin: ChangeOrigin & Completes<Workspace>): Promise<void> {
    const { id, tenantId, createdAt } = created;
    const writes: readonly TransactionWrite[] = [
      ...completing(origin, created),
      {
        Put: {
          Item: { ...workspaceKey(tenantId, id), ...WORKSPACE.item('row', created) },
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
    const entry = auditEntry({
      action: 'workspace.create',
      target: `workspace:${id}`,
      targetName: created.name,
      workspaceId: id,
      origin,
      at: createdAt,
      before: null,
      after: WORKSPACE.audited(created, WORKSPACE.lasting),
    });
    await this.#audit.commit(tenantId, [entry], writes);
  }

  change(before: Workspace, change: WorkspaceChange, origin: ChangeOrigin, now: number): Promise<boolean> {
    const fields = WORKSPACE.patched('row', change);
    const entry = auditEntry({
      action: 'workspace.update',
      target: `workspace:${before.id}`,
      targetName: before.name,
      workspaceId: before.id,
      origin,
      at: now,
      before: WORKSPACE.audited(before, fields),
      after: WORKSPACE.audited(change, fields),
    });
    return this.#holds(before, entry, [
      {
        Update: {
          Key: workspaceKey(before.tenantId, before.id),
          ...updateExpression(WORKSPACE.update('row', change)),
          ConditionExpression: 'attribute_exists(PK)',
        },
      },
    ]);
  }

  async close(before: Workspace, origin: ChangeOrigin, now: number): Promise<void> {
    const closing = { state: 'closing' } as const;
    const entry = auditEntry({
      action: 'workspace.close',
      target: `workspace:${before.id}`,
      targetName: before.name,
      workspaceId: before.id,
      origin,
      at: now,
      before: WORKSPACE.audited(WORKSPACE.initial, ['state']),
      after: WORKSPACE.audited(closing, ['state']),
    });
    await this.#holds(before, entry, [
      {
        Update: {
          Key: workspaceKey(before.tenantId, before.id),
          ...updateExpression(WORKSPACE.update('row', closing)),
          ConditionExpression: OPEN_WORKSPACE,
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
    const entry = auditEntry({
      action: 'workspace.delete',
      target: `workspace:${before.id}`,
      targetName: before.name,
      workspaceId: before.id,
      origin,
      at: now,
      before: WORKSPACE.audited(before, WORKSPACE.lasting),
      after: null,
    });
    return this.#holds(before, entry, [
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

function workspace(row: Item, tenant: Item = {}): Workspace {
  const { defaultWorkspace } = tenant;
  return WORKSPACE.read({ row: { ...row, ...(defaultWorkspace === undefined ? {} : { defaultWorkspace }) } });
}

/** A workspace that is being deleted takes no more keys: those that it has are counted down to none. */
export const OPEN_WORKSPACE = 'attribute_exists(PK) AND attribute_not_exists(closing)';
