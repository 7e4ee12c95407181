import { type AddressBlock, packBlocks, unpackBlocks } from '../domain/address.ts';
import type { KeyRecord, KeySlot, SessionRecord } from '../domain/decision.ts';
import { ENVIRONMENTS, type Environment, ROLES, type Role, SCOPES, type Scope } from '../domain/scopes.ts';
import type { ControlFacts, TenantFacts } from '../domain/tenant-facts.ts';

/**
 * The DynamoDB types that Latchkey's items use. Bytes are stored as base64 text: the two clients
 * (the SDK and the authorizer's own) spell binary values differently, and text they spell alike.
 */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly SS?: readonly string[];
  readonly M?: Readonly<Record<string, AttributeValue>>;
  readonly BOOL?: boolean;
}
export type Item = Readonly<Record<string, AttributeValue>>;
export interface ItemKey {
  readonly PK: AttributeValue;
  readonly SK: AttributeValue;
}

const key = (partition: string, sort: string): ItemKey => ({ PK: { S: partition }, SK: { S: sort } });

/** Every key of the table is made here (docs/architecture.md). */
export const keyKey = (locator: string): ItemKey => key(`KEY#${locator}`, 'KEY');
export const sessionKey = (sessionId: string): ItemKey => key(`SESSION#${sessionId}`, 'SESSION');
export const tenantKey = (tenantId: string): ItemKey => key(`TENANT#${tenantId}`, 'TENANT');
export const userKey = (tenantId: string, userId: string): ItemKey =>
  key(`TENANT#${tenantId}`, `USER#${userId}`);
export const workspaceKey = (tenantId: string, workspaceId: string): ItemKey =>
  key(`TENANT#${tenantId}`, `WORKSPACE#${workspaceId}`);
export const apiKeyKey = (tenantId: string, keyId: string): ItemKey =>
  key(`TENANT#${tenantId}`, `APIKEY#${keyId}`);
export const userSessionKey = (userId: string, sessionId: string): ItemKey =>
  key(`USER#${userId}`, `SESSION#${sessionId}`);
export const refreshKey = (hash: string): ItemKey => key(`REFRESH#${hash}`, 'REFRESH');
export const identityKey = (hash: string): ItemKey => key(`IDENTITY#${hash}`, 'IDENTITY');
export const exchangedKey = (hash: string): ItemKey => key(`EXCHANGED#${hash}`, 'EXCHANGED');
export const emailKey = (email: string): ItemKey => key(`EMAIL#${email}`, 'EMAIL');
/** The last number of a tenant's audit trail, and its rows, in the order of their numbers. */
export const auditHeadKey = (tenantId: string): ItemKey => key(`TENANT#${tenantId}`, 'AUDITHEAD');
export const auditKey = (tenantId: string, seq: number): ItemKey =>
  key(`TENANT#${tenantId}`, `AUDIT#${String(seq).padStart(12, '0')}`);
/** Says that a change of a hot record has its row. */
export const auditedKey = (tenantId: string, source: string): ItemKey =>
  key(`TENANT#${tenantId}`, `AUDITED#${source}`);
export const backoffKey = (subject: string): ItemKey => key(`BACKOFF#${subject}`, 'BACKOFF');
export const CONTROL_KEY: ItemKey = key('CONTROL', 'CONTROL');
export const CENSUS_KEY: ItemKey = key('CENSUS', 'CENSUS');
/** The partition of what the reconciler knows: a row a tenant, and its own. */
export const USAGE_KEYS = 'USAGEKEYS';
export const usageKeyKey = (tenantId: string): ItemKey => key(USAGE_KEYS, `TENANT#${tenantId}`);
export const RECONCILER_KEY: ItemKey = key(USAGE_KEYS, 'RECONCILER');
/** How much a tenant has used, and each of its keys. */
export const tenantUsageKey = (tenantId: string): ItemKey => key(`TENANT#${tenantId}`, 'USAGE');
export const keyUsageKey = (tenantId: string, keyId: string): ItemKey =>
  key(`TENANT#${tenantId}`, `USAGE#${keyId}`);
export const eventKey = (eventId: string): ItemKey => key(`EVENT#${eventId}`, 'EVENT');

export const S = (text: string): AttributeValue => ({ S: text });
export const N = (number: number): AttributeValue => ({ N: String(number) });

