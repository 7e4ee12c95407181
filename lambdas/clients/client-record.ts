import { NEVER, timestamp } from '../kernel/clock.ts';
import { defineRecord } from '../kernel/record.ts';
import {
  choice,
  number,
  optionalJson,
  optionalNumber,
  optionalScopes,
  optionalText,
  text,
  textList,
} from '../kernel/stored.ts';
import { AUTHENTICATION_METHODS, type Client } from './client.ts';
import type { PublicKeySet } from './metadata.ts';

/** Seconds after which a client that registered itself ends, unless somebody has consented to it. */
export const UNCONSENTED_SECONDS = 86_400;

/** A client that the table holds. Times are Unix seconds. */
export interface StoredClient extends Client {
  readonly kind: 'registered' | 'administered';
  readonly host: null;
  /** Public keys of one that signs assertions (RFC 7517). */
  readonly keys: PublicKeySet | null;
  /** SHA-256 of its secret, base64url. */
  readonly secretHash: string | null;
  /** Of the secret before the last rotation, and until when that works. */
  readonly previousSecretHash: string | null;
  readonly previousSecretExpiresAt: number | null;
  /** {@link NEVER} once somebody has consented to it, and of one that an administrator registered. */
  readonly expiresAt: number;
  readonly createdAt: number;
  /** The principal that registered it; null where it registered itself. */
  readonly createdBy: string | null;
}

/** The fields of a client (CONTRIBUTING, "Add a field"): one item, `CLIENT#<id>`. Views have the fields in this order. */
export const CLIENT = defineRecord<StoredClient, 'client', { readonly now: number }>()({
  clientId: { on: 'client', stored: text('id'), view: 'id' },
  kind: { on: 'client', stored: choice('kind', ['registered', 'administered']) },
  tenantId: { on: 'client', stored: optionalText('tenant') },
  name: { on: 'client', stored: optionalText('name'), view: 'name', audit: 'name' },
  host: { on: 'client', stored: { read: () => null }, initial: null },
  redirectUris: {
    on: 'client',
    stored: textList('redirects'),
    view: { redirect_uris: (uris) => [...uris] },
    audit: 'redirect_uris',
  },
  authentication: {
    on: 'client',
    stored: choice('authentication', AUTHENTICATION_METHODS),
    view: 'token_endpoint_auth_method',
    audit: 'token_endpoint_auth_method',
  },
  keys: { on: 'client', stored: optionalJson<PublicKeySet>('keys'), initial: null, view: 'jwks' },
  scopes: {
    on: 'client',
    stored: optionalScopes('scopes'),
    initial: null,
    view: { scopes: (scopes) => (scopes === null ? null : [...scopes]) },
    audit: 'scopes',
  },
  secretHash: { on: 'client', stored: optionalText('secret'), initial: null },
  previousSecretHash: { on: 'client', stored: optionalText('previousSecret'), initial: null },
  previousSecretExpiresAt: {
    on: 'client',
    stored: optionalNumber('previousSecretExpiry'),
    initial: null,
    view: {
      previous_secret_expires_at: (at, { now }) => (at !== null && at > now ? timestamp(at) : null),
    },
  },
  expiresAt: { on: 'client', stored: number('expiry', NEVER), initial: NEVER },
  createdAt: { on: 'client', stored: number('createdAt'), view: { created_at: (at) => timestamp(at) ?? '' } },
  createdBy: { on: 'client', stored: optionalText('createdBy'), initial: null, view: 'created_by' },
});
