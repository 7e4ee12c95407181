import type { Environment, Role, Scope } from '../contract/scopes.ts';

interface CallerBase {
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly scopes: readonly Scope[];
  readonly environment: Environment;
  /** Set where a page acts by an embed token: in one workspace, with the token's scopes, on key rows alone. */
  readonly embed?: Embed;
}

/** Whom a page acts for, in the words of the server that asked for its token; null where it said nothing. */
export interface Embed {
  readonly subject: string | null;
}

/** A person, known by the session that their token names. */
export interface UserCaller extends CallerBase {
  readonly kind: 'user';
  readonly userId: string;
  readonly sessionId: string;
  readonly role: Role;
  /** The OAuth client that acts for the person; absent where they act themselves. */
  readonly clientId?: string;
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

/** Whether a caller stays in one workspace: an API key in its own, an OAuth client or a page in the one it was let into. */
export function staysInWorkspace(caller: Caller): boolean {
  return caller.kind !== 'user' || caller.clientId !== undefined || caller.embed !== undefined;
}

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
