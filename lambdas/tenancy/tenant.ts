import * as attribute from '../kernel/attributes.ts';
import { timestamp } from '../kernel/clock.ts';
import { text as textOf } from '../kernel/items.ts';
import { type ChangeOf, defineRecord } from '../kernel/record.ts';
import { choice, flag, number, optionalNumber, optionalText, readOff, text } from '../kernel/stored.ts';
import { KEY_DEFAULTS, type KeyDefaults, NO_KEY_DEFAULTS, shownDefaults } from './key-defaults.ts';
import { TENANT_STATES, type TenantFacts } from './tenant-facts.ts';

export type TenantState = TenantFacts['state'];

/** A tenant as its people and the operator see it. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly sector: string | null;
  readonly state: TenantState;
  readonly tier: string;
  readonly keys: number;
  readonly users: number;
  readonly workspaces: number;
  readonly keyDefaults: KeyDefaults;
  /** Until when a closed tenant can be reopened, and is then erased; null for any other (Unix seconds). */
  readonly erasesAt: number | null;
  /** Whether all of its people must have a second factor. */
  readonly requiresFactor: boolean;
  /** The origins whose pages may use embed tokens. */
  readonly embedOrigins: readonly string[];
  readonly createdAt: number;
}

/**
 * The fields of a tenant (CONTRIBUTING, "Add a field"): one item, `TENANT#<t>` / `TENANT`, of which every authorizer
 * holds a part ({@link TenantFacts}). State and tier are the operator's alone.
 */
export const TENANT = defineRecord<Tenant, 'item'>()({
  id: { on: 'item', stored: readOff((item) => textOf(item, 'PK').slice('TENANT#'.length)), view: 'id' },
  name: { on: 'item', stored: text('name'), patch: true, view: 'name', audit: 'name' },
  sector: { on: 'item', stored: optionalText('sector'), patch: true, view: 'sector', audit: 'sector' },
  state: {
    on: 'item',
    stored: choice(attribute.TENANT_STATE, TENANT_STATES),
    initial: 'active',
    patch: 'by rule',
    view: 'status',
    audit: 'state',
    auditChangesOnly: true,
  },
  tier: { on: 'item', stored: text(attribute.TIER), patch: 'by rule', view: 'tier', audit: 'tier' },
  keyDefaults: {
    on: 'item',
    stored: KEY_DEFAULTS,
    initial: NO_KEY_DEFAULTS,
    patch: 'by rule',
    view: { key_defaults: shownDefaults },
    audit: { key_defaults: shownDefaults },
    auditChangesOnly: true,
  },
  erasesAt: {
    on: 'item',
    stored: optionalNumber('erasesAt'),
    initial: null,
    patch: 'by rule',
    audit: { erases_at: (at) => (at === null ? null : timestamp(at)) },
    auditChangesOnly: true,
  },
  requiresFactor: {
    on: 'item',
    stored: flag(attribute.REQUIRES_FACTOR),
    initial: false,
    patch: 'by rule',
    view: 'require_factor',
    audit: 'require_factor',
    auditChangesOnly: true,
  },
  embedOrigins: {
    on: 'item',
    stored: {
      attribute: attribute.EMBED_ORIGINS,
      read: (item) => item[attribute.EMBED_ORIGINS]?.SS ?? [],
      write: (origins) => (origins.length === 0 ? undefined : { SS: [...origins] }),
    },
    initial: [],
    patch: 'by rule',
    view: { embed_origins: (origins) => [...origins] },
    audit: { embed_origins: (origins) => [...origins] },
    auditChangesOnly: true,
  },
  createdAt: { on: 'item', stored: number('createdAt'), view: { created_at: (at) => timestamp(at) ?? '' } },
  keys: { on: 'item', stored: number('keyCount') },
  users: { on: 'item', stored: number('userCount') },
  workspaces: { on: 'item', stored: readOff((item) => item[attribute.WORKSPACES]?.SS?.length ?? 0) },
});

/** A change of a tenant; absent fields stay. */
export type TenantChange = ChangeOf<typeof TENANT>;
