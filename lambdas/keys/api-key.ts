import type { KeyFormat } from '../contract/key-format.ts';
import { ENVIRONMENTS, type Environment, type Scope } from '../contract/scopes.ts';
import { type AddressBlock, formatBlock } from '../kernel/address.ts';
import * as attribute from '../kernel/attributes.ts';
import { NEVER, timestamp } from '../kernel/clock.ts';
import { number as numberOf } from '../kernel/items.ts';
import { type ChangeOf, defineRecord, type NewOf } from '../kernel/record.ts';
import {
  blocks,
  choice,
  type LastUse,
  lastUse,
  number,
  numberOrZero,
  optionalNumber,
  readOff,
  scopes,
  shownLastUse,
  text,
  textMap,
} from '../kernel/stored.ts';
import { maskedKey } from './key-format.ts';

/** Seconds for which a dead key is remembered, so that its owner is told why it stopped. */
export const RETENTION_SECONDS = 30 * 86_400;

/** The form of a key's id. What has another is nobody's, and might be more than the store takes as a key. */
export const KEY_ID = /^key_\w{1,64}$/;

/** An API key and its rights. Times are Unix seconds, {@link NEVER} for none. */
export interface ApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly locator: string;
  readonly name: string;
  readonly environment: Environment;
  readonly scopes: readonly Scope[];
  readonly state: 'active' | 'disabled' | 'revoked';
  /** Whether another tenant claims the same imported key: it is disabled until an operator decides. */
  readonly isContested: boolean;
  readonly revokedAt: number | null;
  readonly rotatedAt: number | null;
  readonly expiresAt: number;
  /** For how long a key of this record is valid from its creation or rotation; null for ever. */
  readonly lifetimeSeconds: number | null;
  readonly allowedBlocks: readonly AddressBlock[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly lastUse: LastUse | null;
  readonly requests: number;
  /** Set while the key before the last rotation still works: until when. */
  readonly previousExpiresAt: number | null;
}

/** The context of a key's view besides its fields. */
export interface KeyViewing {
  readonly key: Pick<ApiKey, 'environment' | 'state' | 'expiresAt'>;
  readonly format: KeyFormat;
  readonly now: number;
}

/**
 * The fields of an API key (CONTRIBUTING, "Add a field"). A key is two items: `record`, `KEY#<locator>`, hot and
 * authoritative for what a decision needs; and `row`, `TENANT#<t>` / `APIKEY#<id>`, which is listed and has what only
 * people need. Views have the fields in this order.
 */
export const API_KEY = defineRecord<ApiKey, 'record' | 'row', KeyViewing>()({
  id: { on: 'record', stored: text(attribute.KEY_ID), view: 'id' },
  tenantId: { on: 'record', stored: text(attribute.TENANT) },
  name: { on: 'row', stored: text('name'), patch: true, view: 'name', audit: 'name' },
  locator: {
    on: 'row',
    stored: text('locator'),
    view: { key_prefix: (locator, { key, format }) => maskedKey(format, key.environment, locator) },
  },
  workspaceId: {
    on: 'record',
    alsoOn: 'row',
    stored: text(attribute.WORKSPACE),
    view: 'workspace_id',
    audit: 'workspace_id',
  },
  environment: {
    on: 'record',
    stored: choice(attribute.ENVIRONMENT, ENVIRONMENTS),
    view: 'environment',
    audit: 'environment',
  },
  scopes: {
    on: 'record',
    stored: scopes(attribute.SCOPES),
    patch: true,
    view: { scopes: (granted) => [...granted] },
    audit: 'scopes',
  },
  state: {
    on: 'record',
    stored: choice(attribute.STATE, ['active', 'disabled', 'revoked']),
    initial: 'active',
    patch: 'by rule',
    view: {
      status: (_state, { key, now }) => statusOf(key, now),
      is_active: (_state, { key, now }) => statusOf(key, now) === 'active',
    },
    audit: 'status',
  },
  isContested: {
    on: 'record',
    stored: readOff((item) => item[attribute.CLAIMANTS] !== undefined),
    initial: false,
  },
  allowedBlocks: {
    on: 'record',
    stored: blocks(attribute.ALLOWED_BLOCKS),
    patch: true,
    view: { allowed_ips: (allowed) => allowed.map(formatBlock) },
    audit: { allowed_ips: (allowed) => allowed.map(formatBlock) },
  },
  metadata: {
    on: 'row',
    stored: textMap('metadata'),
    initial: {},
    patch: true,
    view: 'metadata',
    audit: 'metadata',
  },
  createdAt: { on: 'row', stored: number('createdAt'), view: { created_at: (at) => timestamp(at) ?? '' } },
  createdBy: { on: 'row', stored: text('createdBy'), view: 'created_by' },
  expiresAt: {
    on: 'record',
    stored: number(attribute.EXPIRY, NEVER),
    patch: 'by rule',
    view: { expires_at: (at) => timestamp(at) },
    audit: { expires_at: (at) => timestamp(at) },
  },
  lifetimeSeconds: {
    on: 'row',
    stored: numberOrZero('lifetime'),
    patch: 'by rule',
    audit: 'lifetime_seconds',
  },
  revokedAt: {
    on: 'record',
    // A revocation sets the TTL to the end of its retention: the record has no room to say it twice.
    stored: readOff((item) =>
      item[attribute.STATE]?.S === 'revoked' ? numberOf(item, 'ttl') - RETENTION_SECONDS : null,
    ),
    initial: null,
    view: { revoked_at: (at) => (at === null ? null : timestamp(at)) },
  },
  rotatedAt: {
    on: 'record',
    stored: optionalNumber(attribute.ROTATED_AT),
    initial: null,
    audit: { rotated_at: (at) => (at === null ? undefined : timestamp(at)) },
  },
  lastUse: {
    on: 'record',
    stored: lastUse,
    initial: null,
    view: shownLastUse,
  },
  requests: { on: 'record', stored: number(attribute.USES), initial: 0, view: 'request_count' },
  previousExpiresAt: {
    on: 'record',
    stored: optionalNumber(attribute.PREVIOUS_EXPIRY),
    initial: null,
    view: {
      previous_key_expires_at: (at, { now }) => (at !== null && at > now ? timestamp(at) : null),
    },
  },
});

/** A key before it begins. */
export type NewApiKey = NewOf<typeof API_KEY>;

/** A change of a key; absent fields stay. */
export type KeyChange = Omit<ChangeOf<typeof API_KEY>, 'state'> & {
  readonly state?: 'active' | 'disabled';
};

/** The status of a key, as people see it. */
export function statusOf(key: Pick<ApiKey, 'state' | 'expiresAt'>, now: number): ApiKey['state'] | 'expired' {
  return key.state === 'active' && key.expiresAt <= now ? 'expired' : key.state;
}
