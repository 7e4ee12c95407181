import { createHash } from 'node:crypto';
import type { Client } from '../clients/client.ts';
import type { Scope } from '../contract/scopes.ts';
import { timestamp } from '../kernel/clock.ts';
import { text as textOf } from '../kernel/items.ts';
import { defineRecord } from '../kernel/record.ts';
import { number, optionalText, readOff, scopes, text } from '../kernel/stored.ts';

/** Seconds for which a consent is remembered after it was last given or used. */
export const CONSENT_SECONDS = 365 * 86_400;

/** A client that a person has let act for them. Times are Unix seconds. */
export interface App {
  /** Made of the client's id, which may be a URL and so no part of a path. */
  readonly appId: string;
  readonly userId: string;
  readonly tenantId: string;
  readonly clientId: string;
  /** As the client calls itself, unless it is vouched for. */
  readonly name: string | null;
  /** The host of its metadata document. */
  readonly host: string | null;
  /** Everything that the person has ever agreed to for it, and not taken back. */
  readonly scopes: readonly Scope[];
  /** The workspace that was chosen last. */
  readonly workspaceId: string;
  readonly connectedAt: number;
  /** When it is forgotten. */
  readonly expiresAt: number;
}

/** The fields of a connected app (CONTRIBUTING, "Add a field"): one item, `USER#<u>` / `APP#<a>`. */
export const APP = defineRecord<App, 'row'>()({
  appId: { on: 'row', stored: readOff((item) => textOf(item, 'SK').slice('APP#'.length)), view: 'id' },
  userId: {
    on: 'row',
    stored: readOff((item) => textOf(item, 'PK').slice('USER#'.length)),
    audit: 'user_id',
  },
  tenantId: { on: 'row', stored: text('tenantId') },
  clientId: { on: 'row', stored: text('clientId'), view: 'client_id', audit: 'client_id' },
  name: { on: 'row', stored: optionalText('name'), view: 'name' },
  host: { on: 'row', stored: optionalText('host'), view: 'host' },
  scopes: { on: 'row', stored: scopes('scopes'), view: 'scopes', audit: 'scopes' },
  workspaceId: { on: 'row', stored: text('workspaceId'), view: 'workspace_id', audit: 'workspace_id' },
  connectedAt: {
    on: 'row',
    stored: number('connectedAt'),
    view: { connected_at: (at) => timestamp(at) ?? '' },
  },
  expiresAt: { on: 'row', stored: number('ttl') },
});

/** The id of a client among a person's connected apps. */
export function appIdOf({ clientId }: Pick<Client, 'clientId'>): string {
  return `app_${createHash('sha256').update(clientId).digest('base64url').slice(0, 22)}`;
}
