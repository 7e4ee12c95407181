import { randomUUID } from 'node:crypto';
import { signInFlowKey } from '../kernel/item-keys.ts';
import { N, S } from '../kernel/items.ts';
import type { Table } from '../kernel/table.ts';
import type { Flow, FlowStore } from './flows.ts';

/** TTL deletes late, so the time is compared. The same use is a repetition of the write by the client, whose answer was lost. */
const UNTAKEN = 'attribute_exists(PK) AND #ttl > :now AND (attribute_not_exists(#use) OR #use = :use)';

/** Flows in the table; each forgets itself. */
export class DynamoFlowStore implements FlowStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async begin(hash: string, { providerId, browser, goesTo, uiLocales, expiresAt }: Flow): Promise<void> {
    const Item = {
      ...signInFlowKey(hash),
      idp: S(providerId),
      browser: S(browser),
      ...(goesTo === null ? {} : { goesTo: S(goesTo) }),
      ...(uiLocales === null ? {} : { locales: S(uiLocales) }),
      ttl: N(expiresAt),
    };
    await this.#table.transact([{ Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } }]);
  }

  async take(hash: string, { providerId, browser }: Pick<Flow, 'providerId' | 'browser'>, now: number) {
    const item = await this.#table.updatedIf(signInFlowKey(hash), {
      UpdateExpression: 'SET #use = :use',
      ConditionExpression: `${UNTAKEN} AND idp = :idp AND browser = :browser`,
      ExpressionAttributeNames: { '#ttl': 'ttl', '#use': 'use' },
      ExpressionAttributeValues: {
        ':now': N(now),
        ':use': S(randomUUID()),
        ':idp': S(providerId),
        ':browser': S(browser),
      },
    });
    return item && { goesTo: item.goesTo?.S ?? null, uiLocales: item.locales?.S ?? null };
  }
}
