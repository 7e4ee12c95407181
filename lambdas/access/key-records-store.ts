import { keyRecordKey } from '../kernel/item-keys.ts';
import { number } from '../kernel/items.ts';
import type { RecordClient } from '../kernel/record-client.ts';
import { type KeyRecord, keyRecord, type Use } from '../keys/key-record.ts';
import { windowOf } from '../plans/allowance.ts';
import { DynamoDecisionStore } from './decision-store.ts';
import type { Facts } from './facts.ts';

/** What others than the authorizer ask of a key's record: its bundle has none of it. */
export class DynamoKeyRecords extends DynamoDecisionStore {
  readonly #records: RecordClient;
  readonly #tableName: string;

  constructor(client: RecordClient, table: string, facts: Facts) {
    super(client, table, facts);
    this.#records = client;
    this.#tableName = table;
  }

  /** As `useKey`, wherever the key's user is: `address` is of who asks about the key. */
  useKeyAnywhere(locator: string, hash: Uint8Array, address: string, now: number): Promise<Use<KeyRecord>> {
    return this.useKeyWhere({ locator, hash, address, now }, () => true);
  }

  /** The key's record as it stands, counting nothing. Not for decisions: it proves and limits nothing. */
  async peekKey(locator: string, now: number): Promise<Use<KeyRecord>> {
    const { Responses } = await this.#records.batchGetItem({
      RequestItems: { [this.#tableName]: { Keys: [keyRecordKey(locator)], ConsistentRead: true } },
    });
    const [item] = Responses?.[this.#tableName] ?? [];
    const window = windowOf(now);
    if (item === undefined) return { passed: false, record: undefined, window, count: 0 };
    return { passed: false, record: keyRecord(item), window, count: number(item, `c${window}`) };
  }
}
