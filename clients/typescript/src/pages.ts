import { LatchkeyError } from './errors.ts';

/** One page of a list, as the API sends it. */
export interface Page<Item> {
  readonly data: readonly Item[];
  /** What asks for the next page; null after the last one. */
  readonly next_cursor: string | null;
}

/** A list that is fetched page by page as it is read with `for await`; awaited it is the whole list. */
export class Paginated<Item> implements AsyncIterable<Item>, PromiseLike<Item[]> {
  readonly #fetchPage: (cursor: string | undefined) => Promise<Page<Item>>;

  constructor(fetchPage: (cursor: string | undefined) => Promise<Page<Item>>) {
    this.#fetchPage = fetchPage;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page;
  }

  async *pages(): AsyncGenerator<readonly Item[], void, undefined> {
    let cursor: string | undefined;
    do {
      const { data, next_cursor } = await this.#fetchPage(cursor);
      yield data;
      // An empty one would ask for the first page, and the same again for this one: for ever.
      const next = next_cursor || undefined;
      if (next !== undefined && next === cursor)
        throw new LatchkeyError('The server gave the cursor of a page as that of the next one.');
      cursor = next;
    } while (cursor !== undefined);
  }

  /** All items. */
  async all(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const page of this.pages()) items.push(...page);
    return items;
  }

  // biome-ignore lint/suspicious/noThenProperty: `await client.auth.listApiKeys()` is an array in published pages.
  then<Fulfilled = Item[], Rejected = never>(
    onFulfilled?: ((items: Item[]) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.all().then(onFulfilled, onRejected);
  }
}

/**
 * The items of a generated operation that lists:
 * `paginate((cursor) => listUsers({ client, query: { cursor } }))`.
 */
export function paginate<Item>(
  call: (cursor: string | undefined) => Promise<{ readonly data: Page<Item> }>,
): Paginated<Item> {
  return new Paginated(async (cursor) => (await call(cursor)).data);
}
