import { changeNote } from '../audit/change-note.ts';
import { type AuditedState, auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { ENVIRONMENTS, type Environment, parseScopes, scopesText } from '../contract/scopes.ts';
import { allowedBlocks, blocksText } from '../kernel/allow-list.ts';
import { NEVER } from '../kernel/clock.ts';
import { apiKeyKey, keyKey, keyUsageKey, tenantKey, workspaceKey } from '../kernel/item-keys.ts';
import { type AttributeValue, type Item, type ItemKey, N, number, oneOf, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isConditionFailure } from '../kernel/record-client.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { type KeyDefaults, keyDefaults } from '../tenancy/key-defaults.ts';
import { OPEN_WORKSPACE } from '../tenancy/workspace-store.ts';
import { isImported } from './key-format.ts';
import { hashText } from './key-record.ts';
import {
  type ApiKey,
  type KeyChange,
  type KeyIssue,
  type KeyPage,
  type KeyRotation,
  type KeySelection,
  type KeyStore,
  RETENTION_SECONDS,
  ROTATION_PAUSE_SECONDS,
} from './keys.ts';

/** A revoked key never comes back, and a record that TTL deleted is never made anew by an update. */
const NOT_REVOKED = 'attribute_exists(PK) AND st <> :revoked';

/** Keys of one transaction: each has a row, and perhaps a workspace of its own, of the 100 writes that there may be. */
const REVOKED_AT_ONCE = 40;

/** What the sort key of a key's row begins with; its id follows. */
const KEY_ROW = 'APIKEY#';

/** Rows of one query, where few of them may be wanted. It reads 1 MB at most, whatever its limit. */
const ROWS_AT_ONCE = 1000;

/** A page that is short after so many queries goes on in the next: a tenant may have 100,000 rows. */
const QUERIES_OF_A_PAGE = 10;

/** Keys that a bulk revocation is given at a time. */
const KEYS_AT_ONCE = 100;

/** Each change of a hot record names itself on it; the stream carries it on. */
const NOTE_CHANGE = 'seq = if_not_exists(seq, :zero) + :one, chg = :change';

/**
 * API keys in the table. A key is two items: `KEY#<locator>`, hot and authoritative for what a decision needs,
 * and `TENANT#<t>` / `APIKEY#<id>`, which is listed and has what only people need.
 */
export class DynamoKeyStore implements KeyStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
  }

  async create(issue: KeyIssue, maxKeys: number, origin: ChangeOrigin): Promise<void> {
    const { key } = issue;
    const writes: readonly TransactionWrite[] = [
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

  async find(tenantId: string, id: string): Promise<ApiKey | undefined> {
    const row = await this.#table.get(apiKeyKey(tenantId, id));
    return row === undefined ? undefined : (await this.#withRecords([row]))[0];
  }

  /** The key of a locator, whatever its tenant: for operators. */
  async findByLocator(locator: string): Promise<ApiKey | undefined> {
    const record = await this.#table.get(keyKey(locator));
    return record === undefined ? undefined : this.find(text(record, 'ten'), text(record, 'id'));
  }

  async page(tenantId: string, limit: number, after?: string, workspaceId?: string): Promise<KeyPage> {
    const keys: ApiKey[] = [];
    // A workspace may have few of the tenant's keys: its rows are looked for among many at once.
    const rowsAtOnce = workspaceId === undefined ? limit : ROWS_AT_ONCE;
    const selection = workspaceId === undefined ? {} : { workspaceId };
    let last = after;
    for (let queries = 0; queries < QUERIES_OF_A_PAGE && keys.length < limit; queries += 1) {
      const { rows, more } = await this.#rows(tenantId, rowsAtOnce, last);
      const wanted = rows.filter((row) => isSelected(row, selection));
      const taken = wanted.slice(0, limit - keys.length);
      keys.push(...(await this.#withRecords(taken)));
      const isAllTaken = taken.length === wanted.length;
      if (isAllTaken && !more) return { keys, next: null };
      last = idOf((isAllTaken ? rows : taken).at(-1)) ?? last;
    }
    return { keys, next: last ?? null };
  }

  async *unrevoked(tenantId: string, selection: KeySelection): AsyncGenerator<readonly ApiKey[]> {
    let last: string | undefined;
    for (let hasMore = true; hasMore; ) {
      const { rows, more } = await this.#rows(tenantId, ROWS_AT_ONCE, last);
      // A revoked key is listed for a month. Its row says so as soon as its place is given back: no record is read.
      const wanted = rows.filter((row) => row.freed?.BOOL !== true && isSelected(row, selection));
      if (wanted.length === 0) yield [];
      for (let start = 0; start < wanted.length; start += KEYS_AT_ONCE) {
        const keys = await this.#withRecords(wanted.slice(start, start + KEYS_AT_ONCE));
        yield keys.filter(({ state }) => state !== 'revoked');
      }
      last = idOf(rows.at(-1));
      hasMore = more;
    }
  }

  /** Rows of a tenant's keys after the id `after`, oldest first. */
  async #rows(tenantId: string, limit: number, after: string | undefined) {
    const start = after === undefined ? undefined : `${KEY_ROW}${after}`;
    const { items, more } = await this.#table.query(`TENANT#${tenantId}`, KEY_ROW, limit, start);
    return { rows: items, more };
  }

  async change(key: ApiKey, change: KeyChange, origin: ChangeOrigin, now: number): Promise<boolean> {
    const { set, values, what } = recordChange(change);
    if (set.length > 0) {
      const grace = change.expiresAt === undefined ? undefined : graceWithin(key, change.expiresAt);
      const changed = await this.#changeRecord(key, {
        set: [...set, ...(grace?.set ?? [])],
        values,
        origin,
        what,
        ...(grace === undefined ? {} : { condition: grace.condition }),
        ...(change.expiresAt === NEVER ? { remove: 'REMOVE #ttl' } : {}),
      });
      if (!changed) return false;
    }
    return this.#changeRow(key, change, origin, now);
  }

  async revoke(key: ApiKey, origin: ChangeOrigin, now: number): Promise<void> {
    await this.#revokeRecord(key, origin, now);
    await this.settleRevoked(key.tenantId, key.id, key.environment);
  }

  async revokeAll(keys: readonly ApiKey[], origin: ChangeOrigin, now: number): Promise<void> {
    for (let start = 0; start < keys.length; start += REVOKED_AT_ONCE) {
      const some = keys.slice(start, start + REVOKED_AT_ONCE);
      await Promise.all(some.map((key) => this.#revokeRecord(key, origin, now)));
      await this.#settleAll(some);
    }
  }

  /** As `settleRevoked` for each, in one transaction where none of them has been settled yet. */
  async #settleAll(keys: readonly ApiKey[]): Promise<void> {
    const [first] = keys;
    if (first === undefined) return;
    const { tenantId } = first;
    const perCounter = Map.groupBy(keys, placeOf);
    const perWorkspace = Map.groupBy(keys, (key) => key.workspaceId);
    const writes = [
      ...keys.map((key) => markFreed(tenantId, key.id)),
      ...[...perCounter].map(([counter, some]) => freePlaces(tenantKey(tenantId), some.length, counter)),
      ...[...perWorkspace].map(([id, some]) => freePlaces(workspaceKey(tenantId, id), some.length)),
    ];
    if (await isCommitted(this.#table.transact(writes))) return;
    for (const key of keys) await this.settleRevoked(tenantId, key.id, key.environment);
  }

  async #revokeRecord(key: ApiKey, origin: ChangeOrigin, now: number): Promise<void> {
    await this.#changeRecord(key, {
      set: ['st = :revoked', '#ttl = :ttl'],
      values: { ':ttl': N(now + RETENTION_SECONDS) },
      origin,
      what: 'revoke',
    });
  }

  /** Gives a revoked key's place back, once; the stream does it again, should nobody have come to this. */
  async settleRevoked(tenantId: string, id: string, environment: Environment): Promise<void> {
    const row = await this.#table.get(apiKeyKey(tenantId, id));
    if (row === undefined || row.freed?.BOOL === true) return;
    // Not committed where another has done it meanwhile.
    await isCommitted(
      this.#table.transact([
        markFreed(tenantId, id),
        freePlaces(tenantKey(tenantId), 1, placeOf({ locator: text(row, 'locator'), environment })),
        freePlaces(workspaceKey(tenantId, text(row, 'wsp')), 1),
      ]),
    );
  }

  /** Removes what hung on a key whose record TTL has deleted. */
  async forget(tenantId: string, id: string, environment: Environment): Promise<void> {
    await this.settleRevoked(tenantId, id, environment);
    await this.#table.delete(keyUsageKey(tenantId, id));
    await this.#table.delete(apiKeyKey(tenantId, id));
  }

  async presentHash(key: ApiKey): Promise<Uint8Array | undefined> {
    const item = await this.#table.get(keyKey(key.locator));
    return item?.ha?.S === undefined ? undefined : Buffer.from(item.ha.S, 'base64');
  }

  async rotate(key: ApiKey, rotation: KeyRotation, origin: ChangeOrigin, now: number): Promise<boolean> {
    const { previousExpiresAt: previous } = rotation;
    return this.#changeRecord(key, {
      set: [
        ...(previous === null ? [] : ['hb = ha', 'xb = :previous']),
        'ha = :hash',
        'xa = :expiry',
        'rot = :now',
        ...(rotation.expiresAt === NEVER ? [] : ['#ttl = :ttl']),
      ],
      values: {
        ...(previous === null ? {} : { ':previous': N(previous) }),
        ':hash': hashText(rotation.hash),
        ':expiry': N(rotation.expiresAt),
        ':now': N(now),
        ':replaces': hashText(rotation.replaces),
        ':active': S('active'),
        ':settled': N(now - ROTATION_PAUSE_SECONDS),
        ...(rotation.expiresAt === NEVER ? {} : { ':ttl': N(rotation.expiresAt + RETENTION_SECONDS) }),
      },
      ...(rotation.expiresAt === NEVER ? { remove: 'REMOVE #ttl' } : {}),
      condition: 'ha = :replaces AND st = :active AND (attribute_not_exists(rot) OR rot <= :settled)',
      origin,
      what: 'rotate',
    });
  }

  async hasWorkspace(tenantId: string, workspaceId: string): Promise<boolean> {
    return (await this.#table.get(workspaceKey(tenantId, workspaceId))) !== undefined;
  }

  async tier(tenantId: string): Promise<string | undefined> {
    return (await this.#table.get(tenantKey(tenantId)))?.tier?.S;
  }

  async defaults(tenantId: string): Promise<KeyDefaults> {
    return keyDefaults(await this.#table.get(tenantKey(tenantId)));
  }

  /** The one conditional write by which a hot record changes; false when its condition does not hold. */
  async #changeRecord(
    key: ApiKey,
    change: {
      readonly set: readonly string[];
      readonly values: Item;
      readonly origin: ChangeOrigin;
      readonly what: string;
      readonly remove?: string;
      readonly condition?: string;
    },
  ): Promise<boolean> {
    const { set, values, origin, what, remove = '', condition } = change;
    const usesTtl = [...set, remove].some((clause) => clause.includes('#ttl'));
    try {
      await this.#table.update(keyKey(key.locator), {
        UpdateExpression: `SET ${[...set, NOTE_CHANGE].join(', ')} ${remove}`.trim(),
        ConditionExpression: condition === undefined ? NOT_REVOKED : `${NOT_REVOKED} AND ${condition}`,
        // `ttl` is a reserved word.
        ...(usesTtl ? { ExpressionAttributeNames: { '#ttl': 'ttl' } } : {}),
        ExpressionAttributeValues: {
          ...values,
          ':revoked': S('revoked'),
          ':zero': N(0),
          ':one': N(1),
          ':change': changeNote(origin, what),
        },
      });
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      throw error;
    }
  }

  /** False when the row went with its record. */
  async #changeRow(
    key: ApiKey,
    { name, metadata, lifetimeSeconds }: KeyChange,
    origin: ChangeOrigin,
    now: number,
  ): Promise<boolean> {
    const set = [
      ...(name === undefined ? [] : ['#name = :name']),
      ...(metadata === undefined ? [] : ['metadata = :metadata']),
      ...(lifetimeSeconds === undefined ? [] : ['lifetime = :lifetime']),
    ];
    if (set.length === 0) return true;
    const changed = { name, metadata, lifetimeSeconds };
    const before = { name: key.name, metadata: key.metadata, lifetimeSeconds: key.lifetimeSeconds };
    const entry = auditEntry(
      'key.update',
      `key:${key.id}`,
      origin,
      now,
      auditedFields(before, changed),
      auditedFields(changed, changed),
    );
    const update: TransactionWrite = {
      Update: {
        Key: apiKeyKey(key.tenantId, key.id),
        UpdateExpression: `SET ${set.join(', ')}`,
        ConditionExpression: 'attribute_exists(PK)',
        ...(name === undefined ? {} : { ExpressionAttributeNames: { '#name': 'name' } }),
        ExpressionAttributeValues: {
          ...(name === undefined ? {} : { ':name': S(name) }),
          ...(metadata === undefined ? {} : { ':metadata': metadataMap(metadata) }),
          ...(lifetimeSeconds === undefined ? {} : { ':lifetime': N(lifetimeSeconds ?? 0) }),
        },
      },
    };
    return isCommitted(this.#audit.commit(key.tenantId, [entry], [update]));
  }

  /** Rows with their live records, in the rows' order; a row whose record is gone is gone. */
  async #withRecords(rows: readonly Item[]): Promise<ApiKey[]> {
    const records = await this.#table.getAll(rows.map((row) => keyKey(text(row, 'locator'))));
    const byPartition = new Map(records.map((record) => [record.PK?.S, record]));
    return rows.flatMap((row) => {
      const record = byPartition.get(`KEY#${text(row, 'locator')}`);
      return record === undefined ? [] : [apiKey(row, record)];
    });
  }
}

