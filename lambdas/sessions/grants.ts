import { randomUUID } from 'node:crypto';
import type { RequestOrigin } from '../audit/entries.ts';
import type { Deployment, RefreshSettings } from '../contract/deployment.ts';
import type { Profile } from '../contract/profile.ts';
import type { Scope } from '../contract/scopes.ts';
import type { Authentication } from '../kernel/authentication.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem, rateLimited } from '../kernel/problem.ts';
import type { Signer } from '../signing/signer.ts';
import type { TokenClaims } from '../signing/tokens.ts';
import { isWorkspaceOpen, type TenantFacts } from '../tenancy/tenant-facts.ts';
import {
  type ClientGrant,
  hashRefreshToken,
  newRefreshToken,
  type RefreshFamily,
  type RefreshStore,
} from './refresh-tokens.ts';
import type { SessionRecord } from './session-record.ts';
import { type OpeningSessions, openSession, type SessionStore } from './sessions.ts';
import type { User } from './user.ts';

/** How often an entry begins anew because the person was changed meanwhile. */
const ENTRY_ATTEMPTS = 3;

/** The tokens that a login, an exchange or a refresh gives. */
export interface Grant {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** It is nowhere after this; null where the profile knows none. */
  readonly refreshToken: string | null;
  /** Of an OAuth client's token; null for a login's, which has what its person's role gives. */
  readonly scopes: readonly Scope[] | null;
  readonly session: Pick<RefreshFamily, 'sessionId' | 'userId' | 'tenantId'>;
}

export interface GrantContext {
  readonly profile: Profile;
  readonly deployment: Deployment;
  readonly sessions: SessionStore;
  readonly refreshTokens: RefreshStore;
  readonly signer: Signer;
  readonly clock: Clock;
}

/** The context of a refresh: it also asks whether the tenant may still come in. */
export interface RefreshContext extends GrantContext {
  readonly tenant: (tenantId: string) => Promise<TenantFacts | undefined>;
}

/** Who enters, where, and by whose hand. */
export interface Entry {
  readonly user: User;
  readonly workspaceId: string;
  readonly authentication: Authentication;
  /** What an OAuth client is given. @default - the person logs in themselves */
  readonly grant?: ClientGrant;
}

/** The context of an entry. `sessions` may open the session in whatever it writes besides. */
export type EntryContext = Omit<GrantContext, 'sessions'> & { readonly sessions: OpeningSessions };

/** Opens a session and gives the first tokens of it. */
export async function openGrant(
  { grant, ...entry }: Entry,
  from: RequestOrigin,
  context: EntryContext,
): Promise<Grant> {
  const { profile, deployment, sessions, clock } = context;
  const { accessSeconds, refresh } = deployment.tokens;
  const now = clock();
  const idle = refresh === null ? accessSeconds : Math.min(refresh.idleSeconds, refresh.absoluteSeconds);
  const absolute = refresh?.absoluteSeconds ?? accessSeconds;
  const lifetime = { idleSeconds: idle, absoluteSeconds: absolute };
  const clientId = grant?.clientId;
  const given = grant === undefined ? {} : { grant };
  const refreshToken = refresh === null ? null : newRefreshToken(profile.keys.prefix);
  // In the session's own write: one transaction, and no session that nothing continues.
  const created =
    refreshToken === null
      ? undefined
      : { hash: hashRefreshToken(refreshToken), expiresAt: now + idle, ...given };
  const session = await openSession({ ...entry, clientId, lifetime, refresh: created, from }, sessions, now);
  const family = { ...session, endsAt: now + absolute, ...given };
  return sign(family, { authentication: entry.authentication, tokenFor: grant, refreshToken }, now, context);
}

/**
 * Repeats an entry during which the person's role or password was changed, or they were removed. Throws
 * `conflicting_state` when that happens each time.
 */
export async function unlessChanged<Opened>(enter: () => Promise<Opened>): Promise<Opened> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await enter();
    } catch (error) {
      const changed = error instanceof Problem && error.code === 'conflicting_state';
      if (!changed || attempt === ENTRY_ATTEMPTS) throw error;
    }
  }
}

/** What an OAuth client asks of a refresh: with less than it was given, the access token is for no more. */
export interface ClientRefresh {
  readonly clientId: string;
  /** What the access token is for, of what the client was given. Throws for more. */
  readonly narrow: (given: ClientGrant) => ClientGrant;
}

