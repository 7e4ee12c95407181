import type { Client } from '../clients/client.ts';
import type { Deployment } from '../contract/deployment.ts';
import { roleScopes } from '../contract/rights.ts';
import { declaredScopes, type Scope, sharedScopes } from '../contract/scopes.ts';
import { Problem } from '../kernel/problem.ts';
import { keyMark, sameHash } from '../keys/key-format.ts';
import type { VerificationContext } from '../keys/verification.ts';
import type { AccountStore } from '../people/accounts.ts';
import type { SessionStore } from '../sessions/sessions.ts';
import type { KeyTokenClaims, TokenClaims } from '../signing/tokens.ts';
import type { TenantFacts } from '../tenancy/tenant-facts.ts';
import { type PresentedTokenContext, readToken } from './presented-token.ts';

export interface IntrospectionContext extends PresentedTokenContext {
  readonly sessions: Pick<SessionStore, 'list'>;
  readonly users: Pick<AccountStore, 'findUser'>;
  readonly records: Pick<VerificationContext['records'], 'peekKey'>;
  readonly tenant: (tenantId: string) => Promise<TenantFacts | undefined>;
  readonly deployment: Pick<Deployment, 'rights'>;
}

/** What a service learns of a token (RFC 7662, 2.2). */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly scope: string;
      readonly token_type: 'bearer';
      readonly sub: string;
      readonly aud: string;
      readonly iss: string;
      readonly iat: number;
      readonly exp: number;
      readonly tenant_id: string;
      readonly client_id?: string;
      readonly jti?: string;
    };

const INACTIVE: Introspection = { active: false };

/**
 * The present worth of an access token, for a service of its tenant: a client that an administrator has registered and
 * that has proven itself. Of another tenant's, of a refresh token and of what is over it learns nothing. Throws
 * `invalid_client` for any other client.
 */
export async function introspect(
  token: string,
  { tenantId, authentication }: Client,
  context: IntrospectionContext,
): Promise<Introspection> {
  if (tenantId === null || authentication === 'none')
    throw new Problem('invalid_client', {
      message: 'Tokens are introspected by clients that a tenant has registered and that prove who they are.',
    });
  const found = await readToken(token, context);
  if (found === undefined || found.kind === 'refresh' || found.claims.tenantId !== tenantId) return INACTIVE;
  const { claims, payload } = found;
  const facts = await context.tenant(tenantId);
  if (facts?.state !== 'active') return INACTIVE;
  const scopes = 'keyId' in claims ? await keyScopes(claims, context) : await sessionScopes(claims, context);
  if (scopes === undefined) return INACTIVE;
  const { jti, iat = 0, exp = 0 } = payload;
  return {
    active: true,
    scope: scopes.join(' '),
    token_type: 'bearer',
    sub: `${payload.sub}`,
    aud: `${payload.aud}`,
    iss: `${payload.iss}`,
    iat,
    exp,
    tenant_id: tenantId,
    ...(typeof payload.client_id === 'string' ? { client_id: payload.client_id } : {}),
    ...(jti === undefined ? {} : { jti }),
  };
}

/** What the session's token is good for now; undefined when the session is over. */
async function sessionScopes(
  { tenantId, userId, sessionId, delegation }: TokenClaims,
  { sessions, users, deployment: { rights }, clock }: IntrospectionContext,
): Promise<readonly Scope[] | undefined> {
  const open = await sessions.list(userId, clock());
  const user = await users.findUser(tenantId, userId);
  if (user === undefined || !open.some((session) => session.sessionId === sessionId)) return undefined;
  const held = roleScopes(user.role, rights.roles);
  return delegation === undefined ? held : sharedScopes(delegation.scopes, held, rights.inclusion);
}

/** The same of a key's token. */
async function keyScopes(
  { locator, keyMark: mark, scopes, tenantId }: KeyTokenClaims,
  { records, deployment: { rights }, clock }: IntrospectionContext,
): Promise<readonly Scope[] | undefined> {
  const now = clock();
  const { record } = await records.peekKey(locator, now);
  const slot = record?.slots.find(({ hash, expiresAt }) => sameHash(keyMark(hash), mark) && expiresAt > now);
  if (slot === undefined || record?.state !== 'active' || record.caller.tenantId !== tenantId)
    return undefined;
  return sharedScopes(scopes, declaredScopes(record.caller.scopes, rights.inclusion), rights.inclusion);
}
