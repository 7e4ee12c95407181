import { OPERATORS_TENANT } from '../contract/operators.ts';
import { tenantKey } from '../kernel/item-keys.ts';
import { type ItemKey, S } from '../kernel/items.ts';
import type { Table } from '../kernel/table.ts';
import { withinSeconds } from '../kernel/time-budget.ts';
import { TENANT, type Tenant } from '../tenancy/tenant.ts';
import type { TenantDirectory, TenantPage } from './directory.ts';
import { DIRECTORY_ATTRIBUTES } from './directory-attributes.ts';

/** Seconds for which one page looks for tenants: less than API Gateway and people wait. */
const LOOKING_SECONDS = 4;

const NAMES = DIRECTORY_ATTRIBUTES.map((name, index): [string, string] => [`#a${index}`, name]);

/**
 * Finds tenants by reading the table, of which they are a small part: nothing else lists them. It may read no attribute but
 * those of {@link DIRECTORY_ATTRIBUTES}.
 */
const TENANTS_ONLY = {
  Select: 'SPECIFIC_ATTRIBUTES',
  ProjectionExpression: NAMES.map(([placeholder]) => placeholder).join(', '),
  FilterExpression: '#sort = :tenant',
  ExpressionAttributeNames: { ...Object.fromEntries(NAMES), '#sort': 'SK' },
  ExpressionAttributeValues: { ':tenant': { S: 'TENANT' } },
} as const;

export class DynamoTenantDirectory implements TenantDirectory {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async page(limit: number, after: string | undefined, name: string | undefined): Promise<TenantPage> {
    const hasTimeLeft = withinSeconds(LOOKING_SECONDS);
    const part = name?.toLowerCase() ?? '';
    const isSought = (tenant: Tenant) =>
      tenant.id !== OPERATORS_TENANT && tenant.name.toLowerCase().includes(part);
    const found: Tenant[] = [];
    let start = after === undefined ? undefined : keyAt(after);
    do {
      const page = await this.#table.scanPage(TENANTS_ONLY, start);
      const fitting = page.items.map((item) => TENANT.read({ item })).filter(isSought);
      const room = limit - found.length;
      found.push(...fitting.slice(0, room));
      const last = fitting.length > room ? found.at(-1) : undefined;
      start = last === undefined ? page.next : tenantKey(last.id);
    } while (start !== undefined && found.length < limit && hasTimeLeft());
    return { tenants: found, next: start === undefined ? null : positionOf(start) };
  }
}

function positionOf({ PK, SK }: ItemKey): string {
  return JSON.stringify([PK.S, SK.S]);
}

/** Cursors are sealed: what one holds is what was put there. */
function keyAt(position: string): ItemKey {
  const [partition = '', sort = ''] = JSON.parse(position) as readonly string[];
  return { PK: S(partition), SK: S(sort) };
}
