import { originOf, type RequestOrigin } from '../audit/entries.ts';
import type { Deployment } from '../contract/deployment.ts';
import type { Profile } from '../contract/profile.ts';
import type { Scope } from '../contract/scopes.ts';
import type { UserCaller } from '../kernel/caller.ts';
import { principalOf } from '../kernel/caller.ts';
import type { Completes } from '../kernel/claim.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import { requireHeld, requireScopes } from '../kernel/rights.ts';
import type { StoredClient } from './client-record.ts';
import { type ClientRequest, type IssuedClient, issueClient } from './registration.ts';
import { hashSecret, newSecret } from './secrets.ts';
import type { ClientStore } from './stored-clients.ts';

export interface AdministeredContext {
  readonly profile: Pick<Profile, 'keys'>;
  readonly deployment: Pick<Deployment, 'rights'>;
  readonly clients: ClientStore;
  readonly clock: Clock;
}

/** Who asks, and from where. */
export interface Administrator {
  readonly caller: UserCaller;
  readonly from: RequestOrigin;
}

/** Registers a client for the people of the caller's tenant. Throws `limit_reached`, `exceeds_own_rights`, `invalid_field`. */
export async function createClient(
  { scopes, ...request }: ClientRequest & { readonly scopes: readonly Scope[] | null },
  { caller, from }: Administrator & { readonly from: Completes<StoredClient> },
  { profile, deployment, clients, clock }: AdministeredContext,
): Promise<IssuedClient> {
  if (scopes !== null) {
    requireScopes(scopes, deployment.rights);
    requireHeld(scopes, caller, deployment.rights);
  }
  const { tenantId } = caller;
  const createdBy = principalOf(caller);
  const issued = issueClient(
    request,
    { kind: 'administered', tenantId, scopes, createdAt: clock(), createdBy },
    profile,
  );
  await clients.create(issued.client, tenantId, originOf(caller, from));
  return issued;
}

/** A client of the caller's tenant. Throws `not_found` for any other. */
export async function findClient(
  clientId: string,
  { tenantId }: UserCaller,
  { clients }: Pick<AdministeredContext, 'clients'>,
): Promise<StoredClient> {
  const found = /^client_\w{1,64}$/.test(clientId) ? await clients.find(clientId) : undefined;
  if (found === undefined || found.tenantId !== tenantId)
    throw new Problem('not_found', { message: 'There is no client with this id.' });
  return found;
}

/** Gives a client a new secret; the present one works on for the grace. Throws `not_found`, `conflicting_state`. */
export async function rotateSecret(
  clientId: string,
  graceSeconds: number,
  { caller, from }: Administrator,
  context: AdministeredContext,
): Promise<{ readonly client: StoredClient; readonly secret: string }> {
  const { profile, clients, clock } = context;
  const before = await findClient(clientId, caller, context);
  const replaces = before.secretHash;
  if (replaces === null)
    throw new Problem('conflicting_state', { message: 'The client has no secret to rotate.' });
  const now = clock();
  const secret = newSecret(profile.keys.prefix);
  const rotation = { hash: hashSecret(secret), replaces, previousExpiresAt: now + graceSeconds };
  if (!(await clients.rotate(before, rotation, originOf(caller, from), now)))
    throw new Problem('conflicting_state', { message: 'The secret was rotated meanwhile. Try again.' });
  return { client: { ...before, previousSecretExpiresAt: rotation.previousExpiresAt }, secret };
}

/** Removes a client: from now on it gets no token. Throws `not_found`. */
export async function deleteClient(
  clientId: string,
  { caller, from }: Administrator,
  context: AdministeredContext,
): Promise<void> {
  const before = await findClient(clientId, caller, context);
  await context.clients.remove(before, caller.tenantId, originOf(caller, from), context.clock());
}
