import type { Deployment } from '../contract/deployment.ts';
import type { Profile } from '../contract/profile.ts';
import type { Scope } from '../contract/scopes.ts';
import type { Caller } from '../kernel/caller.ts';
import type { Credential } from '../kernel/credential.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import { requireHeld, requireScopes } from '../kernel/rights.ts';
import type { Signer } from '../signing/signer.ts';
import { isWorkspaceOpen, type TenantFacts } from '../tenancy/tenant-facts.ts';
import { requireWorkspace } from '../tenancy/workspace-choice.ts';
import { recordOf } from './key-tokens.ts';

/** Seconds for which an embed token is valid. Nothing renews it: the page asks its own server for another. */
export const EMBED_TOKEN_SECONDS = 600;

export interface EmbedTokenContext {
  readonly profile: Profile;
  readonly deployment: Pick<Deployment, 'rights'>;
  readonly signer: Signer;
  readonly tenant: (tenantId: string) => Promise<TenantFacts | undefined>;
}

export interface EmbedTokenRequest {
  readonly workspaceId: string;
  /** Those that keys may have at most. */
  readonly scopes: readonly Scope[];
  /** Whom the page acts for, as the trail will tell it; null for nobody in particular. */
  readonly subject: string | null;
}

/**
 * A token by which a page manages the keys of one workspace. It is decided about by the record of whoever made it, the
 * session or the key that the request presents: it counts there, and ends with it. Throws `not_found` for a workspace
 * that is not the caller's, `invalid_field`, `scopes_too_long` and `exceeds_own_rights` for scopes, `key_required` for
 * the token of a key, and `conflicting_state` where no page could use it.
 */
export async function createEmbedToken(
  { workspaceId, scopes, subject }: EmbedTokenRequest,
  credential: Credential,
  caller: Caller,
  { profile, deployment, signer, tenant }: EmbedTokenContext,
): Promise<string> {
  const { rights } = deployment;
  requireScopes(scopes, rights);
  const managing = scopes.find((scope) => rights.managing.includes(scope));
  if (managing !== undefined)
    throw invalidField('scopes', `must not have ${managing}, which manages: no page is given that`);
  requireHeld(scopes, caller, rights);
  const facts = await tenant(caller.tenantId);
  await requireWorkspace(workspaceId, caller, {
    hasWorkspace: async (_tenantId, id) => facts !== undefined && isWorkspaceOpen(facts, id),
  });
  if (facts?.embedOrigins === undefined)
    throw new Problem('conflicting_state', {
      message:
        'No page may use an embed token yet. Name the origins of yours: PATCH /v1/tenant, embed_origins.',
    });
  return signer.embedToken(
    makerOf(caller, credential, workspaceId, profile),
    { scopes, subject },
    EMBED_TOKEN_SECONDS,
  );
}

/** Whose record decides about the token: one that ends when its maker does. */
function makerOf(
  caller: Caller,
  credential: Credential,
  workspaceId: string,
  profile: Profile,
): Parameters<Signer['embedToken']>[0] {
  const { tenantId } = caller;
  if (caller.kind === 'key' && credential.kind === 'key')
    return { keyId: caller.keyId, tenantId, ...recordOf(credential.key, profile) };
  if (caller.kind === 'user' && caller.clientId === undefined)
    return { userId: caller.userId, tenantId, sessionId: caller.sessionId, workspaceId };
  throw new Problem('key_required', {
    message:
      'An embed token is made with an API key, or by a person who has logged in: not with a token of either.',
  });
}
