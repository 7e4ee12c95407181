import { STATE } from '../kernel/attributes.ts';
import { CENSUS_KEY, eventKey } from '../kernel/item-keys.ts';
import { type Item, N, number } from '../kernel/items.ts';
import { ConditionsFailed, type Table } from '../kernel/table.ts';
import { CENSUS, type Census, type CensusChange, type Counted } from './census.ts';

/** Seconds for which an event is remembered; a stream repeats its events for 24 hours at most. */
const REMEMBERED_SECONDS = 2 * 86_400;

/** Events of one transaction: a mark each and the counters, of the 100 writes that there may be. */
const COUNTED_AT_ONCE = 99;

/** The effect of a stream event on the census. */
export interface CountedEvent {
  readonly id: string;
  readonly change: CensusChange;
}

/** How many tenants, people and keys there are, in one item that the stream keeps. */
export class DynamoCensusStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async read(): Promise<Census> {
    const item = (await this.#table.get(CENSUS_KEY)) ?? {};
    return Object.fromEntries(CENSUS.map((counted) => [counted, number(item, counted)])) as Record<
      Counted,
      number
    >;
  }

  /** Counts events of the stream, which delivers at least once: the second time one changes nothing. */
  async count(events: readonly CountedEvent[], now: number): Promise<void> {
    const changing = events.filter(({ change }) => Object.keys(change).length > 0);
    for (let start = 0; start < changing.length; start += COUNTED_AT_ONCE) {
      await this.#countAtOnce(changing.slice(start, start + COUNTED_AT_ONCE), now);
    }
  }

  async #countAtOnce(events: readonly CountedEvent[], now: number): Promise<void> {
    if (events.length === 0) return;
    const counters = CENSUS.map((counted): [Counted, number] => [
      counted,
      events.reduce((sum, { change }) => sum + (change[counted] ?? 0), 0),
    ]);
    const added = counters.map((_, index) => `#c${index} :d${index}`).join(', ');
    try {
      await this.#table.transact([
        ...events.map(({ id }) => ({
          Put: {
            Item: { ...eventKey(id), ttl: N(now + REMEMBERED_SECONDS) },
            ConditionExpression: 'attribute_not_exists(PK)',
          },
          otherwise: id,
        })),
        {
          Update: {
            Key: CENSUS_KEY,
            UpdateExpression: `ADD ${added}`,
            // `users` is a reserved word.
            ExpressionAttributeNames: Object.fromEntries(
              counters.map(([counter], index) => [`#c${index}`, counter]),
            ),
            ExpressionAttributeValues: Object.fromEntries(
              counters.map(([, difference], index) => [`:d${index}`, N(difference)]),
            ),
          },
        },
      ]);
    } catch (error) {
      if (!(error instanceof ConditionsFailed)) throw error;
      const { names } = error;
      // Those have been counted before; the others not yet, as it was all or none.
      await this.#countAtOnce(
        events.filter(({ id }) => !names.includes(id)),
        now,
      );
    }
  }
}

/** The effect of an item's change on the census: its old state no longer counts, its new one does. */
export function censusChange(before: Item | undefined, after: Item | undefined): CensusChange {
  const [was, is] = [countedAs(before), countedAs(after)];
  if (was === is) return {};
  return {
    ...(was === undefined ? {} : { [was]: -1 }),
    ...(is === undefined ? {} : { [is]: 1 }),
  };
}

function countedAs(item: Item | undefined): Counted | undefined {
  const sort = item?.SK?.S ?? '';
  if (sort === 'TENANT') return 'tenants';
  if (sort.startsWith('USER#')) return 'users';
  return sort === 'KEY' ? CENSUS.find((counted) => counted === `keys_${item?.[STATE]?.S}`) : undefined;
}
