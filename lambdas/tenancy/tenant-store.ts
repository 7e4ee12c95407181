import { type AuditEntry, type AuditedState, auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { formatBlock } from '../kernel/address.ts';
import { tenantKey } from '../kernel/item-keys.ts';
import { type AttributeValue, type Item, number, oneOf, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { giveBack, moveToTier, type UsageKeyChange } from '../plans/usage-key-store.ts';
import { keyDefaults, storedDefaults } from './key-defaults.ts';
import type { Tenant, TenantChange, TenantStore } from './tenants.ts';

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
    return item === undefined ? undefined : storedTenant(tenantId, item);
  }

  /** Every tenant, by reading the whole table: for operators. */
  async all(): Promise<Tenant[]> {
    const items = await this.#table.scan('TENANT');
    return items.map((item) => storedTenant(text(item, 'PK').slice('TENANT#'.length), item));
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
      if (item.state?.S === 'closed')
        throw new Problem('conflicting_state', { message: 'The tenant is closed.' });
      const before = storedTenant(tenantId, item);
      const usageKey = usageKeyChange(tenantId, item, change, now);
      const writes = [tenantUpdate(tenantId, change, usageKey), ...(usageKey?.rows ?? [])];
      const entries = [entryOf(before, change, origin, now)];
      if (await isCommitted(this.#audit.commit(tenantId, entries, writes))) return this.find(tenantId);
      // Closed, or given another usage key meanwhile: what is so now decides.
    }
    throw new Problem('conflicting_state', { message: 'The tenant is being changed. Try again.' });
  }
}

/** What becomes of the tenant's usage key, which is of one tier and of no use to a closed tenant. */
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
  const { set, remove, values } = expression(change);
  const [allSet, allRemoved] = [
    [...set, ...(usageKey?.set ?? [])],
    [...remove, ...(usageKey?.remove ?? [])],
  ];
  return {
    Update: {
      Key: tenantKey(tenantId),
      UpdateExpression: [
        ...(allSet.length > 0 ? [`SET ${allSet.join(', ')}`] : []),
        ...(allRemoved.length > 0 ? [`REMOVE ${allRemoved.join(', ')}`] : []),
      ].join(' '),
      ConditionExpression: [
        'attribute_exists(PK) AND #state <> :closed',
        ...(usageKey === undefined ? [] : [usageKey.condition]),
      ].join(' AND '),
      ExpressionAttributeNames: {
        '#state': 'state',
        ...(change.name === undefined ? {} : { '#name': 'name' }),
      },
      ExpressionAttributeValues: { ...values, ...usageKey?.values, ':closed': S('closed') },
    },
  };
}

function entryOf(before: Tenant, change: TenantChange, origin: ChangeOrigin, now: number): AuditEntry {
  const after = { ...before, ...change };
  return auditEntry(
    'tenant.update',
    `tenant:${before.id}`,
    origin,
    now,
    audited(before, change),
    audited(after, change),
  );
}

export function storedTenant(id: string, item: Item): Tenant {
  return {
    id,
    name: text(item, 'name'),
    sector: item.sector?.S ?? null,
    state: oneOf(['active', 'suspended', 'closed'], text(item, 'state')),
    tier: text(item, 'tier'),
    keys: number(item, 'keyCount'),
    users: number(item, 'userCount'),
    workspaces: item.workspaces?.SS?.length ?? 0,
    keyDefaults: keyDefaults(item),
    createdAt: number(item, 'createdAt'),
  };
}

function expression({ name, sector, keyDefaults: defaults, state, tier }: TenantChange) {
  const set: string[] = [];
  const remove: string[] = [];
  const values: Record<string, AttributeValue> = {};
  const put = (attribute: string, value: string, stored: AttributeValue): void => {
    set.push(`${attribute} = ${value}`);
    values[value] = stored;
  };
  if (name !== undefined) put('#name', ':name', S(name));
  if (sector === null) remove.push('sector');
  else if (sector !== undefined) put('sector', ':sector', S(sector));
  if (defaults !== undefined) put('keyDefaults', ':defaults', { M: storedDefaults(defaults) });
  if (state !== undefined) put('#state', ':state', S(state));
  if (tier !== undefined) put('tier', ':tier', S(tier));
  return { set, remove, values };
}

/** The fields of a tenant that a change has, as the audit trail names them. */
function audited(tenant: Tenant, change: TenantChange): AuditedState {
  const { name, sector, state, tier, keyDefaults: defaults } = tenant;
  return {
    ...(change.name === undefined ? {} : { name }),
    ...(change.sector === undefined ? {} : { sector }),
    ...(change.state === undefined ? {} : { state }),
    ...(change.tier === undefined ? {} : { tier }),
    ...(change.keyDefaults === undefined
      ? {}
      : {
          key_defaults: {
            expires_in_days: defaults.expiresInDays,
            scopes: defaults.scopes,
            allowed_ips: defaults.allowedBlocks?.map(formatBlock) ?? null,
          },
        }),
  };
}
