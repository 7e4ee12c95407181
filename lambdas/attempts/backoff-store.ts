import { backoffKey } from '../kernel/item-keys.ts';
import { type Item, N, number } from '../kernel/items.ts';
import type { Table } from '../kernel/table.ts';
import { type Attempts, BACKOFF_MEMORY_SECONDS, type BackoffStore } from './backoff.ts';

/** Counters of attempts in the table; each forgets itself. */
export class DynamoBackoffStore implements BackoffStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async read(subject: string, now: number): Promise<Attempts> {
    return attemptsOf(await this.#table.get(backoffKey(subject)), now);
  }

  async replace(subject: string, expected: number, next: Attempts, now: number): Promise<boolean> {
    return this.#table.updateIf(backoffKey(subject), {
      UpdateExpression: 'SET failures = :next, blockedUntil = :until, #ttl = :ttl',
      ConditionExpression:
        expected === 0 ? 'attribute_not_exists(PK) OR #ttl <= :now' : 'failures = :expected AND #ttl > :now',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: {
        ':next': N(next.failures),
        ':until': N(next.blockedUntil),
        ':ttl': N(now + BACKOFF_MEMORY_SECONDS),
        ':now': N(now),
        ...(expected === 0 ? {} : { ':expected': N(expected) }),
      },
    });
  }

  clear(subject: string): Promise<void> {
    return this.#table.delete(backoffKey(subject));
  }
}

/** The attempts that a counter's item tells of. */
export function attemptsOf(item: Item | undefined, now: number): Attempts {
  // TTL deletes late, so what is past its time is compared and not believed.
  if (item === undefined || number(item, 'ttl') <= now) return { failures: 0, blockedUntil: 0 };
  return { failures: number(item, 'failures'), blockedUntil: number(item, 'blockedUntil') };
}