/** The two items of a new key, for a transaction; without an origin when that has the row of the audit trail itself. */
export function newKeyItems(
  { key, hash }: KeyIssue,
  origin: ChangeOrigin | null,
): readonly TransactionWrite[] {
  const record: Item = {
    ...keyKey(key.locator),
    id: S(key.id),
    ten: S(key.tenantId),
    wsp: S(key.workspaceId),
    env: S(key.environment),
    scp: S(scopesText(key.scopes)),
    st: S('active'),
    ha: hashText(hash),
    xa: N(key.expiresAt),
    win: N(0),
    n: N(0),
    seq: N(1),
    ...(origin === null ? {} : { chg: changeNote(origin, 'create') }),
    ...(key.allowedBlocks.length === 0 ? {} : { ips: blocksText(key.allowedBlocks) }),
    ...(key.expiresAt === NEVER ? {} : { ttl: N(key.expiresAt + RETENTION_SECONDS) }),
  };
  const row: Item = {
    ...apiKeyKey(key.tenantId, key.id),
    locator: S(key.locator),
    wsp: S(key.workspaceId),
    name: S(key.name),
    metadata: metadataMap(key.metadata),
    lifetime: N(key.lifetimeSeconds ?? 0),
    createdAt: N(key.createdAt),
    createdBy: S(key.createdBy),
  };
  return [record, row].map((Item) => ({ Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } }));
}

