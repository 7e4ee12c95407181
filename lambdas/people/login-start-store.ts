import { attemptsOf } from '../attempts/backoff-store.ts';
import { isRemembered } from '../attempts/source-store.ts';
import { backoffKey, emailKey } from '../kernel/item-keys.ts';
import { text } from '../kernel/items.ts';
import type { Table } from '../kernel/table.ts';
import { loginOf } from './account-store.ts';
import type { LoginStart, LoginStartStore } from './accounts.ts';

/** What a login begins with, in one read. */
export class DynamoLoginStartStore implements LoginStartStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async read(email: string, place: string, subjects: readonly string[], now: number): Promise<LoginStart> {
    const keys = [emailKey(email), ...[place, ...subjects].map(backoffKey)];
    const items = await this.#table.getAll(keys);
    const byKey = new Map(items.map((item) => [text(item, 'PK'), item]));
    const [address, placed, ...counters] = keys.map((key) => byKey.get(text(key, 'PK')));
    return {
      login: loginOf(address),
      isKnown: isRemembered(placed, now),
      attempts: counters.map((item) => attemptsOf(item, now)),
    };
  }
}
