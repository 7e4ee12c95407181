import { randomUUIDv7 } from 'node:crypto';
import { type SourceLimit, type SourceStore, takeFromSource } from '../attempts/source.ts';
import type { Profile } from '../contract/profile.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem, rateLimited } from '../kernel/problem.ts';
import type { AuthenticationMethod } from './client.ts';
import { CLIENT, type StoredClient, UNCONSENTED_SECONDS } from './client-record.ts';
import type { PublicKeySet } from './metadata.ts';
import { hashSecret, newSecret } from './secrets.ts';
import type { ClientStore } from './stored-clients.ts';

/** Clients that nobody has consented to, of all that registered in a day. */
export const MAX_UNCONSENTED = 1000;

/** Registrations of one source: whoever is given addresses is given a /24 of them, or a /64. */
const REGISTRATIONS: SourceLimit = { what: 'registration', limit: 20, windowSeconds: 3600, ipv4Bits: 24 };

/** A client as it is asked for. */
export interface ClientRequest {
  readonly name: string | null;
  readonly redirectUris: readonly string[];
  readonly authentication: AuthenticationMethod;
  readonly keys: PublicKeySet | null;
}

/** A client with the secret that it alone knows after this; null where it has none. */
export interface IssuedClient {
  readonly client: StoredClient;
  readonly secret: string | null;
}

export interface RegistrationContext {
  readonly clients: Pick<ClientStore, 'register' | 'countRegistration' | 'uncountRegistration'>;
  readonly sources: SourceStore;
  readonly profile: Pick<Profile, 'keys'>;
  readonly clock: Clock;
}

/** A new client and its secret, of who made it and until when. Throws `invalid_client_metadata`. */
export function issueClient(
  request: ClientRequest,
  rest: Pick<StoredClient, 'kind' | 'tenantId' | 'createdAt'> & Partial<StoredClient>,
  { keys: { prefix } }: Pick<Profile, 'keys'>,
): IssuedClient {
  const { authentication, keys } = request;
  if ((authentication === 'private_key_jwt') !== (keys !== null))
    throw new Problem('invalid_client_metadata', {
      message: 'jwks: must be there for private_key_jwt, and for nothing else.',
    });
  const secret = authentication === 'client_secret_basic' ? newSecret(prefix) : null;
  const client: StoredClient = {
    ...CLIENT.initial,
    ...request,
    ...rest,
    clientId: `client_${randomUUIDv7().replaceAll('-', '')}`,
    secretHash: secret === null ? null : hashSecret(secret),
  };
  return { client, secret };
}

/**
 * Registers a client that nobody vouches for (RFC 7591): it ends after 24 hours unless somebody consents to it.
 * Throws `rate_limited` for a source with too many, or when too many wait for a consent, and `invalid_client_metadata`.
 */
export async function registerClient(
  request: ClientRequest,
  address: string,
  { clients, sources, profile, clock }: RegistrationContext,
): Promise<IssuedClient> {
  const now = clock();
  const issued = issueClient(
    request,
    { kind: 'registered', tenantId: null, createdAt: now, expiresAt: now + UNCONSENTED_SECONDS },
    profile,
  );
  await takeFromSource(sources, address, REGISTRATIONS, now);
  if ((await clients.countRegistration(now)) > MAX_UNCONSENTED) {
    await clients.uncountRegistration(now);
    throw rateLimited(3600, 'Too many clients have registered that nobody uses.');
  }
  await clients.register(issued.client);
  return issued;
}