function idOf(row: Item | undefined): string | undefined {
  return row?.SK?.S?.slice(KEY_ROW.length);
}

/** Whether a key's row is one of those meant. */
function isSelected(row: Item, { workspaceId, createdBy, createdBefore }: KeySelection): boolean {
  return (
    (workspaceId === undefined || row.wsp?.S === workspaceId) &&
    (createdBy === undefined || row.createdBy?.S === createdBy) &&
    (createdBefore === undefined || number(row, 'createdAt') < createdBefore)
  );
}

/** A key whose place is given back; only the first to say so succeeds. */
function markFreed(tenantId: string, id: string): TransactionWrite {
  return {
    Update: {
      Key: apiKeyKey(tenantId, id),
      UpdateExpression: 'SET freed = :true',
      ConditionExpression: 'attribute_exists(PK) AND attribute_not_exists(freed)',
      ExpressionAttributeValues: { ':true': { BOOL: true } },
    },
  };
}

type Counter = 'keyCount' | 'testKeyCount' | 'importedCount';

/** Where a tenant counts a key: test keys are free, and neither they nor imported keys take a live key's place. */
export function placeOf({ locator, environment }: Pick<ApiKey, 'locator' | 'environment'>): Counter {
  if (isImported(locator)) return 'importedCount';
  return environment === 'test' ? 'testKeyCount' : 'keyCount';
}

