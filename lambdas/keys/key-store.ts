import type { AuditVerb } from '../audit/actions.ts';
import { changeNote } from '../audit/change-note.ts';
import { auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import type { Environment } from '../contract/scopes.ts';
import { completing } from '../idempotency/claim-store.ts';
import * as attribute from '../kernel/attributes.ts';
import type { Completes } from '../kernel/claim.ts';
import { NEVER } from '../kernel/clock.ts';
import { keyRecordKey, keyRowKey, keyUsageKey, tenantKey, workspaceKey } from '../kernel/item-keys.ts';
import { type Item, N, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { isEmpty, joinedUpdate, type Update, updateExpression } from '../kernel/update.ts';
import { KEY_DEFAULTS, type KeyDefaults } from '../tenancy/key-defaults.ts';
import { API_KEY, type ApiKey, type KeyChange, RETENTION_SECONDS } from './api-key.ts';
import { KeyList } from './key-list-store.ts';
import { KeyPlaces, placeOf, takePlaces } from './key-places-store.ts';
import { hashText } from './key-record.ts';
import type { KeyIssue, KeyPage, KeyRotation, KeySelection, KeyStore } from './keys.ts';
import { callerIdLength } from './note-room.ts';
import { ROTATION_PAUSE_SECONDS } from './rotation.ts';

/** A revoked key never comes back, and a record that TTL deleted is never made anew by an update. */
const NOT_REVOKED = 'attribute_exists(PK) AND st <> :revoked';

/** Keys of one transaction: each has a row, and perhaps a workspace of its own, of the 100 writes that there may be. */
const REVOKED_AT_ONCE = 40;

/** Each change of a hot record counts itself and leaves a note on it; the stream carries it on. */
const NOTE_CHANGE = ['seq = if_not_exists(seq, :zero) + :one', 'chg = :change'];

/**
 * API keys in the table. A key is two items: `KEY#<locator>`, hot and authoritative for what a decision needs,
 * and `TENANT#<t>` / `APIKEY#<id>`, which is listed and has what only people need.
 */
export class DynamoKeyStore implements KeyStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;
  readonly #places: KeyPlaces;
  readonly #list: KeyList;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
    this.#places = new KeyPlaces(table);
    this.#list = new KeyList(table);
  }

  async create(issue: KeyIssue, maxKeys: number, origin: ChangeOrigin & Completes<ApiKey>): Promise<void> {
    const { key } = issue;
    const writes: readonly TransactionWrite[] = [
      ...completing(origin, key),
      ...newKeyItems(issue, origin),
      {
        ...takePlaces(key.tenantId, key.workspaceId, 1),
        otherwise: new Problem('not_found', { message: 'There is no workspace with this id.' }),
      },
      {
        Update: {
          Key: tenantKey(key.tenantId),
          UpdateExpression: 'ADD #count :one',
          ConditionExpression: 'attribute_exists(PK) AND (attribute_not_exists(#count) OR #count < :max)',
          ExpressionAttributeNames: { '#count': placeOf(key) },
          ExpressionAttributeValues: { ':one': N(1), ':max': N(maxKeys) },
        },
        otherwise: new Problem('limit_reached', {
          message: `The tenant has the ${maxKeys} ${key.environment} API keys that its tier allows.`,
        }),
      },
    ];
    await this.#table.transact(writes);
  }

  find(tenantId: string, id: string): Promise<ApiKey | undefined> {
    return this.#list.find(tenantId, id);
  }

  /** The key of a locator, whatever its tenant: for operators. */
  async findByLocator(locator: string): Promise<ApiKey | undefined> {
    const record = await this.#table.get(keyRecordKey(locator));
    return record === undefined
      ? undefined
      : this.find(text(record, attribute.TENANT), text(record, attribute.KEY_ID));
  }

  names(tenantId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#list.names(tenantId, ids);
  }

  page(tenantId: string, limit: number, after?: string, workspaceId?: string): Promise<KeyPage> {
    return this.#list.page(tenantId, limit, after, workspaceId);
  }

  unrevoked(tenantId: string, selection: KeySelection): AsyncGenerator<readonly ApiKey[]> {
    return this.#list.unrevoked(tenantId, selection);
  }

  async change(key: ApiKey, change: KeyChange, origin: ChangeOrigin, now: number): Promise<boolean> {
    const update = API_KEY.update('record', change);
    if (!isEmpty(update)) {
      const grace = change.expiresAt === undefined ? undefined : graceWithin(key, change.expiresAt);
      const changed = await this.#changeRecord(
        { ...key, ...change },
        {
          update: joinedUpdate(
            update,
            grace?.update ?? {},
            change.expiresAt === undefined ? {} : endOf(change.expiresAt),
          ),
          what: change.state === 'disabled' ? 'disable' : change.state === 'active' ? 'enable' : 'update',
          origin,
          condition: [
            ...(grace === undefined ? [] : [grace.condition]),
            ...(change.state === 'active' ? [`attribute_not_exists(${attribute.CLAIMANTS})`] : []),
          ],
        },
      );
      if (!changed) return false;
    }
    return this.#changeRow(key, change, origin, now);
  }

  async revoke(key: ApiKey, origin: ChangeOrigin, now: number): Promise<void> {
    await this.#revokeRecord(key, origin, now);
    await this.#places.giveBack(key.tenantId, key.id, key.environment);
  }

  async revokeAll(keys: readonly ApiKey[], origin: ChangeOrigin, now: number): Promise<void> {
    for (let start = 0; start < keys.length; start += REVOKED_AT_ONCE) {
      const some = keys.slice(start, start + REVOKED_AT_ONCE);
      await Promise.all(some.map((key) => this.#revokeRecord(key, origin, now)));
      await this.#places.giveAllBack(some);
    }
  }

  async #revokeRecord(key: ApiKey, origin: ChangeOrigin, now: number): Promise<void> {
    await this.#changeRecord(key, {
      update: joinedUpdate({ set: ['st = :revoked'] }, timeToLive(now + RETENTION_SECONDS)),
      origin,
      what: 'revoke',
    });
  }

  /** Gives a revoked key's place back, once; the stream does it again, should nobody have come to this. */
  settleRevoked(tenantId: string, id: string, environment: Environment): Promise<void> {
    return this.#places.giveBack(tenantId, id, environment);
  }

  /** Removes what hung on a key whose record TTL has deleted. */
  async forget(tenantId: string, id: string, environment: Environment): Promise<void> {
    await this.settleRevoked(tenantId, id, environment);
    await this.#table.delete(keyUsageKey(tenantId, id));
    await this.#table.delete(keyRowKey(tenantId, id));
  }

  async presentHash(key: ApiKey): Promise<Uint8Array | undefined> {
    const hash = (await this.#table.get(keyRecordKey(key.locator)))?.[attribute.HASH]?.S;
    return hash === undefined ? undefined : Buffer.from(hash, 'base64');
  }

  async rotate(key: ApiKey, rotation: KeyRotation, origin: ChangeOrigin, now: number): Promise<boolean> {
    const { previousExpiresAt: previous } = rotation;
    return this.#changeRecord(key, {
      update: joinedUpdate(
        previous === null ? {} : { set: ['hb = ha', 'xb = :previous'], values: { ':previous': N(previous) } },
        {
          set: ['ha = :hash', 'xa = :expiry', 'rot = :now'],
          values: {
            ':hash': hashText(rotation.hash),
            ':expiry': N(rotation.expiresAt),
            ':now': N(now),
            ':replaces': hashText(rotation.replaces),
            ':active': S('active'),
            ':settled': N(now - ROTATION_PAUSE_SECONDS),
          },
        },
        endOf(rotation.expiresAt),
      ),
      condition: ['ha = :replaces AND st = :active AND (attribute_not_exists(rot) OR rot <= :settled)'],
      origin,
      what: 'rotate',
    });
  }

  async hasWorkspace(tenantId: string, workspaceId: string): Promise<boolean> {
    return (await this.#table.get(workspaceKey(tenantId, workspaceId))) !== undefined;
  }

  async tenant(
    tenantId: string,
  ): Promise<{ readonly tier: string | undefined; readonly defaults: KeyDefaults }> {
    const item = (await this.#table.get(tenantKey(tenantId))) ?? {};
    return { tier: item.tier?.S, defaults: KEY_DEFAULTS.read(item) };
  }

  /** The one conditional write by which a hot record changes; false when its condition does not hold. */
  async #changeRecord(
    key: ApiKey,
    {
      update,
      origin,
      what,
      condition = [],
    }: {
      readonly update: Update;
      readonly origin: ChangeOrigin;
      readonly what: AuditVerb<'key'>;
      /** What must hold besides. */
      readonly condition?: readonly string[];
    },
  ): Promise<boolean> {
    const noted = {
      set: NOTE_CHANGE,
      values: {
        ':revoked': S('revoked'),
        ':zero': N(0),
        ':one': N(1),
        ':change': changeNote(origin, what, callerIdLength(key)),
      },
    };
    return this.#table.updateIf(keyRecordKey(key.locator), {
      ...updateExpression(joinedUpdate(update, noted)),
      ConditionExpression: [NOT_REVOKED, ...condition].join(' AND '),
    });
  }

  /** False when the row went with its record. */
  async #changeRow(key: ApiKey, change: KeyChange, origin: ChangeOrigin, now: number): Promise<boolean> {
    const update = API_KEY.update('row', change);
    if (isEmpty(update)) return true;
    const fields = API_KEY.patched('row', change);
    const entry = auditEntry({
      action: 'key.update',
      target: `key:${key.id}`,
      targetName: change.name ?? key.name,
      workspaceId: key.workspaceId,
      origin,
      at: now,
      before: API_KEY.audited(key, fields),
      after: API_KEY.audited(change, fields),
    });
    const write: TransactionWrite = {
      Update: {
        Key: keyRowKey(key.tenantId, key.id),
        ...updateExpression(update),
        ConditionExpression: 'attribute_exists(PK)',
      },
    };
    return isCommitted(this.#audit.commit(key.tenantId, [entry], [write]));
  }
}

