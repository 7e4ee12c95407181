import { type AuditEntry, auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import type { Rights } from '../contract/rights.ts';
import { eraseTenantWrite, keepTenantWrite } from '../erasure/erasure-store.ts';
import { TENANT_STATE } from '../kernel/attributes.ts';
import { tenantKey, userKey } from '../kernel/item-keys.ts';
import { S } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import type { Table } from '../kernel/table.ts';
import { joinedUpdate, updateExpression } from '../kernel/update.ts';
import { mailWrite } from '../mail/outbox-store.ts';
import { onlyManager } from '../people/role-count-store.ts';
import { giveBack, wantAnother } from '../plans/usage-key-store.ts';
import { TENANT, type Tenant, type TenantChange } from '../tenancy/tenant.ts';
import type { ClosingStore } from './closing.ts';

/** Closing a tenant and reopening it, in one transaction each. */
export class DynamoClosingStore implements ClosingStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;
  readonly #managers: readonly string[];

  constructor(table: Table, { peopleManagers }: Pick<Rights, 'peopleManagers'>) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
    this.#managers = peopleManagers;
  }

  async close(
    { tenantId, person, erasesAt, mails }: Parameters<ClosingStore['close']>[0],
    origin: ChangeOrigin,
    now: number,
  ): Promise<void> {
    const only = onlyManager(person.role, this.#managers);
    const usageKey = giveBack(tenantId, now);
    const closed = { state: 'closed', erasesAt } as const;
    const active = { names: { '#was': TENANT_STATE }, values: { ':active': S('active') } };
    const entry = entryOf({ action: 'tenant.close', tenantId, from: 'active', to: closed }, origin, now);
    await this.#audit.commit(
      tenantId,
      [entry],
      [
        {
          Update: {
            Key: tenantKey(tenantId),
            ...updateExpression(joinedUpdate(TENANT.update('item', closed), usageKey, active, only)),
            ConditionExpression: `#was = :active AND ${only.condition}`,
          },
          otherwise: new Problem('conflicting_state', {
            message:
              'Only the last administrator closes a tenant: remove the others, or make them something else, first.',
          }),
        },
        {
          ConditionCheck: {
            Key: userKey(tenantId, person.userId),
            ConditionExpression: '#role = :role',
            ExpressionAttributeNames: { '#role': 'role' },
            ExpressionAttributeValues: { ':role': S(person.role) },
          },
          otherwise: new Problem('conflicting_state'),
        },
        eraseTenantWrite(tenantId, erasesAt),
        ...usageKey.rows,
        ...mails.map(mailWrite),
      ],
    );
  }

  async reopen(tenantId: string, origin: ChangeOrigin, now: number): Promise<void> {
    const item = await this.#table.get(tenantKey(tenantId));
    if (item === undefined) throw notClosed();
    const usageKey = wantAnother(tenantId, item, TENANT.read({ item }).tier, now);
    const reopened = { state: 'active', erasesAt: null } as const;
    const closed = { names: { '#was': TENANT_STATE }, values: { ':closed': S('closed') } };
    const entry = entryOf({ action: 'tenant.reopen', tenantId, from: 'closed', to: reopened }, origin, now);
    await this.#audit.commit(
      tenantId,
      [entry],
      [
        { ...keepTenantWrite(tenantId), otherwise: notClosed() },
        {
          Update: {
            Key: tenantKey(tenantId),
            ...updateExpression(joinedUpdate(TENANT.update('item', reopened), usageKey, closed)),
            ConditionExpression: `#was = :closed AND ${usageKey.condition}`,
          },
          otherwise: notClosed(),
        },
        ...usageKey.rows,
      ],
    );
  }
}

function entryOf(
  change: {
    readonly action: 'tenant.close' | 'tenant.reopen';
    readonly tenantId: string;
    readonly from: Tenant['state'];
    readonly to: TenantChange;
  },
  origin: ChangeOrigin,
  at: number,
): AuditEntry {
  return auditEntry({
    action: change.action,
    target: `tenant:${change.tenantId}`,
    origin,
    at,
    before: TENANT.audited({ state: change.from }, ['state']),
    after: TENANT.audited(change.to, ['state', 'erasesAt']),
  });
}

function notClosed(): Problem {
  return new Problem('conflicting_state', {
    message: 'The tenant is not closed, or its data are being deleted: it cannot be reopened.',
  });
}