/** Counts new keys of a workspace, which must be there and open. */
export function takePlaces(tenantId: string, workspaceId: string, places: number): TransactionWrite {
  return {
    Update: {
      Key: workspaceKey(tenantId, workspaceId),
      UpdateExpression: 'ADD keyCount :places',
      ConditionExpression: OPEN_WORKSPACE,
      ExpressionAttributeValues: { ':places': N(places) },
    },
  };
}

function freePlaces(Key: ItemKey, places: number, counter: Counter = 'keyCount'): TransactionWrite {
  return {
    Update: {
      Key,
      UpdateExpression: `ADD ${counter} :minus`,
      ConditionExpression: `${counter} >= :places`,
      ExpressionAttributeValues: { ':minus': N(-places), ':places': N(places) },
    },
  };
}

/**
 * A rotation's grace ends no later than the key: what a change of the expiry adds to the write. A rotation between our
 * read and the write fails its condition.
 */
function graceWithin({ previousExpiresAt }: ApiKey, expiresAt: number) {
  return previousExpiresAt !== null && previousExpiresAt > expiresAt
    ? { set: ['xb = :expiry'], condition: 'xb > :expiry' }
    : { set: [], condition: '(attribute_not_exists(xb) OR xb <= :expiry)' };
}

/** What of a change the hot record holds. */
function recordChange({ scopes, allowedBlocks: blocks, state, expiresAt }: KeyChange) {
  const set: string[] = [];
  const values: Record<string, AttributeValue> = {};
  const put = (attribute: string, name: string, value: AttributeValue) => {
    set.push(`${attribute} = ${name}`);
    values[name] = value;
  };
  if (scopes !== undefined) put('scp', ':scopes', S(scopesText(scopes)));
  if (blocks !== undefined) put('ips', ':blocks', blocksText(blocks));
  if (state !== undefined) put('st', ':state', S(state));
  if (expiresAt !== undefined) put('xa', ':expiry', N(expiresAt));
  if (expiresAt !== undefined && expiresAt !== NEVER) put('#ttl', ':ttl', N(expiresAt + RETENTION_SECONDS));
  return { set, values, what: state === 'disabled' ? 'disable' : state === 'active' ? 'enable' : 'update' };
}

