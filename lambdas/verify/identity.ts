import type { Environment, Role, Scope } from '../contract/scopes.ts';
import { type Caller, principalOf } from '../kernel/caller.ts';

/** How much of its limit a caller has left in this minute. */
export interface Limit {
  /** Requests a minute. */
  readonly limit: number;
  readonly remaining: number;
  /** Unix seconds. */
  readonly resetAt: number;
}

interface IdentityBase {
  readonly tenant: string;
  readonly workspace: string;
  /** `key:<id>`, `user:<id>` or `anonymous`: one id for whoever calls. */
  readonly principal: string;
  /** As the caller holds them, without what they include. */
  readonly scopes: readonly Scope[];
  readonly environment: Environment;
  /** The id of the request, as logs and answers tell it. */
  readonly requestId: string;
  /** Null for an anonymous caller, who has no record that could count. */
  readonly limit: Limit | null;
  /** The tenant's; absent where an authorizer has decided, which does not tell it. */
  readonly tier?: string;
}

/** A program, known by its API key. */
export interface KeyIdentity extends IdentityBase {
  readonly kind: 'key';
  readonly keyId: string;
}

/** A person, known by the session that their token names. */
export interface UserIdentity extends IdentityBase {
  readonly kind: 'user';
  readonly userId: string;
  readonly sessionId: string;
  readonly role: Role;
  /** The OAuth client that acts for the person; absent where they act themselves. */
  readonly clientId?: string;
}

/** Nobody, let in where the configuration says so, in development only. */
export interface AnonymousIdentity extends IdentityBase {
  readonly kind: 'anonymous';
}

/** Who calls, proven. */
export type Identity = KeyIdentity | UserIdentity | AnonymousIdentity;

/** The identity of a caller who was let in. */
export function identityOfCaller(
  caller: Caller,
  known: Pick<IdentityBase, 'requestId' | 'limit' | 'tier'>,
): Identity {
  const base = {
    tenant: caller.tenantId,
    workspace: caller.workspaceId,
    principal: principalOf(caller),
    scopes: caller.scopes,
    environment: caller.environment,
    ...known,
  };
  switch (caller.kind) {
    case 'key':
      return { kind: 'key', keyId: caller.keyId, ...base };
    case 'user': {
      const { userId, sessionId, role, clientId } = caller;
      return {
        kind: 'user',
        userId,
        sessionId,
        role,
        ...(clientId === undefined ? {} : { clientId }),
        ...base,
      };
    }
    case 'anonymous':
      return { kind: 'anonymous', ...base };
  }
}