/** The text of an attribute that must be there. Throws when the item is not of the shape that we write. */
export function text(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new Error(`The item ${item.PK?.S?.split('#')[0]} lacks ${name}.`);
  return value;
}

/** The number of an attribute, or `otherwise` when it is absent. */
export function number(item: Item, name: string, otherwise = 0): number {
  const value = item[name]?.N;
  return value === undefined ? otherwise : Number(value);
}

/** Scopes are one text, smallest first, as in a token's `scope` (RFC 6749, 3.3). */
export function scopesText(scopes: readonly Scope[]): string {
  return SCOPES.filter((scope) => scopes.includes(scope)).join(' ');
}
export function parseScopes(stored: string): Scope[] {
  return SCOPES.filter((scope) => stored.split(' ').includes(scope));
}

/**
 * A key's record. Names are short as the record is written on every request and stays below 1 KB:
 * `id`, `ten`ant, `wsp` workspace, `env`ironment, `scp` scopes, `st`ate, `ha`/`xa` and `hb`/`xb` the slots
 * (hash, expiry), `ips` the allow-list, `win`dow, `c<window>` counts, `n` uses, `seen` and `ip` the last use.
 */
export function keyRecord(item: Item): KeyRecord {
  return {
    state: oneOf(['active', 'disabled', 'revoked'], text(item, 'st')),
    slots: [slot(item, 'ha', 'xa'), slot(item, 'hb', 'xb')].filter((found) => found !== undefined),
    caller: {
      keyId: text(item, 'id'),
      tenantId: text(item, 'ten'),
      workspaceId: text(item, 'wsp'),
      environment: oneOf<Environment>(ENVIRONMENTS, text(item, 'env')),
      scopes: parseScopes(text(item, 'scp')),
    },
    allowedBlocks: allowedBlocks(item),
  };
}

export function allowedBlocks(item: Item): AddressBlock[] {
  return item.ips?.S === undefined ? [] : unpackBlocks(item.ips.S);
}

export function blocksText(blocks: readonly AddressBlock[]): AttributeValue {
  return S(packBlocks(blocks));
}

/** How a slot stores a key's SHA-256. */
export function hashText(hash: Uint8Array): AttributeValue {
  return S(Buffer.from(hash).toString('base64'));
}

function slot(item: Item, hash: string, expiry: string): KeySlot | undefined {
  const stored = item[hash]?.S;
  return stored === undefined
    ? undefined
    : { hash: Buffer.from(stored, 'base64'), expiresAt: number(item, expiry) };
}

/** A session's record: as a key's, with `usr`, `rol`e, `sid` and one expiry `xa`. */
export function sessionRecord(item: Item): SessionRecord {
  return {
    state: oneOf(['active', 'ended'], text(item, 'st')),
    expiresAt: number(item, 'xa'),
    caller: {
      sessionId: text(item, 'sid'),
      tenantId: text(item, 'ten'),
      workspaceId: text(item, 'wsp'),
      userId: text(item, 'usr'),
      role: oneOf<Role>(ROLES, text(item, 'rol')),
    },
  };
}

export function tenantFacts(item: Item): TenantFacts {
  const usageKey = item.usageKey?.S;
  const heldUntil = item.heldUntil?.N;
  return {
    state: oneOf(['active', 'suspended', 'closed'], text(item, 'state')),
    tier: text(item, 'tier'),
    ...(usageKey === undefined ? {} : { usageKey }),
    ...(heldUntil === undefined ? {} : { heldUntil: Number(heldUntil) }),
    suspendedWorkspaces: new Set(item.suspendedWorkspaces?.SS ?? []),
    workspaces: new Set(item.workspaces?.SS ?? []),
  };
}

/** The deployment's item; before the first rotation there is none, and no token can be valid. */
export function controlFacts(item: Item | undefined): ControlFacts {
  return {
    version: item === undefined ? 0 : number(item, 'version'),
    keys: item === undefined ? [] : JSON.parse(text(item, 'keys')),
    revokedKids: new Set(item?.revokedKids?.SS ?? []),
    ...(item?.importedKeys?.BOOL === true ? { importedKeys: true } : {}),
  };
}

/** `value` as one of `allowed`. Throws on anything else: an item that we did not write is not believed. */
export function oneOf<T extends string>(allowed: readonly T[], value: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw new Error(`The store holds an unknown value; allowed are ${allowed.join(', ')}.`);
  return found;
}
