import { backoffKey } from '../kernel/item-keys.ts';
import { type Item, N, number } from '../kernel/items.ts';
import type { Table } from '../kernel/table.ts';
import type { SourceStore } from './source.ts';

const TTL = { '#ttl': 'ttl' };

/** Counters and places in the table, beside those of logins; each forgets itself. */
export class DynamoSourceStore implements SourceStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async count(id: string, endsAt: number): Promise<number> {
    const item = await this.#table.update(backoffKey(id), {
      UpdateExpression: 'SET #ttl = :ttl ADD n :one',
      ExpressionAttributeNames: TTL,
      ExpressionAttributeValues: { ':ttl': N(endsAt), ':one': N(1) },
      ReturnValues: 'ALL_NEW',
    });
    return number(item ?? {}, 'n');
  }

  async giveBack(id: string): Promise<void> {
    await this.#table.updateIf(backoffKey(id), {
      UpdateExpression: 'ADD n :less',
      // A counter that has forgotten itself must not come back below zero, and for ever.
      ConditionExpression: 'attribute_exists(PK)',
      ExpressionAttributeValues: { ':less': N(-1) },
    });
  }

  async remember(id: string, until: number): Promise<void> {
    await this.#table.update(backoffKey(id), {
      UpdateExpression: 'SET #ttl = :ttl',
      ExpressionAttributeNames: TTL,
      ExpressionAttributeValues: { ':ttl': N(until) },
    });
  }
}

/** Whether the item of a place says that it is known. */
export function isRemembered(item: Item | undefined, now: number): boolean {
  // TTL deletes late, so what is past its time is compared and not believed.
  return item !== undefined && number(item, 'ttl') > now;
}