/** The fields of `state` that `changed` has, as the audit trail names them. */
function auditedFields(
  state: Readonly<Record<'name' | 'metadata' | 'lifetimeSeconds', unknown>>,
  changed: Readonly<Record<'name' | 'metadata' | 'lifetimeSeconds', unknown>>,
): AuditedState {
  return {
    ...(changed.name === undefined ? {} : { name: state.name }),
    ...(changed.metadata === undefined ? {} : { metadata: state.metadata }),
    ...(changed.lifetimeSeconds === undefined ? {} : { lifetime_seconds: state.lifetimeSeconds }),
  };
}

function metadataMap(metadata: Readonly<Record<string, string>>): AttributeValue {
  return { M: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, S(value)])) };
}

function apiKey(row: Item, record: Item): ApiKey {
  const lifetime = number(row, 'lifetime');
  const usedAt = number(record, 'seen');
  const previous = number(record, 'xb');
  const state = oneOf(['active', 'disabled', 'revoked'], text(record, 'st'));
  return {
    id: text(record, 'id'),
    tenantId: text(record, 'ten'),
    workspaceId: text(record, 'wsp'),
    locator: text(row, 'locator'),
    name: text(row, 'name'),
    environment: oneOf<Environment>(ENVIRONMENTS, text(record, 'env')),
    scopes: parseScopes(text(record, 'scp')),
    state,
    // A revocation sets the TTL to the end of its retention: the record has no room to say it twice.
    revokedAt: state === 'revoked' ? number(record, 'ttl') - RETENTION_SECONDS : null,
    expiresAt: number(record, 'xa', NEVER),
    lifetimeSeconds: lifetime === 0 ? null : lifetime,
    allowedBlocks: allowedBlocks(record),
    metadata: Object.fromEntries(
      Object.entries(row.metadata?.M ?? {}).map(([name, value]) => [name, value.S ?? '']),
    ),
    createdAt: number(row, 'createdAt'),
    createdBy: text(row, 'createdBy'),
    lastUse: usedAt === 0 ? null : { at: usedAt, address: record.ip?.S ?? '' },
    requests: number(record, 'n'),
    previousExpiresAt: previous === 0 ? null : previous,
  };
}
