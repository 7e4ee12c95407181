import type { RequestOrigin } from '../audit/entries.ts';
import type { Client } from '../clients/client.ts';
import { CONSOLE_CLIENT_ID } from '../clients/first-party.ts';
import { firstUncovered, type Scope } from '../contract/scopes.ts';
import { Problem } from '../kernel/problem.ts';
import type { AccountStore } from '../people/accounts.ts';
import {
  type Grant,
  openGrant,
  type RefreshContext,
  refreshGrant,
  refused,
  requireTenant,
  unlessChanged,
} from '../sessions/grants.ts';
import type { ClientGrant } from '../sessions/refresh-tokens.ts';
import type { NewSession, OpenedSession } from '../sessions/sessions.ts';
import type { User } from '../sessions/user.ts';
import { type Approval, type Code, type CodeStore, hashCode } from './codes.ts';
import { isVerifierOf } from './pkce.ts';
import { isWithin, resourcePath } from './resources.ts';
import { askedScopes } from './scopes.ts';

export interface TokenContext extends RefreshContext {
  readonly issuer: string;
  readonly codes: CodeStore;
  readonly users: Pick<AccountStore, 'findUser'>;
}

/** What a client sends for a code (RFC 6749, 4.1.3; RFC 7636, 4.5; RFC 8707, 2.2). */
export interface CodeRequest {
  readonly code: string;
  readonly redirectUri: string | undefined;
  readonly verifier: string | undefined;
  readonly resource: string | undefined;
}

/** A stored code with the request that presents it. */
interface Presented {
  readonly code: Code;
  readonly request: CodeRequest;
  readonly now: number;
}

/** What a code must be, in this order. All are told in the same words; why is for the log. */
const CHECKS: readonly (readonly [holds: (presented: Presented) => boolean, otherwise: string])[] = [
  [({ code, now }) => code.expiresAt > now, 'the code has expired'],
  [
    // OAuth 2.1 leaves it out; one that is sent must be the one that the code went to.
    ({ code, request }) => request.redirectUri === undefined || request.redirectUri === code.redirectUri,
    'the redirect is another',
  ],
  [({ request }) => request.verifier !== undefined, 'there is no code_verifier'],
  [({ code, request }) => isVerifierOf(request.verifier ?? '', code.challenge), 'the code_verifier is wrong'],
];

/**
 * Gives tokens for an authorization code, once: a second use ends what the first gave (RFC 9700, 4.5.3). Throws
 * `invalid_grant`, and `invalid_target` before the code is used.
 */
export async function redeemCode(
  request: CodeRequest,
  client: Client,
  from: RequestOrigin,
  context: TokenContext,
): Promise<Grant> {
  const { codes, clock, issuer, profile } = context;
  const hash = hashCode(request.code);
  const code = await codes.find(hash);
  // A code of another client's proves nothing of it, and ends nothing.
  if (code === undefined || code.grant.clientId !== client.clientId) throw refused('the code is unknown');
  if (code.sessionId !== null) return endReused(code, from, context);
  const fault = CHECKS.find(([holds]) => !holds({ code, request, now: clock() }));
  if (fault !== undefined) throw refused(fault[1]);
  const { grant } = code;
  const resource = narrowedResource(request.resource, grant, { issuer, profile });
  return approve({ ...code, grant: { ...grant, resource } }, from, context, async (session) => {
    if (await codes.redeem(hash, session, clock())) return;
    const used = await codes.find(hash);
    return used === undefined || used.sessionId === null
      ? Promise.reject(refused('the code has expired, or the consent was taken back'))
      : endReused(used, from, context);
  });
}

async function endReused(
  { userId, sessionId }: Code,
  from: RequestOrigin,
  { sessions }: Pick<TokenContext, 'sessions'>,
): Promise<never> {
  if (sessionId !== null)
    await sessions.end({ sessionId, userId }, { actor: 'system', ...from }, 'code-reuse');
  throw refused(`the code was used before: session ${sessionId} has ended`);
}

