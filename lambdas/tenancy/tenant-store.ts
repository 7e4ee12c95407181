import { type AuditEntry, auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { TENANT_STATE } from '../kernel/attributes.ts';
import { tenantKey } from '../kernel/item-keys.ts';
import { type Item, S } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { joinedUpdate, updateExpression } from '../kernel/update.ts';
import { giveBack, moveToTier, type UsageKeyChange } from '../plans/usage-key-store.ts';
import { TENANT, type Tenant, type TenantChange } from './tenant.ts';
import type { TenantStore } from './tenants.ts';

/** How often a change begins anew because the tenant was changed meanwhile. */
const ATTEMPTS = 5;

/** Tenants' own items: what their people may set, and their state. */
export class DynamoTenantStore implements TenantStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
  }

  async find(tenantId: string): Promise<Tenant | undefined> {
    const item = await this.#table.get(tenantKey(tenantId));
    return item === undefined ? undefined : TENANT.read({ item });
  }

  /** Every tenant, by reading the whole table: for operators. */
  async all(): Promise<Tenant[]> {
    const items = await this.#table.scan('TENANT');
    return items.map((item) => TENANT.read({ item }));
  }

  async change(
    tenantId: string,
    change: TenantChange,
    origin: ChangeOrigin,
    now: number,
  ): Promise<Tenant | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const item = await this.#table.get(tenantKey(tenantId));
      if (item === undefined) return undefined;
      if (item[TENANT_STATE]?.S === 'closed')
        throw new Problem('conflicting_state', { message: 'The tenant is closed.' });
      const before = TENANT.read({ item });
      const usageKey = usageKeyChange(tenantId, item, change, now);
      const writes = [tenantUpdate(tenantId, change, usageKey), ...(usageKey?.rows ?? [])];
      const entries = [entryOf(before, change, origin, now)];
      if (await isCommitted(this.#audit.commit(tenantId, entries, writes))) return this.find(tenantId);
      // Closed, or given another usage key meanwhile: what is so now decides.
    }
    throw new Problem('conflicting_state', { message: 'The tenant is being changed. Try again.' });
  }
}

/** The change of the tenant's usage key, which is of one tier and of no use to a closed tenant. */
function usageKeyChange(
  tenantId: string,
  item: Item,
  { tier, state }: TenantChange,
  now: number,
): UsageKeyChange | undefined {
  if (state === 'closed') return giveBack(tenantId, now);
  return tier === undefined ? undefined : moveToTier(tenantId, item, tier, now);
}

function tenantUpdate(
  tenantId: string,
  change: TenantChange,
  usageKey: UsageKeyChange | undefined,
): TransactionWrite {
  const unlessClosed = { names: { '#state': TENANT_STATE }, values: { ':closed': S('closed') } };
  return {
    Update: {
      Key: tenantKey(tenantId),
      ...updateExpression(joinedUpdate(TENANT.update('item', change), usageKey ?? {}, unlessClosed)),
      ConditionExpression: [
        'attribute_exists(PK) AND #state <> :closed',
        ...(usageKey === undefined ? [] : [usageKey.condition]),
      ].join(' AND '),
    },
  };
}

function entryOf(before: Tenant, change: TenantChange, origin: ChangeOrigin, now: number): AuditEntry {
  const fields = TENANT.patched('item', change);
  return auditEntry({
    action: 'tenant.update',
    target: `tenant:${before.id}`,
    origin,
    at: now,
    before: TENANT.audited(before, fields),
    after: TENANT.audited(change, fields),
  });
}
