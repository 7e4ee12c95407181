import type { Environment } from '../contract/scopes.ts';
import { WORKSPACE } from '../kernel/attributes.ts';
import { keyRowKey, tenantKey, workspaceKey } from '../kernel/item-keys.ts';
import { type ItemKey, N, text } from '../kernel/items.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { OPEN_WORKSPACE } from '../tenancy/workspace-store.ts';
import type { ApiKey } from './api-key.ts';
import { isImported } from './key-format.ts';

/** The places that keys take in their tenant's and their workspace's counts, given back once when a key is revoked. */
export class KeyPlaces {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Gives a revoked key's place back; nothing happens when that has been done. */
  async giveBack(tenantId: string, id: string, environment: Environment): Promise<void> {
    const row = await this.#table.get(keyRowKey(tenantId, id));
    if (row === undefined || row.freed?.BOOL === true) return;
    // Not committed where another has done it meanwhile.
    await isCommitted(
      this.#table.transact([
        markFreed(tenantId, id),
        freePlaces(tenantKey(tenantId), 1, placeOf({ locator: text(row, 'locator'), environment })),
        freePlaces(workspaceKey(tenantId, text(row, WORKSPACE)), 1),
      ]),
    );
  }

  /** As {@link giveBack} for keys of one tenant, in one transaction where none of them has given its place back yet. */
  async giveAllBack(keys: readonly ApiKey[]): Promise<void> {
    const [first] = keys;
    if (first === undefined) return;
    const { tenantId } = first;
    const perCounter = Map.groupBy(keys, placeOf);
    const perWorkspace = Map.groupBy(keys, (key) => key.workspaceId);
    const writes = [
      ...keys.map((key) => markFreed(tenantId, key.id)),
      ...[...perCounter].map(([counter, some]) => freePlaces(tenantKey(tenantId), some.length, counter)),
      ...[...perWorkspace].map(([id, some]) => freePlaces(workspaceKey(tenantId, id), some.length)),
    ];
    if (await isCommitted(this.#table.transact(writes))) return;
    for (const key of keys) await this.giveBack(tenantId, key.id, key.environment);
  }
}

type Counter = 'keyCount' | 'testKeyCount' | 'importedCount';

/** Where a tenant counts a key: test keys are free, and neither they nor imported keys take a live key's place. */
export function placeOf({ locator, environment }: Pick<ApiKey, 'locator' | 'environment'>): Counter {
  if (isImported(locator)) return 'importedCount';
  return environment === 'test' ? 'testKeyCount' : 'keyCount';
}

/** Counts new keys of a workspace, which must be there and open. */
export function takePlaces(tenantId: string, workspaceId: string, places: number): TransactionWrite {
  return {
    Update: {
      Key: workspaceKey(tenantId, workspaceId),
      UpdateExpression: 'ADD keyCount :places',
      ConditionExpression: OPEN_WORKSPACE,
      ExpressionAttributeValues: { ':places': N(places) },
    },
  };
}

/** A key whose place is given back; only the first to say so succeeds. */
function markFreed(tenantId: string, id: string): TransactionWrite {
  return {
    Update: {
      Key: keyRowKey(tenantId, id),
      UpdateExpression: 'SET freed = :true',
      ConditionExpression: 'attribute_exists(PK) AND attribute_not_exists(freed)',
      ExpressionAttributeValues: { ':true': { BOOL: true } },
    },
  };
}

function freePlaces(Key: ItemKey, places: number, counter: Counter = 'keyCount'): TransactionWrite {
  return {
    Update: {
      Key,
      UpdateExpression: `ADD ${counter} :minus`,
      ConditionExpression: `${counter} >= :places`,
      ExpressionAttributeValues: { ':minus': N(-places), ':places': N(places) },
    },
  };
}