/**
 * Gives new tokens for a refresh token: of a login, or of the client that presents it. It may be sent again within the grace, as parallel clients and lost answers
 * do, and gets a pair of its own; sent again later it ends the session. Throws `invalid_grant`, in the same words
 * whatever the reason, and `rate_limited` for a token that is sent in a loop.
 */
export async function refreshGrant(
  token: string,
  from: RequestOrigin,
  context: RefreshContext,
  client?: ClientRefresh,
): Promise<Grant> {
  const { deployment, refreshTokens, sessions, tenant, signer, clock } = context;
  const { refresh } = deployment.tokens;
  if (refresh === null) throw new Problem('not_found');
  const now = clock();
  // A use that cannot be answered would be taken for a theft when it is repeated after the grace.
  await signer.ready(client === undefined ? 'token' : 'oauth');
  const hash = hashRefreshToken(token);
  const clientId = client?.clientId ?? null;
  // What is asked for too much is told before the token is used.
  const given = client === undefined ? undefined : (await refreshTokens.find(hash))?.grant;
  const narrowed = given?.clientId === clientId ? given && client?.narrow(given) : undefined;
  const { graceSeconds } = refresh;
  const use = await refreshTokens.use(hash, { useId: randomUUID(), clientId, graceSeconds, now });
  switch (use.kind) {
    case 'exhausted':
      throw rateLimited(Math.max(1, refresh.graceSeconds));
    case 'unknown':
    case 'expired':
      throw refused(`the refresh token is ${use.kind}`);
    case 'reused':
      await sessions.end(use.family, { actor: 'system', ...from }, 'refresh-reuse');
      throw refused(`refresh token reused: session ${use.family.sessionId} has ended`);
  }
  const { family } = use;
  const session = await sessions.extend(family, idleEnd(family, refresh, now), now);
  if (session === undefined) throw refused(`session ${family.sessionId} is over`);
  await requireTenant(session, tenant);
  const refreshToken = newRefreshToken(context.profile.keys.prefix);
  await refreshTokens.create({
    ...family,
    hash: hashRefreshToken(refreshToken),
    expiresAt: idleEnd(family, refresh, now),
  });
  const { authentication } = session;
  return sign(family, { authentication, tokenFor: narrowed ?? family.grant, refreshToken }, now, context);
}

/** Refuses a tenant that is not active, or whose workspace is not. Throws `invalid_grant`. */
export async function requireTenant(
  { caller }: { readonly caller: Pick<SessionRecord['caller'], 'tenantId' | 'workspaceId'> },
  tenant: RefreshContext['tenant'],
): Promise<void> {
  const facts = await tenant(caller.tenantId);
  if (facts?.state === 'active' && isWorkspaceOpen(facts, caller.workspaceId)) return;
  throw refused(`tenant ${caller.tenantId} or its workspace is not active`);
}

/** The grant of a session, with the access token for it. */
async function sign(
  { sessionId, userId, tenantId, endsAt }: RefreshFamily,
  {
    authentication,
    tokenFor,
    refreshToken,
  }: {
    readonly authentication: Authentication;
    readonly tokenFor: ClientGrant | undefined;
    readonly refreshToken: string | null;
  },
  now: number,
  { deployment, signer }: Pick<GrantContext, 'deployment' | 'signer'>,
): Promise<Grant> {
  const { accessSeconds } = deployment.tokens;
  const session = { sessionId, userId, tenantId };
  // No token outlives its session: what `expires_in` says is true.
  const expiresInSeconds = Math.min(accessSeconds, endsAt - now);
  const accessToken = await signer.accessToken(
    { ...session, ...claimsFor(tokenFor), authentication },
    expiresInSeconds,
  );
  const scopes = tokenFor?.scopes ?? null;
  return { accessToken, expiresInSeconds, refreshToken, scopes, session };
}

function claimsFor(grant: ClientGrant | undefined): Pick<TokenClaims, 'delegation' | 'resource'> {
  if (grant === undefined) return {};
  const { clientId, scopes, resource } = grant;
  return { delegation: { clientId, scopes }, resource };
}

function idleEnd({ endsAt }: Pick<RefreshFamily, 'endsAt'>, refresh: RefreshSettings, now: number): number {
  return Math.min(endsAt, now + refresh.idleSeconds);
}

/** One text for all: why is for the log. */
export function refused(cause: string): Problem {
  return new Problem('invalid_grant', { cause });
}
