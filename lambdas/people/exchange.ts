import { randomUUID } from 'node:crypto';
import type { RequestOrigin } from '../audit/entries.ts';
import type { Deployment, IdentityProvider } from '../contract/deployment.ts';
import type { Authentication } from '../kernel/authentication.ts';
import { Problem } from '../kernel/problem.ts';
import { type Grant, openGrant, type RefreshContext, unlessChanged } from '../sessions/grants.ts';
import {
  destinationOf,
  type IdentityContext,
  type IdentityStore,
  type ProviderToken,
  refused,
  refuseFor,
} from './identities.ts';
import { providerAuthentication } from './provider-authentication.ts';

/** The `grant_type` of an exchange (RFC 8693, 2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

export interface ExchangeStore extends IdentityStore {
  /** Notes that a token is used: one conditional write. False when another use was first. */
  useToken(hash: string, useId: string, expiresAt: number): Promise<boolean>;
}

export interface ExchangeContext extends RefreshContext, IdentityContext {
  readonly deployment: RefreshContext['deployment'];
  readonly sessions: RefreshContext['sessions'];
  readonly exchange: ExchangeStore;
  /**
   * Verifies a provider's token. Throws `invalid_subject_token`, and `unavailable` when the provider's keys are needed
   * and cannot be had.
   */
  readonly verify: (token: string) => Promise<ProviderToken>;
}

export interface Exchanged {
  readonly grant: Grant;
  /** A token of the session for each workspace of the tenant, the session's own first. */
  readonly workspaces: readonly { readonly workspaceId: string; readonly token: string }[];
}

/** The identity providers whose tokens are exchanged: those whose tokens are for this API. */
export function exchangedProviders({
  identityProviders,
}: Pick<Deployment, 'identityProviders'>): readonly IdentityProvider[] {
  return identityProviders.filter(({ audiences }) => audiences.length > 0);
}

/** Throws `not_configured` where no identity provider's tokens are taken. */
export function requireProviders({ deployment }: Pick<ExchangeContext, 'deployment'>): void {
  if (exchangedProviders(deployment).length === 0) {
    throw new Problem('not_configured', {
      message: 'No tokens are exchanged here: the configuration has no identityProviders with audiences.',
    });
  }
}

/**
 * Exchanges an identity provider's token for a session of ours. A token can be used once. Throws
 * `invalid_subject_token`, in the same words whatever the reason, and `unavailable`.
 */
export async function exchangeToken(
  token: string,
  from: RequestOrigin,
  context: ExchangeContext,
): Promise<Exchanged> {
  const proof = await context.verify(token);
  const { workspaceIds, findPerson } = await destinationOf(proof, from, context);
  const [workspaceId] = workspaceIds;
  const found = [await findPerson()];
  await context.signer.ready();
  // As late as can be: what fails before it may be tried again with the same token.
  if (!(await context.exchange.useToken(proof.hash, randomUUID(), proof.expiresAt)))
    throw refused('the token has been exchanged before');
  const authentication = providerAuthentication(proof, context.clock());
  const enter = async () =>
    openGrant({ user: found.pop() ?? (await findPerson()), workspaceId, authentication }, from, context);
  const grant = await unlessChanged(enter).catch(refuseFor('conflicting_state'));
  return { grant, workspaces: await workspaceTokens(grant, authentication, workspaceIds, context) };
}

function workspaceTokens(
  { session, expiresInSeconds }: Grant,
  authentication: Authentication,
  ids: readonly string[],
  { signer }: ExchangeContext,
) {
  return Promise.all(
    ids.map(async (workspaceId) => ({
      workspaceId,
      token: await signer.accessToken({ ...session, workspaceId, authentication }, expiresInSeconds),
    })),
  );
}
