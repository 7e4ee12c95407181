import { type ChangeOrigin, originOf, type RequestOrigin } from '../audit/entries.ts';
import type { Caller } from '../kernel/caller.ts';
import type { WorkspaceContext } from '../tenancy/workspaces.ts';
import type { ApiKey } from './api-key.ts';
import { callerKey, requireWithin } from './bounds.ts';
import { findKey, type KeyContext, type KeySelection } from './keys.ts';

/**
 * Revokes a key at once and for ever; a key may always revoke itself. Throws `not_found`, `exceeds_own_rights`;
 * revoking it again is no error.
 */
export async function revokeKey(
  id: string,
  caller: Caller,
  from: RequestOrigin,
  context: KeyContext,
): Promise<ApiKey> {
  const found = await findKey(id, caller, context);
  const owned = await callerKey(caller, context.keys);
  if (owned?.id !== found.id) requireWithin(found, caller, owned, context.deployment.rights);
  await context.keys.revoke(found, originOf(caller, from), context.clock());
  return { ...found, state: 'revoked', revokedAt: found.revokedAt ?? context.clock() };
}

/**
 * Revokes every key of a selection, while `hasTimeLeft`: what is left is revoked by calling it again.
 * A caller that is a key reaches its own workspace only.
 */
export async function revokeKeys(
  {
    tenantId,
    selection,
    origin,
    hasTimeLeft,
  }: {
    readonly tenantId: string;
    readonly selection: KeySelection;
    readonly origin: ChangeOrigin;
    readonly hasTimeLeft: () => boolean;
  },
  { keys, clock }: Pick<KeyContext, 'keys' | 'clock'>,
): Promise<{ readonly revoked: number; readonly complete: boolean }> {
  let revoked = 0;
  for await (const some of keys.unrevoked(tenantId, selection)) {
    if (!hasTimeLeft()) return { revoked, complete: false };
    await keys.revokeAll(some, origin, clock());
    revoked += some.length;
  }
  return { revoked, complete: true };
}

/** The revocation of a workspace's keys, as the deletion of a workspace needs it. */
export function workspaceRevocation(
  context: Pick<KeyContext, 'keys' | 'clock'>,
): WorkspaceContext['revokeKeys'] {
  return ({ id, tenantId }, origin, hasTimeLeft) =>
    revokeKeys({ tenantId, selection: { workspaceId: id }, origin, hasTimeLeft }, context);
}
