import { vaultKey } from '../kernel/item-keys.ts';
import { N, number, S, text } from '../kernel/items.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { joinedUpdate, type Update, updateExpression } from '../kernel/update.ts';
import type { KeptKey, VaultStore } from './vault.ts';

/** Encrypted keys in a table of their own, which has no stream and no backups. */
export class DynamoVaultStore implements VaultStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async put(
    tenantId: string,
    keyId: string,
    { madeBy, mark, ciphertext, expiresAt }: KeptKey,
  ): Promise<void> {
    await this.#table.update(vaultKey(tenantId, keyId), {
      ...updateExpression(
        joinedUpdate(
          {
            set: ['madeBy = :maker', 'mark = :mark', 'ciphertext = :ciphertext'],
            values: { ':maker': S(madeBy), ':mark': S(mark), ':ciphertext': S(ciphertext) },
          },
          endOf(expiresAt),
        ),
      ),
    });
  }

  async find(tenantId: string, keyId: string): Promise<KeptKey | undefined> {
    const item = await this.#table.get(vaultKey(tenantId, keyId));
    if (item === undefined) return undefined;
    return {
      madeBy: text(item, 'madeBy'),
      mark: text(item, 'mark'),
      ciphertext: text(item, 'ciphertext'),
      expiresAt: item.ttl === undefined ? null : number(item, 'ttl'),
    };
  }

  /** Deletes what is kept of a key that is dead. */
  async forget(tenantId: string, keyId: string): Promise<void> {
    await this.#table.delete(vaultKey(tenantId, keyId));
  }

  /** Deletes what is kept, if it is of another key than the one with this mark: a rotation has replaced it. */
  async keepOnly(tenantId: string, keyId: string, mark: string): Promise<void> {
    const replaced: TransactionWrite = {
      Delete: {
        Key: vaultKey(tenantId, keyId),
        ConditionExpression: 'mark <> :mark',
        ExpressionAttributeValues: { ':mark': S(mark) },
      },
    };
    await isCommitted(this.#table.transact([replaced]));
  }

  /** Moves the end of what is kept; null for none. */
  async moveEnd(tenantId: string, keyId: string, expiresAt: number | null): Promise<void> {
    await this.#table.updateIf(vaultKey(tenantId, keyId), {
      ...updateExpression(joinedUpdate(endOf(expiresAt))),
      ConditionExpression: 'attribute_exists(PK)',
    });
  }
}

function endOf(expiresAt: number | null): Partial<Update> {
  const names = { '#ttl': 'ttl' };
  return expiresAt === null
    ? { remove: ['#ttl'], names }
    : { set: ['#ttl = :ttl'], names, values: { ':ttl': N(expiresAt) } };
}
