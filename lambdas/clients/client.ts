import type { Scope } from '../contract/scopes.ts';
import type { BasicCredentials } from '../kernel/basic-credentials.ts';

export const AUTHENTICATION_METHODS = ['none', 'client_secret_basic', 'private_key_jwt'] as const;

/** How a client proves who it is at the token endpoint (RFC 7591, 2: `token_endpoint_auth_method`). */
export type AuthenticationMethod = (typeof AUTHENTICATION_METHODS)[number];

/** The algorithms by which a client may sign its assertions (RFC 7523): asymmetric ones only. */
export const ASSERTION_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'RS256',
  'PS256',
] as const;

/** An OAuth client: a program that people let act for them. */
export interface Client {
  /** The https URL of its metadata document, or `client_…`. */
  readonly clientId: string;
  /** Described by its metadata document, by itself (RFC 7591), by an administrator of a tenant; or our own console. */
  readonly kind: 'metadata' | 'registered' | 'administered' | 'first-party';
  /** Of an administered client, which serves the people of this tenant only; null for any. */
  readonly tenantId: string | null;
  /** Self-asserted, except of an administered client: a page never shows it without the hosts. */
  readonly name: string | null;
  /** The host of the metadata document; null for other kinds. */
  readonly host: string | null;
  readonly redirectUris: readonly string[];
  readonly authentication: AuthenticationMethod;
  /** The scopes that it may ask for at most; null for whatever the person may. */
  readonly scopes: readonly Scope[] | null;
}

/** What a request presents to prove its client (RFC 6749, 2.3; RFC 7523, 2.2). */
export interface ClientCredentials {
  /** `Authorization: Basic`; null for one that cannot be read, undefined for none. */
  readonly basic?: BasicCredentials | null | undefined;
  /** `client_id` of the body. */
  readonly clientId?: string | undefined;
  /** `client_assertion_type` of the body. */
  readonly assertionType?: string | undefined;
  /** `client_assertion` of the body. */
  readonly assertion?: string | undefined;
}

/** The clients of this authorization server. */
export interface Clients {
  /**
   * The client of an id; undefined for one that nobody knows. A metadata document may be fetched for it: `address`, the
   * source of the request, has a limit for that. Throws `rate_limited`, and `invalid_client` with what is wrong with
   * the document.
   */
  find(clientId: string, address: string): Promise<Client | undefined>;
  /** The client that a request proves; a public one only names itself. Throws `invalid_client`. */
  authenticate(presented: ClientCredentials, address: string): Promise<Client>;
  /** Keeps a registered client, which else ends after 24 hours, now that somebody has consented to it. */
  consented(clientId: string): Promise<void>;
}
