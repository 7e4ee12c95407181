import { CONTROL_KEY } from '../kernel/item-keys.ts';
import { N, S } from '../kernel/items.ts';
import type { Table } from '../kernel/table.ts';
import { type ControlFacts, controlFacts, type KeysetUse, type PublicKey } from './control-facts.ts';

/** Where a use's keyset is published. */
const PUBLISHED = {
  token: { '#version': 'version', '#keys': 'keys' },
  assertion: { '#version': 'assertionVersion', '#keys': 'assertionKeys' },
} as const;

/** The deployment's own item: what verifiers must know of the keyset. */
export class ControlStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async read(): Promise<ControlFacts> {
    return controlFacts(await this.#table.get(CONTROL_KEY));
  }

  /** From {@link FACTS_SECONDS} after this has answered, nothing that the key signed is accepted. Repeatable. */
  async revoke(kid: string): Promise<void> {
    await this.#table.update(CONTROL_KEY, {
      UpdateExpression: 'ADD revokedKids :kid',
      // Before the first rotation there is no key that could be revoked.
      ConditionExpression: 'attribute_exists(PK)',
      ExpressionAttributeValues: { ':kid': { SS: [kid] } },
    });
  }

  /** Lets keys that other systems made be looked up from now on; false when they are already. */
  async admitImportedKeys(): Promise<boolean> {
    return this.#table.updateIf(CONTROL_KEY, {
      UpdateExpression: 'SET importedKeys = :true',
      ConditionExpression: 'attribute_exists(PK) AND attribute_not_exists(importedKeys)',
      ExpressionAttributeValues: { ':true': { BOOL: true } },
    });
  }

  /** Publishes the keys of a keyset's version; a newer version that is there already stays, and so do the keys of another use. */
  async publish(version: number, keys: readonly PublicKey[], use: KeysetUse = 'token'): Promise<void> {
    await this.#table.updateIf(CONTROL_KEY, {
      UpdateExpression: 'SET #version = :version, #keys = :keys',
      ConditionExpression: 'attribute_not_exists(#version) OR #version <= :version',
      ExpressionAttributeNames: PUBLISHED[use],
      ExpressionAttributeValues: { ':version': N(version), ':keys': S(JSON.stringify(keys)) },
    });
  }

  /** Makes the publication of a use what it is to be, whatever stands there: after a restore, or with another secret. */
  async align(version: number, keys: readonly PublicKey[], use: KeysetUse): Promise<void> {
    await this.#table.update(CONTROL_KEY, {
      UpdateExpression: 'SET #version = :version, #keys = :keys',
      ExpressionAttributeNames: PUBLISHED[use],
      ExpressionAttributeValues: { ':version': N(version), ':keys': S(JSON.stringify(keys)) },
    });
  }

  /** From when the last backup is, in Unix seconds; undefined where there was none. */
  async backedUpAt(): Promise<number | undefined> {
    const at = (await this.#table.get(CONTROL_KEY))?.backedUpAt?.N;
    return at === undefined ? undefined : Number(at);
  }

  /** Notes from when the last backup is: an alarm watches its age. */
  async noteBackup(at: number): Promise<void> {
    await this.#table.update(CONTROL_KEY, {
      UpdateExpression: 'SET backedUpAt = :at',
      ExpressionAttributeValues: { ':at': N(at) },
    });
  }
}
