import type { JWTPayload } from 'jose';
import { type Caller, principalOf } from '../kernel/caller.ts';

/** The call that an assertion is about. */
export interface AssertedCall {
  readonly method: string;
  /** Without the stage and the query. */
  readonly path: string;
  /** The caller's address, as API Gateway saw it. */
  readonly address: string;
  readonly requestId: string;
}

/** The claims by which an upstream knows who calls, and for which request (docs/upstream.md). */
export function assertionClaims(
  caller: Caller,
  { method, path, address, requestId }: AssertedCall,
): JWTPayload {
  return {
    sub: principalOf(caller),
    ...(caller.kind === 'user' && caller.clientId !== undefined ? { client_id: caller.clientId } : {}),
    tenant: caller.tenantId,
    workspace: caller.workspaceId,
    scopes: caller.scopes.join(' '),
    environment: caller.environment,
    client_address: address,
    method,
    path,
    request_id: requestId,
  };
}
