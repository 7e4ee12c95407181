import { OPERATORS_TENANT } from '../contract/operators.ts';
import type { ItemKey } from '../kernel/items.ts';
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
    const found: Tenant[] = [];
    let start = after === undefined ? undefined : keyAt(after);
    do {
      const page = await this.#table.scanPage(TENANTS_ONLY, start);
      const fitting = page.items.filter(({ PK }) => PK?.S !== `TENANT#${OPERATORS_TENANT}`);
      for (const item of fitting) {
        const tenant = TENANT.read({ item });
        if (name !== undefined && !tenant.name.toLowerCase().includes(name.toLowerCase())) continue;
        if (found.length === limit) return { tenants: found, next: positionOf(found.at(-1)) };
        found.push(tenant);
      }
      start = page.next;
    } while (start !== undefined && found.length < limit && hasTimeLeft());
    return { tenants: found, next: start === undefined ? null : JSON.stringify([start.PK.S, start.SK.S]) };
  }
}

function positionOf(last: Tenant | undefined): string {
  return JSON.stringify([`TENANT#${last?.id}`, 'TENANT']);
}

/** Cursors are sealed: what one holds is what was put there. */
function keyAt(position: string): ItemKey {
  const [partition = '', sort = ''] = JSON.parse(position) as readonly string[];
  return { PK: { S: partition }, SK: { S: sort } };
}
