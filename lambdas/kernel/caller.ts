import type { Environment, Role, Scope } from '../contract/scopes.ts';

interface CallerBase {
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly scopes: readonly Scope[];
  readonly environment: Environment;
}

/** A person, known by the session that their token names. */
export interface UserCaller extends CallerBase {
  readonly kind: 'user';
  readonly userId: string;
  readonly sessionId: string;
  readonly role: Role;
}

/** A program, known by its API key. */
export interface KeyCaller extends CallerBase {
  readonly kind: 'key';
  readonly keyId: string;
}

/** Nobody, let in as a viewer in development where the profile and the configuration say so. */
export interface AnonymousCaller extends CallerBase {
  readonly kind: 'anonymous';
}

/** The caller, as the authorizer proved it. */
export type Caller = UserCaller | KeyCaller | AnonymousCaller;

/** One id for whoever calls: what `created_by`, logs and the upstream see. */
export function principalOf(caller: Caller): string {
  switch (caller.kind) {
    case 'user':
      return `user:${caller.userId}`;
    case 'key':
      return `key:${caller.keyId}`;
    case 'anonymous':
      return 'anonymous';
  }
}
