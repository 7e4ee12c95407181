import { type DecisionRights, roleScopes } from '../contract/rights.ts';
import { firstUncovered, parseScopes, type Scope } from '../contract/scopes.ts';
import * as attribute from '../kernel/attributes.ts';
import { type AttributeValue, type Item, N, number, S } from '../kernel/items.ts';

/** The name of a kind, as plans and `--except` say it. */
export type KindName =
  | 'key'
  | 'session'
  | 'person'
  | 'password'
  | 'identity'
  | 'factors'
  | 'passkey'
  | 'app'
  | 'client'
  | 'signing-key'
  | 'tenant';

/** The rights by which a replay tells a smaller role or scope from a larger one. */
export type ReplayRights = Pick<DecisionRights, 'inclusion' | 'roles' | 'smallestRole'>;

/** The attributes that a replay gives an item; undefined for one that it takes away. */
export type Replacement = Readonly<Record<string, AttributeValue | undefined>>;

/** A kind of item of which something can end for good: the ledger keeps it where a restore of the table does not reach. */
export interface Kind {
  readonly name: KindName;
  /** The sort key of its items, or what it begins with: by this the stream's filter lets them through. */
  readonly sortKey: string | { readonly prefix: string };
  /** What their partition key begins with, where items of other partitions have such sort keys. @default - whatever */
  readonly partition?: string;
  /** The attributes that the ledger keeps, as they stand after each change of one of them. */
  readonly kept: readonly string[];
  /** What proves that a restored item is the one that the ledger means: an item may come again under the same key. */
  readonly identity?: string;
  /** What a restored item has to become for what the ledger says of it. It only takes away; an empty one changes nothing. */
  readonly replay: (restored: Item, kept: Item, rights: ReplayRights) => Replacement;
  /** Whether the restored item goes too when the ledger says that the item is gone; else what it becomes. */
  readonly gone: 'delete' | ((restored: Item) => Replacement);
}

const KEY_STATES = ['active', 'disabled', 'revoked'];
const TENANT_STATES = ['active', 'suspended', 'closed'];

/** Seconds for which a revoked key is remembered, so that its owner is told why it stopped; as in `keys`. */
const REVOKED_KEY_SECONDS = 30 * 86_400;

/** Kinds of hot records: each change of one carries a note. */
export const HOT_KINDS: readonly KindName[] = ['key', 'session'];

