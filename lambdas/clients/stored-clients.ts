import type { ChangeOrigin } from '../audit/entries.ts';
import type { Completes } from '../kernel/claim.ts';
import type { StoredClient } from './client-record.ts';

/** Clients that a tenant's administrators may register. */
export const MAX_CLIENTS = 50;

/** Secrets are by their SHA-256, base64url. */
export interface SecretRotation {
  readonly hash: string;
  /** The hash that the client must still have: of rotations at once, one finds it. */
  readonly replaces: string;
  /** Unix seconds until which the replaced secret works. */
  readonly previousExpiresAt: number;
}

/** The clients that the table holds, and what is counted of them. */
export interface ClientStore {
  /** The client, also one that has ended: its expiry is compared by who asks. */
  find(clientId: string): Promise<StoredClient | undefined>;
  /** Those that administrators of the tenant registered, oldest first. */
  list(tenantId: string): Promise<StoredClient[]>;
  /** Keeps a client that registered itself. */
  register(client: StoredClient): Promise<void>;
  /** Counts one more registration, and gives how many of those that have not ended nobody has consented to. */
  countRegistration(now: number): Promise<number>;
  /** Takes a registration of this time back. */
  uncountRegistration(registeredAt: number): Promise<void>;
  /** Lets a client that registered itself no longer end; gives when it registered, the first time, while it has not ended. */
  keep(clientId: string, now: number): Promise<number | undefined>;
  /** Throws `limit_reached`. */
  create(
    client: StoredClient,
    tenantId: string,
    origin: ChangeOrigin & Completes<StoredClient>,
  ): Promise<void>;
  /** False when its secret was rotated meanwhile, or it is gone. */
  rotate(client: StoredClient, rotation: SecretRotation, origin: ChangeOrigin, now: number): Promise<boolean>;
  /** False when it is gone. */
  remove(client: StoredClient, tenantId: string, origin: ChangeOrigin, now: number): Promise<boolean>;
  /** Uses an assertion, by a hash of its client and id; false when it was used before. */
  useAssertion(hash: string, expiresAt: number, now: number): Promise<boolean>;
}