/** The two items of a new key, for a transaction; without an origin when that has the row of the audit trail itself. */
export function newKeyItems(
  { key, hash }: KeyIssue,
  origin: ChangeOrigin | null,
): readonly TransactionWrite[] {
  const record: Item = {
    ...keyRecordKey(key.locator),
    ...API_KEY.item('record', key),
    [attribute.HASH]: hashText(hash),
    [attribute.WINDOW]: N(0),
    [attribute.CHANGES]: N(1),
    ...(origin === null ? {} : { [attribute.CHANGE]: changeNote(origin, 'create', callerIdLength(key)) }),
    ...(key.expiresAt === NEVER ? {} : { ttl: N(key.expiresAt + RETENTION_SECONDS) }),
  };
  const row: Item = { ...keyRowKey(key.tenantId, key.id), ...API_KEY.item('row', key) };
  return [record, row].map((Item) => ({ Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } }));
}

/**
 * A rotation's grace ends no later than the key: what a change of the expiry adds to the write. A rotation between our
 * read and the write fails its condition.
 */
function graceWithin({ previousExpiresAt }: ApiKey, expiresAt: number) {
  const values = { ':end': N(expiresAt) };
  return previousExpiresAt !== null && previousExpiresAt > expiresAt
    ? { update: { set: ['xb = :end'], values }, condition: 'xb > :end' }
    : { update: { values }, condition: '(attribute_not_exists(xb) OR xb <= :end)' };
}

/** When the record of a key that ends then is deleted; of one that never ends, never. */
function endOf(expiresAt: number): Partial<Update> {
  // `ttl` is a reserved word.
  if (expiresAt === NEVER) return { remove: ['#ttl'], names: { '#ttl': 'ttl' } };
  return timeToLive(expiresAt + RETENTION_SECONDS);
}

function timeToLive(at: number): Partial<Update> {
  return { set: ['#ttl = :ttl'], names: { '#ttl': 'ttl' }, values: { ':ttl': N(at) } };
}