/** Every kind: one more takes a line here. */
export const KINDS: readonly Kind[] = [
  {
    name: 'key',
    sortKey: 'KEY',
    kept: [
      attribute.STATE,
      attribute.HASH,
      attribute.EXPIRY,
      attribute.PREVIOUS_HASH,
      attribute.PREVIOUS_EXPIRY,
      attribute.SCOPES,
      attribute.ALLOWED_BLOCKS,
      attribute.CHANGES,
    ],
    identity: attribute.KEY_ID,
    replay: (restored, kept, rights) => ({
      ...slots(restored, kept),
      ...fewerScopes(restored, kept, rights),
      ...(kept[attribute.ALLOWED_BLOCKS] === undefined
        ? {}
        : changed(restored, attribute.ALLOWED_BLOCKS, kept[attribute.ALLOWED_BLOCKS])),
      ...endedKey(restored, kept),
      ...newerCount(restored, kept),
    }),
    gone: 'delete',
  },
  {
    name: 'session',
    sortKey: 'SESSION',
    kept: [attribute.STATE],
    replay: (restored, kept) =>
      kept[attribute.STATE]?.S === 'ended' ? changed(restored, attribute.STATE, S('ended')) : {},
    gone: (restored) => changed(restored, attribute.STATE, S('ended')),
  },
  {
    name: 'person',
    sortKey: { prefix: 'USER#' },
    partition: 'TENANT#',
    kept: ['role', attribute.PERSON_VERSION, 'pwv', 'kept'],
    replay: smallerRole,
    gone: 'delete',
  },
  {
    name: 'app',
    sortKey: { prefix: 'APP#' },
    partition: 'USER#',
    // A consent ends by being deleted.
    kept: [],
    replay: () => ({}),
    gone: 'delete',
  },
  {
    name: 'password',
    sortKey: 'EMAIL',
    kept: ['passwordHash'],
    identity: 'userId',
    // The password before the last change is dead; its successor is the one that its owner knows.
    replay: (restored, kept) => changed(restored, 'passwordHash', kept.passwordHash),
    gone: 'delete',
  },
  {
    name: 'identity',
    sortKey: 'IDENTITY',
    // Of an identity provider: whose it was before it was given to another person.
    kept: ['userId', 'tenantId'],
    replay: (restored, kept) => ({
      ...changed(restored, 'userId', kept.userId),
      ...changed(restored, 'tenantId', kept.tenantId),
    }),
    gone: 'delete',
  },
  {
    name: 'factors',
    sortKey: 'FACTORS',
    partition: 'USER#',
    // One that was removed, or a recovery code that was used, is dead; those of the last change are the person's.
    kept: ['factors', 'v'],
    replay: (restored, kept) =>
      number(kept, 'v') > number(restored, 'v')
        ? { ...changed(restored, 'factors', kept.factors), ...changed(restored, 'v', kept.v) }
        : {},
    gone: 'delete',
  },
  {
    name: 'passkey',
    sortKey: 'PASSKEY',
    kept: [],
    replay: () => ({}),
    gone: 'delete',
  },
  {
    name: 'client',
    sortKey: 'CLIENT',
    kept: ['secret', 'previousSecret', 'previousSecretExpiry'],
    replay: (restored, kept) => ({
      ...changed(restored, 'secret', kept.secret),
      ...changed(restored, 'previousSecret', kept.previousSecret),
      ...changed(restored, 'previousSecretExpiry', kept.previousSecretExpiry),
    }),
    gone: 'delete',
  },
  {
    name: 'signing-key',
    sortKey: 'CONTROL',
    partition: 'CONTROL',
    kept: ['revokedKids'],
    replay: (restored, kept) => union(restored, kept, 'revokedKids'),
    gone: () => ({}),
  },
  {
    name: 'tenant',
    sortKey: 'TENANT',
    kept: [attribute.TENANT_STATE, 'erasesAt', attribute.SUSPENDED_WORKSPACES],
    replay: (restored, kept) => ({
      ...closedUntil(restored, kept),
      ...union(restored, kept, attribute.SUSPENDED_WORKSPACES),
    }),
    gone: (restored) => changed(restored, attribute.TENANT_STATE, S('closed')),
  },
];

/** The kind of an item; undefined where nothing of it ends for good. */
export function kindOf({ PK, SK }: Item): Kind | undefined {
  return KINDS.find((kind) => holds(kind, PK?.S ?? '', SK?.S ?? ''));
}

/** Whether an item is of a kind, by its keys. */
export function holds({ sortKey, partition = '' }: Kind, partitionKey: string, itemSortKey: string): boolean {
  const isMeant =
    typeof sortKey === 'string' ? itemSortKey === sortKey : itemSortKey.startsWith(sortKey.prefix);
  return isMeant && partitionKey.startsWith(partition);
}

/** The part of an item that its kind keeps. */
export function keptOf(item: Item, { kept, identity }: Kind): Item {
  const names = identity === undefined ? kept : [...kept, identity];
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
}

/** The change of one attribute; none where it has the value. */
function changed(item: Item, name: string, value: AttributeValue | undefined): Replacement {
  return isSame(item[name], value) ? {} : { [name]: value };
}

