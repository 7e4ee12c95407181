import { parseScopes, scopesText } from '../contract/scopes.ts';
import { refreshKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { isConditionFailure } from '../kernel/record-client.ts';
import type { Table } from '../kernel/table.ts';
import {
  MAX_USES,
  type NewRefreshToken,
  type NewRefreshUse,
  type RefreshFamily,
  type RefreshStore,
  type RefreshUse,
} from './refresh-tokens.ts';

/** TTL deletes late, so the expiry is compared. */
const NOT_EXPIRED = 'xa > :now';
const BELOW_MAX_USES = 'n < :max';
/** Whose it is: an OAuth client's, or of a login. */
const OF_CLIENT = 'cli = :client';
const OF_LOGIN = 'attribute_not_exists(cli)';
const NEVER_USED = 'attribute_not_exists(used)';

/** A repetition of the write by the client, whose answer was lost. */
const USED_BY_US = '#by = :use';
const WITHIN_GRACE = 'used > :since';

/**
 * Refresh tokens in the table, by their hash. A used one stays until it would have expired: that it comes again is
 * how a theft shows.
 */
export class DynamoRefreshStore implements RefreshStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async create(token: NewRefreshToken): Promise<void> {
    const { Key, ...update } = refreshTokenUpdate(token);
    await this.#table.update(Key, update);
  }

  async find(hash: string): Promise<RefreshFamily | undefined> {
    const item = await this.#table.get(refreshKey(hash));
    return item && family(item);
  }

  async use(hash: string, use: NewRefreshUse): Promise<RefreshUse> {
    const { useId, clientId, graceSeconds, now } = use;
    const strict = graceSeconds === 0;
    const usable = [NEVER_USED, USED_BY_US, ...(strict ? [] : [WITHIN_GRACE])].join(' OR ');
    try {
      const item = await this.#table.update(refreshKey(hash), {
        UpdateExpression: 'SET used = if_not_exists(used, :now), #by = if_not_exists(#by, :use) ADD n :one',
        ConditionExpression: `attribute_exists(PK) AND ${clientId === null ? OF_LOGIN : OF_CLIENT} AND ${NOT_EXPIRED} AND ${BELOW_MAX_USES} AND (${usable})`,
        ExpressionAttributeNames: { '#by': 'by' },
        ExpressionAttributeValues: {
          ':now': N(now),
          ':use': S(useId),
          ':one': N(1),
          ':max': N(MAX_USES),
          ...(clientId === null ? {} : { ':client': S(clientId) }),
          ...(strict ? {} : { ':since': N(now - graceSeconds) }),
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return { kind: 'accepted', family: family(item ?? {}) };
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return refusal(error.Item, use);
    }
  }
}

/** The write that creates a token, by itself or with the session that it continues. */
export function refreshTokenUpdate(token: NewRefreshToken) {
  const { grant } = token;
  return {
    Key: refreshKey(token.hash),
    UpdateExpression:
      'SET sid = :sid, usr = :usr, ten = :ten, xa = :expiry, xm = :end, #ttl = :expiry, n = :zero' +
      (grant === undefined ? '' : ', cli = :client, scp = :scopes, res = :resource'),
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: {
      ':sid': S(token.sessionId),
      ':usr': S(token.userId),
      ':ten': S(token.tenantId),
      ':expiry': N(token.expiresAt),
      ':end': N(token.endsAt),
      ':zero': N(0),
      ...(grant === undefined
        ? {}
        : {
            ':client': S(grant.clientId),
            ':scopes': S(scopesText(grant.scopes)),
            ':resource': S(grant.resource),
          }),
    },
  };
}

/** Why the write was refused, from the item as it was. */
function refusal(item: Item | undefined, { clientId, graceSeconds, now }: NewRefreshUse): RefreshUse {
  if (item === undefined || (item.cli?.S ?? null) !== clientId) return { kind: 'unknown' };
  if (number(item, 'xa') <= now) return { kind: 'expired' };
  const withinGrace = graceSeconds > 0 && number(item, 'used') > now - graceSeconds;
  if (withinGrace) return { kind: 'exhausted' };
  return { kind: 'reused', family: family(item) };
}

function family(item: Item): RefreshFamily {
  const clientId = item.cli?.S;
  return {
    sessionId: text(item, 'sid'),
    userId: text(item, 'usr'),
    tenantId: text(item, 'ten'),
    endsAt: number(item, 'xm'),
    ...(clientId === undefined
      ? {}
      : { grant: { clientId, scopes: parseScopes(text(item, 'scp')), resource: text(item, 'res') } }),
  };
}
