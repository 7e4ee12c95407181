import { setTimeout as wait } from 'node:timers/promises';
import type { AuditVerb } from '../audit/actions.ts';
import { changeNote } from '../audit/change-note.ts';
import { auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import * as attribute from '../kernel/attributes.ts';
import { FACTS_SECONDS } from '../kernel/freshness.ts';
import { keyRecordKey, keyRowKey, tenantKey } from '../kernel/item-keys.ts';
import { N, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isConditionFailure } from '../kernel/record-client.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import type { ApiKey } from '../keys/api-key.ts';
import { takePlaces } from '../keys/key-places-store.ts';
import { newKeyItems } from '../keys/key-store.ts';
import type { KeyIssue } from '../keys/keys.ts';
import { ControlStore } from '../signing/control-store.ts';
import { type ImportStore, MAX_IMPORTED_KEYS, type Presence } from './import.ts';

/** What each change of a hot record writes besides. */
const NOTED =
  `${attribute.CHANGES} = if_not_exists(${attribute.CHANGES}, :zero) + :one, ` +
  `${attribute.CHANGE} = :change`;

/** Keys of other systems: the same two items as our own, the record found by a mark of the SHA-256. */
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
      if (record !== undefined && record[attribute.TENANT]?.S !== key.tenantId) return 'foreign';
      const row = found.get(`TENANT#${key.tenantId} APIKEY#${key.id}`);
      if (record === undefined && row === undefined) return 'absent';
      const isSame = record?.[attribute.KEY_ID]?.S === key.id && row?.locator?.S === key.locator;
      if (!isSame) return 'taken';
      if (record[attribute.STATE]?.S === 'revoked') return 'revoked';
      return record[attribute.CLAIMANTS] === undefined ? 'same' : 'contested';
    });
  }

  async contest({ key }: KeyIssue, { requestId }: ChangeOrigin): Promise<void> {
    // Its owner's audit trail says that it was disabled, and not by whom.
    await this.#change(key, { actor: 'system', requestId }, 'disable', {
      UpdateExpression: `SET ${attribute.STATE} = :state, ${NOTED} ADD ${attribute.CLAIMANTS} :claimants`,
      ConditionExpression: `attribute_exists(PK) AND ${attribute.STATE} <> :revoked AND NOT contains(${attribute.CLAIMANTS}, :claimant)`,
      ExpressionAttributeValues: {
        ':state': S('disabled'),
        ':revoked': S('revoked'),
        ':claimant': S(key.tenantId),
        ':claimants': { SS: [key.tenantId] },
      },
    });
  }

  async settle({ key }: KeyIssue, origin: ChangeOrigin): Promise<void> {
    await this.#change(key, origin, 'enable', {
      UpdateExpression: `SET ${attribute.STATE} = :state, ${NOTED} REMOVE ${attribute.CLAIMANTS}`,
      ConditionExpression: `attribute_exists(${attribute.CLAIMANTS}) AND ${attribute.STATE} = :disabled`,
      ExpressionAttributeValues: { ':state': S('active'), ':disabled': S('disabled') },
    });
  }

  async withdraw({ key }: KeyIssue, origin: ChangeOrigin, now: number): Promise<void> {
    const record = await this.#table.get(keyRecordKey(key.locator));
    if (record === undefined) return;
    const tenantId = text(record, attribute.TENANT);
    const target = `key:${text(record, attribute.KEY_ID)}`;
    const workspaceId = text(record, attribute.WORKSPACE);
    const change = { action: 'key.revoke', target, workspaceId, before: null, after: null } as const;
    const entry = auditEntry({ ...change, origin, at: now });
    // The stream takes its row from the list and gives its place back, as for a record that TTL deletes.
    const gone: TransactionWrite = {
      Delete: {
        Key: keyRecordKey(key.locator),
        ConditionExpression: `${attribute.TENANT} = :tenant`,
        ExpressionAttributeValues: { ':tenant': S(tenantId) },
      },
    };
    await isCommitted(this.#audit.commit(tenantId, [entry], [gone]));
  }

  /** Changes a record, if its condition holds; the stream makes a row of the audit trail of it. */
  async #change(
    { locator }: ApiKey,
    origin: ChangeOrigin,
    what: AuditVerb<'key'>,
    { ExpressionAttributeValues, ...update }: Parameters<Table['update']>[1],
  ): Promise<void> {
    try {
      await this.#table.update(keyRecordKey(locator), {
        ...update,
        ExpressionAttributeValues: {
          ...ExpressionAttributeValues,
          ':zero': N(0),
          ':one': N(1),
          ':change': changeNote(origin, what),
        },
      });
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
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
      // Those of a batch are of one workspace (`importKeys`).
      workspaceId: perWorkspace.size === 1 ? first.key.workspaceId : null,
      origin,
      at: now,
      before: null,
      after: {
        targets: issues.map(({ key }) => `key:${key.id}`),
        names: issues.map(({ key }) => key.name),
      },
    });
    const items = issues.flatMap((issue) => newKeyItems(issue, null));
    return isCommitted(this.#audit.commit(tenantId, [entry], [...counts, ...items]));
  }

  async admitImportedKeys(): Promise<void> {
    if (await new ControlStore(this.#table).admitImportedKeys()) await wait(FACTS_SECONDS * 1000);
  }
}