function isSame(one: AttributeValue | undefined, other: AttributeValue | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Closed since, a tenant is erased, and can be reopened, when its administrator was told. */
function closedUntil(restored: Item, kept: Item): Replacement {
  const state = laterState(restored, kept, attribute.TENANT_STATE, TENANT_STATES);
  const isClosed = state[attribute.TENANT_STATE]?.S === 'closed';
  return { ...state, ...(isClosed ? changed(restored, 'erasesAt', kept.erasesAt) : {}) };
}

/** The later of two states, in the order in which they end a thing. */
function laterState(restored: Item, kept: Item, name: string, order: readonly string[]): Replacement {
  const rank = (item: Item) => order.indexOf(item[name]?.S ?? '');
  return rank(kept) > rank(restored) ? changed(restored, name, kept[name]) : {};
}

function endedKey(restored: Item, kept: Item): Replacement {
  const state = laterState(restored, kept, attribute.STATE, KEY_STATES);
  if (state[attribute.STATE]?.S !== 'revoked') return state;
  return { ...state, ttl: N(Math.floor(Date.now() / 1000) + REVOKED_KEY_SECONDS) };
}

/**
 * The slots of a key. After a rotation they are those of the ledger: what the restored record would let in has been
 * replaced, and its successor is what the holder has. Without one an end only moves nearer.
 */
function slots(restored: Item, kept: Item): Replacement {
  const { CHANGES, HASH, EXPIRY, PREVIOUS_HASH, PREVIOUS_EXPIRY } = attribute;
  if (!isSame(restored[HASH], kept[HASH])) {
    if (number(kept, CHANGES) <= number(restored, CHANGES)) return {};
    return Object.assign(
      {},
      ...[HASH, EXPIRY, PREVIOUS_HASH, PREVIOUS_EXPIRY].map((name) => changed(restored, name, kept[name])),
    );
  }
  const earlier = (name: string): Replacement =>
    number(kept, name) < number(restored, name) ? changed(restored, name, kept[name]) : {};
  return {
    ...earlier(EXPIRY),
    ...(restored[PREVIOUS_HASH] === undefined ? {} : earlier(PREVIOUS_EXPIRY)),
  };
}

/** The number of the key's last change; the note of one before it would be told a second time. */
function newerCount(restored: Item, kept: Item): Replacement {
  const { CHANGE, CHANGES } = attribute;
  if (number(kept, CHANGES) <= number(restored, CHANGES)) return {};
  return { ...changed(restored, CHANGES, kept[CHANGES]), ...changed(restored, CHANGE, undefined) };
}

/** The ledger's scopes where the restored ones cover them; else the ones that both name. */
function fewerScopes(restored: Item, kept: Item, { inclusion }: ReplayRights): Replacement {
  const [were, are] = [restored, kept].map((item) => parseScopes(item[attribute.SCOPES]?.S ?? ''));
  if (were === undefined || are === undefined) return {};
  const fewer = covers(were, are, inclusion) ? are : were.filter((scope) => are.includes(scope));
  return changed(restored, attribute.SCOPES, S(fewer.join(' ')));
}

/** The role after a demotion, with the person's versions, which sessions follow. What is no smaller role becomes the smallest. */
function smallerRole(restored: Item, kept: Item, rights: ReplayRights): Replacement {
  const { PERSON_VERSION } = attribute;
  if (number(kept, PERSON_VERSION) <= number(restored, PERSON_VERSION)) return {};
  const scopesOf = (item: Item) => roleScopes(item.role?.S ?? null, rights.roles);
  const [were, are] = [scopesOf(restored), scopesOf(kept)];
  const role = covers(were, are, rights.inclusion)
    ? kept.role
    : covers(are, were, rights.inclusion)
      ? restored.role
      : rights.smallestRole === null
        ? kept.role
        : S(rights.smallestRole);
  return {
    ...changed(restored, 'role', role),
    ...changed(restored, PERSON_VERSION, kept[PERSON_VERSION]),
    ...(kept.pwv === undefined ? {} : changed(restored, 'pwv', kept.pwv)),
    ...(kept.kept === undefined ? {} : changed(restored, 'kept', kept.kept)),
  };
}

function covers(
  held: readonly Scope[],
  wanted: readonly Scope[],
  inclusion: ReplayRights['inclusion'],
): boolean {
  return firstUncovered(held, wanted, inclusion) === undefined;
}

function union(restored: Item, kept: Item, name: string): Replacement {
  const all = new Set([...(restored[name]?.SS ?? []), ...(kept[name]?.SS ?? [])]);
  return all.size === (restored[name]?.SS?.length ?? 0) ? {} : { [name]: { SS: [...all] } };
}
