import { clientDocumentKey } from '../kernel/item-keys.ts';
import { N, number, S, text } from '../kernel/items.ts';
import type { Table } from '../kernel/table.ts';
import type { CachedDocument, DocumentStore } from './document-cache.ts';

/** Copies of metadata documents in the table; each forgets itself. */
export class DynamoDocumentStore implements DocumentStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async read(hash: string): Promise<CachedDocument | undefined> {
    const item = await this.#table.get(clientDocumentKey(hash));
    if (item === undefined) return undefined;
    return {
      text: text(item, 'document'),
      keysText: item.keys?.S ?? null,
      freshUntil: number(item, 'freshUntil'),
      staleUntil: number(item, 'ttl'),
    };
  }

  async write(hash: string, { text, keysText, freshUntil, staleUntil }: CachedDocument): Promise<void> {
    await this.#table.transact([
      {
        Put: {
          Item: {
            ...clientDocumentKey(hash),
            document: S(text),
            ...(keysText === null ? {} : { keys: S(keysText) }),
            freshUntil: N(freshUntil),
            ttl: N(staleUntil),
          },
        },
      },
    ]);
  }
}
