import { NEVER } from '../domain/clock.ts';
import { Problem } from '../domain/errors.ts';
import {
  type ApiKey,
  type ChangeOrigin,
  type KeyChange,
  type KeyIssue,
  type KeyPage,
  type KeyRotation,
  type KeyStore,
  RETENTION_SECONDS,
  ROTATION_PAUSE_SECONDS,
} from '../domain/keys.ts';
import { ENVIRONMENTS, type Environment } from '../domain/scopes.ts';
import {
  type AttributeValue,
  allowedBlocks,
  apiKeyKey,
  blocksText,
  hashText,
  type Item,
  keyKey,
  N,
  number,
  oneOf,
  parseScopes,
  S,
  scopesText,
  tenantKey,
  text,
  workspaceKey,
} from './items.ts';
import { isConditionFailure } from './record-client.ts';
import { ConditionsFailed, type Table, type TransactionWrite } from './table.ts';

/** A revoked key never comes back, and a record that TTL deleted is never made anew by an update. */
const NOT_REVOKED = 'attribute_exists(PK) AND st <> :revoked';
/** Each change of a hot record names itself on it; the stream carries it on. */
const NOTE_CHANGE = 'seq = if_not_exists(seq, :zero) + :one, chg = :change';

/**
 * API keys in the table. A key is two items: `KEY#<locator>`, hot and authoritative for what a decision needs,
 * and `TENANT#<t>` / `APIKEY#<id>`, which is listed and has what only people need.
 */
export class DynamoKeyStore implements KeyStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async create(issue: KeyIssue, maxKeys: number, origin: ChangeOrigin): Promise<void> {
    const { key } = issue;
    const writes: readonly TransactionWrite[] = [
      ...newKeyItems(issue, origin),
      {
        ConditionCheck: {
          Key: workspaceKey(key.tenantId, key.workspaceId),
          ConditionExpression: 'attribute_exists(PK)',
        },
      },
      {
        Update: {
          Key: tenantKey(key.tenantId),
          UpdateExpression: 'ADD #count :one',
          ConditionExpression: 'attribute_exists(PK) AND (attribute_not_exists(#count) OR #count < :max)',
          ExpressionAttributeNames: { '#count': keyCount(key.environment) },
          ExpressionAttributeValues: { ':one': N(1), ':max': N(maxKeys) },
        },
      },
    ];
    try {
      await this.#table.transact(writes);
    } catch (error) {
      if (!(error instanceof ConditionsFailed)) throw error;
      if (error.failed.includes(2))
        throw new Problem('not_found', { message: 'There is no workspace with this id.' });
      throw new Problem('limit_reached', {
        message: `The tenant has the ${maxKeys} ${key.environment} API keys that its tier allows.`,
      });
    }
  }

  async find(tenantId: string, id: string): Promise<ApiKey | undefined> {
    const row = await this.#table.get(apiKeyKey(tenantId, id));
    return row === undefined ? undefined : (await this.#withRecords([row]))[0];
  }

  async page(tenantId: string, limit: number, after?: string, workspaceId?: string): Promise<KeyPage> {
    const keys: ApiKey[] = [];
    let last = after;
    for (let more = true; more && keys.length < limit; ) {
      const page = await this.#table.query(
        `TENANT#${tenantId}`,
        'APIKEY#',
        limit - keys.length,
        last === undefined ? undefined : `APIKEY#${last}`,
      );
      const rows = page.items.filter((row) => workspaceId === undefined || row.wsp?.S === workspaceId);
      keys.push(...(await this.#withRecords(rows)));
      last = page.items.at(-1)?.SK?.S?.slice('APIKEY#'.length) ?? last;
      more = page.more;
      if (!more) last = undefined;
    }
    return { keys, next: last ?? null };
  }

  async change(key: ApiKey, change: KeyChange, origin: ChangeOrigin): Promise<boolean> {
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
    return this.#changeRow(key, change);
  }

  async revoke(key: ApiKey, origin: ChangeOrigin, now: number): Promise<void> {
    await this.#changeRecord(key, {
      set: ['st = :revoked', '#ttl = :ttl'],
      values: { ':ttl': N(now + RETENTION_SECONDS) },
      origin,
      what: 'revoke',
    });
    await this.settleRevoked(key.tenantId, key.id, key.environment);
  }

  /** Gives a revoked key's place back, once; the stream does it again, should nobody have come to this. */
  async settleRevoked(tenantId: string, id: string, environment: Environment): Promise<void> {
    await this.#onlyOnce([
      {
        Update: {
          Key: apiKeyKey(tenantId, id),
          UpdateExpression: 'SET freed = :true',
          ConditionExpression: 'attribute_exists(PK) AND attribute_not_exists(freed)',
          ExpressionAttributeValues: { ':true': { BOOL: true } },
        },
      },
      freePlace(tenantId, environment),
    ]);
  }

  /** Removes what hung on a key whose record TTL has deleted. */
  async forget(tenantId: string, id: string, environment: Environment): Promise<void> {
    await this.settleRevoked(tenantId, id, environment);
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
  async #changeRow(key: ApiKey, { name, metadata, lifetimeSeconds }: KeyChange): Promise<boolean> {
    const set = [
      ...(name === undefined ? [] : ['#name = :name']),
      ...(metadata === undefined ? [] : ['metadata = :metadata']),
      ...(lifetimeSeconds === undefined ? [] : ['lifetime = :lifetime']),
    ];
    if (set.length === 0) return true;
    try {
      await this.#table.update(apiKeyKey(key.tenantId, key.id), {
        UpdateExpression: `SET ${set.join(', ')}`,
        ConditionExpression: 'attribute_exists(PK)',
        ...(name === undefined ? {} : { ExpressionAttributeNames: { '#name': 'name' } }),
        ExpressionAttributeValues: {
          ...(name === undefined ? {} : { ':name': S(name) }),
          ...(metadata === undefined ? {} : { ':metadata': metadataMap(metadata) }),
          ...(lifetimeSeconds === undefined ? {} : { ':lifetime': N(lifetimeSeconds ?? 0) }),
        },
      });
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      throw error;
    }
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

  async #onlyOnce(writes: readonly TransactionWrite[]): Promise<void> {
    try {
      await this.#table.transact(writes);
    } catch (error) {
      if (!(error instanceof ConditionsFailed)) throw error;
    }
  }
}

/** The two items of a new key, for a transaction. */
export function newKeyItems({ key, hash }: KeyIssue, origin: ChangeOrigin): readonly TransactionWrite[] {
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
    chg: changeNote(origin, 'create'),
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

/** Where a tenant counts its keys: test keys are free, and take no live key's place. */
export function keyCount(environment: Environment): string {
  return environment === 'test' ? 'testKeyCount' : 'keyCount';
}

function freePlace(tenantId: string, environment: Environment): TransactionWrite {
  return {
    Update: {
      Key: tenantKey(tenantId),
      UpdateExpression: 'ADD #count :minus',
      ConditionExpression: '#count > :zero',
      ExpressionAttributeNames: { '#count': keyCount(environment) },
      ExpressionAttributeValues: { ':minus': N(-1), ':zero': N(0) },
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

/** A caller may choose a long request id; the record, which must stay below 1 KB, keeps the length of a UUID of it. */
const NOTED_REQUEST_ID_LENGTH = 36;

function changeNote({ actor, requestId }: ChangeOrigin, what: string): AttributeValue {
  return {
    M: { actor: S(actor), request_id: S(requestId.slice(0, NOTED_REQUEST_ID_LENGTH)), what: S(what) },
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