/**
 * Opens the session of what a person has approved; `open` writes it, with the use of the code. Other sessions of the
 * person for this client end: of two at once the newer one stays.
 */
export async function approve(
  approval: Approval,
  from: RequestOrigin,
  context: TokenContext,
  open: (session: NewSession) => Promise<void>,
): Promise<Grant> {
  const { sessions, users, signer, tenant } = context;
  const { tenantId, userId, userVersion, workspaceId, authentication, grant } = approval;
  const isOfConsole = grant.clientId === CONSOLE_CLIENT_ID;
  await requireTenant({ caller: { tenantId, workspaceId } }, tenant);
  await signer.ready('oauth');
  const opening = {
    create: open,
    sessionIds: sessions.sessionIds.bind(sessions),
    list: sessions.list.bind(sessions),
    end: sessions.end.bind(sessions),
  };
  const given = await unlessChanged(async () => {
    const user: User | undefined = await users.findUser(tenantId, userId);
    if (user === undefined) throw refused(`user ${userId} is gone`);
    if ((user.version ?? 0) !== userVersion) throw refused(`user ${userId} was changed since they agreed`);
    // The console is the person themselves: its session is a login's, for all that the person may.
    const entry = { user, workspaceId, authentication, ...(isOfConsole ? {} : { grant }) };
    return openGrant(entry, from, { ...context, sessions: opening });
  });
  if (!isOfConsole) await endOthers(given.session, grant, from, context);
  return given;
}

async function endOthers(
  { sessionId, userId }: OpenedSession,
  { clientId }: ClientGrant,
  from: RequestOrigin,
  { sessions, clock }: TokenContext,
): Promise<void> {
  const ofClient = (await sessions.list(userId, clock())).filter((each) => each.clientId === clientId);
  const newest = ofClient.reduce(
    (latest, each) => (each.sessionId > latest ? each.sessionId : latest),
    sessionId,
  );
  for (const each of ofClient) {
    if (each.sessionId !== newest)
      await sessions.end({ sessionId: each.sessionId, userId }, { actor: `user:${userId}`, ...from });
  }
}

/** What a client sends for a refresh token (RFC 6749, 6; RFC 8707, 2.2). */
export interface RefreshRequest {
  readonly refreshToken: string;
  readonly scope: string | undefined;
  readonly resource: string | undefined;
}

/**
 * Gives new tokens for a client's refresh token, with the grace that every one has. Throws `invalid_grant`; and before
 * the token is used, `invalid_scope` and `invalid_target` for more than the person has given.
 */
export function refreshForClient(
  { refreshToken, scope, resource }: RefreshRequest,
  client: Client,
  from: RequestOrigin,
  context: TokenContext,
): Promise<Grant> {
  const { issuer, profile, deployment } = context;
  const { inclusion } = deployment.rights;
  return refreshGrant(refreshToken, from, context, {
    clientId: client.clientId,
    narrow: (given) => {
      const scopes: readonly Scope[] = askedScopes(scope) ?? given.scopes;
      const beyond = firstUncovered(given.scopes, scopes, inclusion);
      if (beyond !== undefined && !given.scopes.includes(beyond)) throw new Problem('invalid_scope');
      return { ...given, scopes, resource: narrowedResource(resource, given, { issuer, profile }) };
    },
  });
}

/** The path that a token is for: what was given, or part of it. Throws `invalid_target`. */
function narrowedResource(
  asked: string | undefined,
  given: Pick<ClientGrant, 'resource'>,
  { issuer, profile }: Pick<TokenContext, 'issuer' | 'profile'>,
): string {
  if (asked === undefined) return given.resource;
  const path = resourcePath(asked, issuer, profile);
  if (path === undefined || !isWithin(path, given.resource)) throw new Problem('invalid_target');
  return path;
}
