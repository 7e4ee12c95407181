import { setTimeout as wait } from 'node:timers/promises';
import { auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import * as attribute from '../kernel/attributes.ts';
import { FACTS_SECONDS } from '../kernel/freshness.ts';
import { keyRecordKey, keyRowKey, tenantKey } from '../kernel/item-keys.ts';
import { N } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { takePlaces } from '../keys/key-places-store.ts';
import { newKeyItems } from '../keys/key-store.ts';
import type { KeyIssue } from '../keys/keys.ts';
import { ControlStore } from '../signing/control-store.ts';
import { type ImportStore, MAX_IMPORTED_KEYS, type Presence } from './import.ts';

/** Keys of other systems: the same two items as our own, the record under the SHA-256 instead of a locator. */
export class DynamoImportStore implements ImportStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
  }

  async presence(issues: readonly KeyIssue[]): Promise<Presence[]> {
    const items = await this.#table.getAll(
      issues.flatMap(({ key }) => [keyRecordKey(key.locator), keyRowKey(key.tenantId, key.id)]),
    );
    const found = new Map(items.map((item) => [`${item.PK?.S} ${item.SK?.S}`, item]));
    return issues.map(({ key }): Presence => {
      const record = found.get(`KEY#${key.locator} KEY`);
      const row = found.get(`TENANT#${key.tenantId} APIKEY#${key.id}`);
      if (record === undefined && row === undefined) return 'absent';
      const isSame = record?.[attribute.KEY_ID]?.S === key.id && row?.locator?.S === key.locator;
      if (!isSame || record?.[attribute.TENANT]?.S !== key.tenantId) return 'taken';
      return record[attribute.STATE]?.S === 'revoked' ? 'revoked' : 'same';
    });
  }

  async create(issues: readonly KeyIssue[], origin: ChangeOrigin, now: number): Promise<boolean> {
    const [first] = issues;
    if (first === undefined) return true;
    const { tenantId } = first.key;
    const perWorkspace = Map.groupBy(issues, ({ key }) => key.workspaceId);
    const counts: readonly TransactionWrite[] = [
      {
        Update: {
          Key: tenantKey(tenantId),
          UpdateExpression: 'ADD importedCount :some',
          ConditionExpression:
            'attribute_exists(PK) AND (attribute_not_exists(importedCount) OR importedCount <= :room)',
          ExpressionAttributeValues: {
            ':some': N(issues.length),
            ':room': N(MAX_IMPORTED_KEYS - issues.length),
          },
        },
        otherwise: new Problem('limit_reached', {
          message: `A tenant has at most ${MAX_IMPORTED_KEYS} imported keys.`,
        }),
      },
      ...[...perWorkspace].map(([id, some]) => takePlaces(tenantId, id, some.length)),
    ];
    // One row for all of them, in their transaction: thousands at a time would hold up everyone's trail.
    const entry = auditEntry({
      action: 'key.import',
      target: `import:${origin.requestId}`,
      origin,
      at: now,
      before: null,
      after: { targets: issues.map(({ key }) => `key:${key.id}`) },
    });
    const items = issues.flatMap((issue) => newKeyItems(issue, null));
    return isCommitted(this.#audit.commit(tenantId, [entry], [...counts, ...items]));
  }

  async admitImportedKeys(): Promise<void> {
    if (await new ControlStore(this.#table).admitImportedKeys()) await wait(FACTS_SECONDS * 1000);
  }
}
