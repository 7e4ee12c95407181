import { createHash } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import { ASSERTION_ALGORITHMS, type Client, type ClientCredentials } from './client.ts';
import type { StoredClient } from './client-record.ts';
import type { PublicKeySet } from './metadata.ts';
import { holdsSecret } from './secrets.ts';
import type { ClientStore } from './stored-clients.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Seconds for which an assertion may be valid, as each is remembered for so long, and by which clocks may differ. */
const MAX_ASSERTION_SECONDS = 600;
const CLOCK_TOLERANCE_SECONDS = 30;

/** A client with what proves it. */
export interface ProvableClient extends Client {
  /** The public keys of one that signs assertions. */
  readonly keys: PublicKeySet | null;
  /** Of a client with a secret. */
  readonly secrets: StoredClient | null;
}

export interface AuthenticationContext {
  readonly clients: Pick<ClientStore, 'useAssertion'>;
  /** `aud` that an assertion must have, one of them alone: the issuer, and the URL of the token endpoint (RFC 7523, 3). */
  readonly audiences: readonly string[];
  readonly clock: Clock;
}

/** What every client that is not proven is told: why is for the log. */
export function notProven(cause: string): Problem {
  return new Problem('invalid_client', { cause });
}

/** The id of the client that a request presents, before anything proves it. Throws `invalid_client` where there is not one. */
export function presentedId({ basic, clientId, assertionType, assertion }: ClientCredentials): string {
  if (basic === null) throw notProven('unreadable Authorization: Basic');
  if (basic !== undefined && assertion !== undefined)
    throw notProven('two ways of authentication at once (RFC 6749, 2.3)');
  if (
    (assertion === undefined) !== (assertionType === undefined) ||
    (assertionType ?? JWT_BEARER) !== JWT_BEARER
  )
    throw notProven('client_assertion without client_assertion_type, or of another type');
  const id = basic?.id ?? (assertion === undefined ? clientId : subjectOf(assertion));
  if (id === undefined) throw new Problem('invalid_client', { message: 'client_id: is required' });
  if (clientId !== undefined && clientId !== id)
    throw notProven('client_id is not the client that is proven');
  return id;
}

/** The client that an assertion says it is of: it only finds the keys by which the assertion is verified. */
function subjectOf(assertion: string): string | undefined {
  try {
    return decodeJwt(assertion).sub;
  } catch {
    return undefined;
  }
}

/** Proves a client in the one way that is its own. Throws `invalid_client`. */
export async function prove(
  client: ProvableClient,
  presented: ClientCredentials,
  context: AuthenticationContext,
): Promise<void> {
  const { basic, assertion } = presented;
  switch (client.authentication) {
    case 'none':
      // An empty secret is what some send who have none.
      if (assertion !== undefined || (basic?.secret ?? '') !== '')
        throw notProven('a public client has no secret');
      return;
    case 'client_secret_basic':
      if (
        basic == null ||
        client.secrets === null ||
        !holdsSecret(client.secrets, basic.secret, context.clock())
      )
        throw notProven('no or another secret');
      return;
    case 'private_key_jwt':
      if (assertion === undefined || client.keys === null) throw notProven('no assertion');
      return proveByAssertion(client.clientId, client.keys, assertion, context);
  }
}

/** RFC 7523, 3: signed by the client, about itself, for us alone, short, and used once. */
async function proveByAssertion(
  clientId: string,
  keys: PublicKeySet,
  assertion: string,
  { clients, audiences, clock }: AuthenticationContext,
): Promise<void> {
  const now = clock();
  const { aud, exp = 0, jti } = await verified(assertion, keys, { clientId, audiences, now });
  if (Array.isArray(aud) && aud.length !== 1) throw notProven('an assertion for others too');
  if (exp - now > MAX_ASSERTION_SECONDS + CLOCK_TOLERANCE_SECONDS)
    throw notProven(`an assertion of more than ${MAX_ASSERTION_SECONDS} seconds`);
  if (typeof jti !== 'string') throw notProven('an assertion without jti');
  const hash = createHash('sha256').update(`${clientId}\0${jti}`).digest('base64url');
  if (!(await clients.useAssertion(hash, exp + CLOCK_TOLERANCE_SECONDS, now)))
    throw notProven('an assertion that was used before');
}

async function verified(
  assertion: string,
  keys: PublicKeySet,
  {
    clientId,
    audiences,
    now,
  }: { readonly clientId: string; readonly audiences: readonly string[]; readonly now: number },
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(keys), {
      algorithms: [...ASSERTION_ALGORITHMS],
      issuer: clientId,
      subject: clientId,
      audience: [...audiences],
      requiredClaims: ['exp', 'jti'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now * 1000),
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw notProven(`assertion: ${error.message}`);
    throw error;
  }
}
